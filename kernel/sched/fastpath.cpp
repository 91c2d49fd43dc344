// The short way through the kernel for Call and ReplyRecv.
#include "api/syscall.hpp"

namespace kernel {

extern "C" void FastCall() { HandleSyscall(static_cast<Word>(seL4_SysCall)); }
extern "C" void FastReplyRecv() { HandleSyscall(static_cast<Word>(seL4_SysReplyRecv)); }

}  // namespace kernel
