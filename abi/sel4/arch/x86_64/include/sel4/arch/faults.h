#pragma once
// The unknown system call message of x86_64; a reply may overwrite every register up to FLAGS.

typedef enum seL4_UnknownSyscall_Msg {
  seL4_UnknownSyscall_RAX = 0,
  seL4_UnknownSyscall_RBX,
  seL4_UnknownSyscall_RCX,
  seL4_UnknownSyscall_RDX,
  seL4_UnknownSyscall_RSI,
  seL4_UnknownSyscall_RDI,
  seL4_UnknownSyscall_RBP,
  seL4_UnknownSyscall_R8,
  seL4_UnknownSyscall_R9,
  seL4_UnknownSyscall_R10,
  seL4_UnknownSyscall_R11,
  seL4_UnknownSyscall_R12,
  seL4_UnknownSyscall_R13,
  seL4_UnknownSyscall_R14,
  seL4_UnknownSyscall_R15,
  seL4_UnknownSyscall_FaultIP,
  seL4_UnknownSyscall_SP,
  seL4_UnknownSyscall_FLAGS,
  seL4_UnknownSyscall_Syscall,
  seL4_UnknownSyscall_Length,
} seL4_UnknownSyscall_Msg;

enum { seL4_UnknownSyscall_ReplyLength = 18 };

SEL4_STATIC_ASSERT(seL4_UnknownSyscall_Length == 19, "unknown system call message: 19 words");
