#pragma once
// Why the current system call failed. One record each for the error reply of an invocation, for the fault of the
// current thread and for the lookup failure that both may carry: the kernel handles one system call at a time.

#include "base/types.hpp"

namespace kernel {

struct Tcb;

struct SyscallError {
  seL4_Error type;
  Word words[2];
};

struct LookupFailure {
  seL4_LookupFailureType type;
  Word bits_left;
  Word bits_found;
  Word guard;
};

/// A fault as it is kept in a TCB until its handler replies.
struct Fault {
  seL4_FaultType type = seL4_Fault_NullFault;
  bool in_receive_phase = false;
  Word address = 0;  // cap fault: cptr; VM fault: address; unknown syscall, exception: number
  Word code = 0;     // VM fault: hardware code; exception: error code
  LookupFailure lookup{};
};

extern SyscallError syscall_error;
extern LookupFailure lookup_failure;
extern Fault current_fault;

/// Records an invocation error and returns kError.
Status Fail(seL4_Error type);
Status FailArgument(Word number);
Status FailCapability(Word number);
Status FailRange(Word min, Word max);
Status FailMemory(Word bytes_left);
/// FailedLookup; the lookup failure has been recorded.
Status FailLookup(bool was_source);

void SetMissingCapability(Word bits_left);
void SetInvalidRoot();
void SetDepthMismatch(Word bits_found, Word bits_left);
void SetGuardMismatch(Word guard, Word bits_left, Word bits_found);

/// Puts the recorded error into the caller's registers and buffer as a reply.
void ReplyWithError(Tcb &caller);
/// Puts an empty successful reply there.
void ReplyWithSuccess(Tcb &caller);

}  // namespace kernel
