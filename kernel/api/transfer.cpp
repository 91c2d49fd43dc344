#include "api/transfer.hpp"

#include <initializer_list>

#include "api/lookup.hpp"
#include "api/message.hpp"

namespace kernel {
namespace {

Word CopyWords(Tcb &sender, const seL4_IPCBuffer *send_buffer, Tcb &receiver, seL4_IPCBuffer *receive_buffer,
               Word length) {
  Word i = 0;
  for (; i < length && i < kMessageRegisters; ++i) {
    receiver.context.MessageRegister(i) = sender.context.MessageRegister(i);
  }
  if (send_buffer != nullptr && receive_buffer != nullptr) {
    for (; i < length; ++i) {
      receive_buffer->msg[i] = send_buffer->msg[i];
    }
  }
  return i;
}

/// The empty slot the receiver wants a capability in; null when there is none.
Slot *ReceiveSlot(Tcb &receiver, const seL4_IPCBuffer &buffer) {
  const Slot *const root = LookupSlot(receiver, buffer.receiveCNode);
  Slot *slot;
  if (root == nullptr || LookupTargetSlot(root->cap, buffer.receiveIndex, buffer.receiveDepth, slot) != Status::kOk ||
      !slot->Empty()) {
    return nullptr;
  }
  return slot;
}

/// Returns the receiver's message info but for the length.
seL4_MessageInfo_t TransferCaps(seL4_MessageInfo_t info, Slot *(&extra)[seL4_MsgMaxExtraCaps], const Endpoint *endpoint,
                                Tcb &receiver, seL4_IPCBuffer *buffer) {
  Word unwrapped = 0;
  Word count = 0;
  if (extra[0] != nullptr && buffer != nullptr) {
    Slot *destination = ReceiveSlot(receiver, *buffer);
    for (; count < seL4_MsgMaxExtraCaps && extra[count] != nullptr; ++count) {
      Slot &source = *extra[count];
      if (endpoint != nullptr && source.cap.Is(CapType::kEndpoint) && source.cap.Object<Endpoint>() == endpoint) {
        buffer->caps_or_badges[count] = source.cap.Badge();
        unwrapped |= Bit(count);
        continue;
      }
      Cap derived;
      if (destination == nullptr || DeriveCap(source, source.cap, derived) != Status::kOk || derived.IsNull()) {
        break;
      }
      InsertDerived(derived, source, *destination);
      destination = nullptr;
    }
  }
  return seL4_MessageInfo_new(seL4_MessageInfo_get_label(info), unwrapped, count, 0);
}

void TransferFault(Tcb &sender, Word badge, Tcb &receiver) {
  MessageWriter message(receiver);
  Context &context = sender.context;
  const Fault &fault = sender.fault;
  switch (fault.type) {
    case seL4_Fault_NullFault:
      break;
    case seL4_Fault_CapFault:
      message.Put(context.RestartIp());
      message.Put(fault.address);
      message.Put(Word{fault.in_receive_phase});
      message.Put(fault.lookup);
      break;
    case seL4_Fault_UnknownSyscall:
      for (const Word value :
           {context.rax, context.rbx, context.rcx, context.rdx, context.rsi, context.rdi, context.rbp, context.r8,
            context.r9, context.r10, context.r11, context.r12, context.r13, context.r14, context.r15,
            context.RestartIp(), context.rsp, context.rflags, fault.address}) {
        message.Put(value);
      }
      break;
    case seL4_Fault_UserException:
      for (const Word value : {context.RestartIp(), context.rsp, context.rflags, fault.address, fault.code}) {
        message.Put(value);
      }
      break;
    case seL4_Fault_VMFault:
      for (const Word value : {context.RestartIp(), fault.address, (fault.code >> 4) & 1, fault.code}) {
        message.Put(value);
      }
      break;
  }
  receiver.context.MessageInfo() = seL4_MessageInfo_new(static_cast<Word>(fault.type), 0, 0, message.Length()).words[0];
  receiver.context.BadgeRegister() = badge;
}

}  // namespace

seL4_MessageInfo_t SentMessageInfo(Tcb &sender) {
  seL4_MessageInfo_t info{{sender.context.MessageInfo()}};
  if (seL4_MessageInfo_get_length(info) > seL4_MsgMaxLength) {
    info = seL4_MessageInfo_set_length(info, seL4_MsgMaxLength);
  }
  return info;
}

Status LookupExtraCaps(Tcb &sender, const seL4_IPCBuffer *buffer, seL4_MessageInfo_t info,
                       Slot *(&extra)[seL4_MsgMaxExtraCaps]) {
  const Word wanted = buffer != nullptr ? seL4_MessageInfo_get_extraCaps(info) : 0;
  for (Word i = 0; i < seL4_MsgMaxExtraCaps; ++i) {
    extra[i] = nullptr;
  }
  for (Word i = 0; i < wanted; ++i) {
    const Cptr cptr = buffer->caps_or_badges[i];
    extra[i] = LookupSlot(sender, cptr);
    if (extra[i] == nullptr) {
      current_fault = {seL4_Fault_CapFault, false, cptr, 0, lookup_failure};
      return Status::kFault;
    }
  }
  return Status::kOk;
}

void TransferMessage(Tcb &sender, Endpoint *endpoint, Word badge, bool grant, Tcb &receiver) {
  if (sender.fault.type != seL4_Fault_NullFault) {
    TransferFault(sender, badge, receiver);
    return;
  }
  seL4_MessageInfo_t info = SentMessageInfo(sender);
  const Word length = seL4_MessageInfo_get_length(info);
  const Word extra_caps = grant ? seL4_MessageInfo_get_extraCaps(info) : 0;
  Word copied = length;
  if (length <= kMessageRegisters && extra_caps == 0) {
    CopyWords(sender, nullptr, receiver, nullptr, length);
    info = seL4_MessageInfo_new(seL4_MessageInfo_get_label(info), 0, 0, 0);
  } else {
    seL4_IPCBuffer *const send_buffer = LookupIpcBuffer(sender, false);
    seL4_IPCBuffer *const receive_buffer = LookupIpcBuffer(receiver, true);
    Slot *extra[seL4_MsgMaxExtraCaps];
    if (extra_caps == 0 || LookupExtraCaps(sender, send_buffer, info, extra) != Status::kOk) {
      extra[0] = nullptr;
    }
    copied = CopyWords(sender, send_buffer, receiver, receive_buffer, length);
    info = TransferCaps(info, extra, endpoint, receiver, receive_buffer);
  }
  receiver.context.MessageInfo() = seL4_MessageInfo_set_length(info, copied).words[0];
  receiver.context.BadgeRegister() = badge;
}

bool TransferFaultReply(Tcb &sender, Tcb &receiver) {
  const seL4_FaultType type = receiver.fault.type;
  if (type != seL4_Fault_UnknownSyscall && type != seL4_Fault_UserException) {
    return true;
  }
  const seL4_MessageInfo_t info = SentMessageInfo(sender);
  const seL4_IPCBuffer *const buffer = LookupIpcBuffer(sender, false);
  // Message words as indexes of UserContext: instruction pointer 0, stack pointer 1, flags 2, rax 3, rbx 4 ...
  static constexpr uint8_t kSyscallOrder[] = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 0, 1, 2};
  static constexpr uint8_t kExceptionOrder[] = {0, 1, 2};
  static_assert(sizeof(kSyscallOrder) == seL4_UnknownSyscall_ReplyLength);
  static_assert(sizeof(kExceptionOrder) == seL4_UserException_ReplyLength);
  const bool syscall = type == seL4_Fault_UnknownSyscall;
  const uint8_t *const order = syscall ? kSyscallOrder : kExceptionOrder;
  const Word limit = syscall ? sizeof(kSyscallOrder) : sizeof(kExceptionOrder);
  const Word length = Min(seL4_MessageInfo_get_length(info), limit);
  for (Word i = 0; i < length; ++i) {
    if (i >= kMessageRegisters && buffer == nullptr) {
      break;
    }
    const Word value =
        SanitiseUserRegister(order[i], i < kMessageRegisters ? sender.context.MessageRegister(i) : buffer->msg[i]);
    if (order[i] == 0) {
      receiver.context.SetRestartIp(value);
    } else {
      UserRegister(receiver.context, order[i]) = value;
    }
  }
  return seL4_MessageInfo_get_label(info) == 0;
}

}  // namespace kernel
