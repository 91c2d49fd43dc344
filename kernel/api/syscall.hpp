#pragma once
// Entries into the kernel. The assembly has saved the current thread's registers and restores those of the thread that
// is current afterwards.

#include "base/types.hpp"

namespace kernel {

extern "C" {
/// `syscall` with the number in RDX.
void HandleSyscall(Word number);
/// `syscall` with Call and ReplyRecv. The entry code has saved every register: these need not (arguments in R12 and
/// R13).
[[clang::preserve_none]] void FastCall(Cptr cptr, Word info);
[[clang::preserve_none]] void FastReplyRecv(Cptr cptr, Word info);
/// Exceptions, device and timer interrupts, software interrupts.
void HandleVector(Word vector, Word error);
/// Something that may not happen: an exception inside the kernel.
[[noreturn]] void HandleKernelFault(Word vector, Word error, Word ip);
}

/// The debug system calls. False: not one of them (always so in release kernels).
bool HandleDebugSyscall(Word number);

}  // namespace kernel
