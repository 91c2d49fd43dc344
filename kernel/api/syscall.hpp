#pragma once
// Entries into the kernel. The assembly has saved the current thread's registers and restores those of the thread that
// is current afterwards.

#include "base/types.hpp"

namespace kernel {

extern "C" {
/// `syscall` with the number in RDX.
void HandleSyscall(Word number);
/// Exceptions, device and timer interrupts, software interrupts.
void HandleVector(Word vector, Word error);
/// Something that may not happen: an exception inside the kernel.
[[noreturn]] void HandleKernelFault(Word vector, Word error, Word ip);
}

/// The debug system calls. False: not one of them (always so in release kernels).
bool HandleDebugSyscall(Word number);

}  // namespace kernel
