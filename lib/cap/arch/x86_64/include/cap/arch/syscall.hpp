#pragma once
// System calls of the x86_64 kernel (SEL4_ABI.md section 1): the kernel returns with RSP lost, so it waits in RBX.

#include <sel4/sel4.h>

namespace cap {

// A message in registers. On the way in `badge` is not used.
struct Message {
  seL4_MessageInfo_t info = {};
  seL4_Word badge = 0;
  seL4_Word words[seL4_FastMessageRegisters] = {};
};

// One kernel entry: `message` goes to `destination` and what comes back replaces it.
inline void SystemCall(seL4_SignedWord number, seL4_CPtr destination, Message &message) {
  register seL4_Word word0 asm("r10") = message.words[0];
  register seL4_Word word1 asm("r8") = message.words[1];
  register seL4_Word word2 asm("r9") = message.words[2];
  register seL4_Word word3 asm("r15") = message.words[3];
  seL4_Word rdi = destination;
  seL4_Word rsi = message.info.words[0];
  asm volatile(
      "movq %%rsp, %%rbx\n\t"
      "syscall\n\t"
      "movq %%rbx, %%rsp"
      : "+D"(rdi), "+S"(rsi), "+r"(word0), "+r"(word1), "+r"(word2), "+r"(word3), "+d"(number)
      :
      : "rcx", "rbx", "r11", "memory");
  message.info.words[0] = rsi;
  message.badge = rdi;
  message.words[0] = word0;
  message.words[1] = word1;
  message.words[2] = word2;
  message.words[3] = word3;
}

}  // namespace cap
