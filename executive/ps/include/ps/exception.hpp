#pragma once
// Exceptions of user code: from a fault message to KiUserExceptionDispatcher (docs/architecture.md section 4).

#include <ps/thread.hpp>

namespace ps {

// Sends `record` to the thread, whose registers are `registers`: it goes on at KiUserExceptionDispatcher. A thread
// without a usable stack ends with its process.
void DispatchException(Thread &thread, const EXCEPTION_RECORD &record, const seL4_UserContext &registers);
// The same for a context that is complete (NtRaiseException).
void DispatchException(Thread &thread, const EXCEPTION_RECORD &record, const CONTEXT &context);

// Nobody handled the exception: names it on the console and ends the process with its code.
void EndByException(Thread &thread, const EXCEPTION_RECORD &record, const CONTEXT &context);

// A fault message of the thread (SEL4_ABI.md section 8): label and the first words; more are in the IPC buffer. True:
// the fault is resolved, an empty reply lets the thread go on.
bool HandleFault(Thread &thread, seL4_Word label, const seL4_Word *words);

}  // namespace ps
