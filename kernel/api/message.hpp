#pragma once
// Message words: the first four in registers, the rest in the IPC buffer, if the thread has a valid one.

#include "object/tcb.hpp"

namespace kernel {

/// The kernel's view of a thread's IPC buffer, or null when it has none of the needed rights.
seL4_IPCBuffer *LookupIpcBuffer(Tcb &tcb, bool receiver);

/// Words for a thread that receives a message or reply.
class MessageWriter {
 public:
  explicit MessageWriter(Tcb &tcb) : tcb_(tcb), buffer_(LookupIpcBuffer(tcb, true)) {}
  /// Appends a word; dropped when there is no place for it.
  void Put(Word value) {
    if (length_ < kMessageRegisters) {
      tcb_.context.MessageRegister(length_) = value;
    } else if (buffer_ != nullptr && length_ < seL4_MsgMaxLength) {
      buffer_->msg[length_] = value;
    } else {
      return;
    }
    ++length_;
  }
  void Put(const LookupFailure &failure);
  Word Length() const { return length_; }

 private:
  Tcb &tcb_;
  seL4_IPCBuffer *buffer_;
  Word length_ = 0;
};

/// Arguments of the invocation that the current thread makes.
struct Arguments {
  Word label;
  Word length;
  bool is_call;
  Slot *slot;  // of the invoked capability
  Tcb *caller;
  seL4_IPCBuffer *buffer;
  Slot *extra[seL4_MsgMaxExtraCaps];  // null from the first that was not given on

  Word operator[](Word index) const {
    if (index < kMessageRegisters) {
      return caller->context.MessageRegister(index);
    }
    return buffer != nullptr ? buffer->msg[index] : 0;
  }
  /// Caller's state for an operation that is going to happen (and happens again if it is preempted).
  void Commit() const { caller->state = ThreadState::kRestart; }
  /// Ends a call that has result words: they are in the registers and buffer by now.
  void Answer(Word words) const {
    caller->context.BadgeRegister() = 0;
    caller->context.MessageInfo() = words;
    caller->state = ThreadState::kRunning;
  }
  /// The same with one word; a plain Send gets nothing.
  void AnswerWord(Word value) const {
    if (is_call) {
      caller->context.MessageRegister(0) = value;
      Answer(1);
    } else {
      caller->state = ThreadState::kRunning;
    }
  }
};

}  // namespace kernel
