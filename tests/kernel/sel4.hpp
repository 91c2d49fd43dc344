#pragma once
// The seven system calls and a typed view of their registers, for tests only: everything is explicit, nothing is
// checked.

#include <sel4/sel4.h>

namespace test {

using Word = seL4_Word;
using Cptr = seL4_CPtr;

/// Registers of a message: what goes in and what comes out of a system call.
struct Message {
  Word badge = 0;  // cptr on the way in
  seL4_MessageInfo_t info{};
  Word mr[4]{};

  Word Label() const { return seL4_MessageInfo_get_label(info); }
  Word Length() const { return seL4_MessageInfo_get_length(info); }
};

/// Any system call by number.
inline Message RawSyscall(seL4_SignedWord number, Message message) {
  register Word r10 asm("r10") = message.mr[0];
  register Word r8 asm("r8") = message.mr[1];
  register Word r9 asm("r9") = message.mr[2];
  register Word r15 asm("r15") = message.mr[3];
  Word info = message.info.words[0];
  Word rdi = message.badge;
  // The kernel loses RSP: it waits in RBX.
  asm volatile(
      "movq %%rsp, %%rbx\n\t"
      "syscall\n\t"
      "movq %%rbx, %%rsp"
      : "+D"(rdi), "+S"(info), "+r"(r10), "+r"(r8), "+r"(r9), "+r"(r15)
      : "d"(number)
      : "rbx", "rcx", "r11", "memory");
  return {rdi, {{info}}, {r10, r8, r9, r15}};
}

inline Message Call(Cptr cptr, Message message) {
  message.badge = cptr;
  return RawSyscall(seL4_SysCall, message);
}
inline Message Recv(Cptr cptr) { return RawSyscall(seL4_SysRecv, {.badge = cptr}); }
inline Message NBRecv(Cptr cptr) { return RawSyscall(seL4_SysNBRecv, {.badge = cptr}); }
inline void Send(Cptr cptr, Message message) {
  message.badge = cptr;
  RawSyscall(seL4_SysSend, message);
}
inline void NBSend(Cptr cptr, Message message) {
  message.badge = cptr;
  RawSyscall(seL4_SysNBSend, message);
}
inline void Reply(Message message) { RawSyscall(seL4_SysReply, message); }
inline Message ReplyRecv(Cptr cptr, Message message) {
  message.badge = cptr;
  return RawSyscall(seL4_SysReplyRecv, message);
}
inline void Yield() { RawSyscall(seL4_SysYield, {}); }
inline void Signal(Cptr cptr) { Send(cptr, {}); }
inline Word Wait(Cptr cptr) { return Recv(cptr).badge; }
inline Word Poll(Cptr cptr) { return NBRecv(cptr).badge; }

}  // namespace test
