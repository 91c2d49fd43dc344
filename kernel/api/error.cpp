#include "api/error.hpp"

#include "api/message.hpp"
#include "object/tcb.hpp"

namespace kernel {

SyscallError syscall_error;
LookupFailure lookup_failure;
Fault current_fault;

Status Fail(seL4_Error type) {
  syscall_error.type = type;
  return Status::kError;
}

Status FailArgument(Word number) {
  syscall_error = {seL4_InvalidArgument, {number, 0}};
  return Status::kError;
}

Status FailCapability(Word number) {
  syscall_error = {seL4_InvalidCapability, {number, 0}};
  return Status::kError;
}

Status FailRange(Word min, Word max) {
  syscall_error = {seL4_RangeError, {min, max}};
  return Status::kError;
}

Status FailMemory(Word bytes_left) {
  syscall_error = {seL4_NotEnoughMemory, {bytes_left, 0}};
  return Status::kError;
}

Status FailLookup(bool was_source) {
  syscall_error = {seL4_FailedLookup, {Word{was_source}, 0}};
  return Status::kError;
}

void SetMissingCapability(Word bits_left) { lookup_failure = {seL4_MissingCapability, bits_left, 0, 0}; }
void SetInvalidRoot() { lookup_failure = {seL4_InvalidRoot, 0, 0, 0}; }
void SetDepthMismatch(Word bits_found, Word bits_left) {
  lookup_failure = {seL4_DepthMismatch, bits_left, bits_found, 0};
}
void SetGuardMismatch(Word guard, Word bits_left, Word bits_found) {
  lookup_failure = {seL4_GuardMismatch, bits_left, bits_found, guard};
}

void ReplyWithError(Tcb &caller) {
  MessageWriter message(caller);
  switch (syscall_error.type) {
    case seL4_InvalidArgument:
    case seL4_InvalidCapability:
    case seL4_NotEnoughMemory:
      message.Put(syscall_error.words[0]);
      break;
    case seL4_RangeError:
      message.Put(syscall_error.words[0]);
      message.Put(syscall_error.words[1]);
      break;
    case seL4_FailedLookup:
      message.Put(syscall_error.words[0]);
      message.Put(lookup_failure);
      break;
    default:
      break;
  }
  caller.context.BadgeRegister() = 0;
  caller.context.MessageInfo() =
      seL4_MessageInfo_new(static_cast<Word>(syscall_error.type), 0, 0, message.Length()).words[0];
}

void ReplyWithSuccess(Tcb &caller) {
  caller.context.BadgeRegister() = 0;
  caller.context.MessageInfo() = 0;
}

}  // namespace kernel
