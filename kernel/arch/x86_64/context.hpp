#pragma once
// The registers of a thread as the entry code leaves them. While a thread runs, TSS.RSP0 and the system call entry
// point to the end of this structure, so the processor itself saves the first half. entry.S knows the offsets.

#include "base/types.hpp"

namespace kernel {

constexpr Word kUserCs = 0x3b;
constexpr Word kUserSs = 0x33;
constexpr Word kKernelCs = 0x08;
constexpr Word kKernelSs = 0x10;
constexpr Word kInitialFlags = 0x202;
/// Context::vector of a thread that entered by `syscall`: it returns by `sysret`, and its instruction is 2 bytes long.
constexpr Word kVectorSyscall = ~Word{0};

/// Registers in the order of entry.S. fs_base and gs_base are valid while the thread is not the current one.
struct Context {
  Word fs_base, gs_base;
  Word reserved[2];
  Word r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
  Word vector;
  Word error;
  Word rip, cs, rflags, rsp, ss;

  /// Address of the instruction that a restart executes (again).
  Word RestartIp() const { return vector == kVectorSyscall ? rip - 2 : rip; }
  void SetRestartIp(Word address) { rip = vector == kVectorSyscall ? address + 2 : address; }
  /// Makes the restart address the next one executed.
  void Rewind() { rip = RestartIp(); }
  /// The thread leaves by `iret` and gets every register as it stands here.
  void ForceFullRestore() {
    rip = RestartIp();
    vector = 0;
  }

  Word &CapRegister() { return rdi; }
  Word &BadgeRegister() { return rdi; }
  Word &MessageInfo() { return rsi; }
  Word &MessageRegister(Word index) {
    Word *const registers[] = {&r10, &r8, &r9, &r15};
    return *registers[index];
  }
};

static_assert(sizeof(Context) % 16 == 0);
constexpr Word kContextFrameEnd = offsetof(Context, ss) + sizeof(Word);

constexpr Word kMessageRegisters = 4;
constexpr Word kUserContextWords = sizeof(seL4_UserContext) / sizeof(Word);

/// The register of UserContext word `index`; the instruction pointer (word 0) goes by RestartIp.
Word &UserRegister(Context &context, Word index);
/// What a user may put into that register: canonical addresses, harmless flags.
Word SanitiseUserRegister(Word index, Word value);

}  // namespace kernel
