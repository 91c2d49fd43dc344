#pragma once
// x86_64 words: 64-bit word, 58-bit guard, register set of a thread.

typedef uint64_t seL4_Word;
typedef int64_t seL4_SignedWord;

enum {
  seL4_WordBits = 64,
  seL4_WordSizeBits = 3,
  seL4_IPCBufferSizeBits = 10,
  seL4_FastMessageRegisters = 4,
  seL4_BadgeBits = 64,
  seL4_GuardSizeBits = 6,
  seL4_GuardSizeShift = 0,
  seL4_GuardValueBits = 58,
  seL4_GuardValueShift = 6,
};

typedef seL4_Word seL4_X86_ASIDControl;
typedef seL4_Word seL4_X86_ASIDPool;
typedef seL4_Word seL4_X86_IOPort;
typedef seL4_Word seL4_X86_IOPortControl;
typedef seL4_Word seL4_X86_Page;
typedef seL4_Word seL4_X86_PageTable;
typedef seL4_Word seL4_X86_PageDirectory;
typedef seL4_Word seL4_X86_PDPT;
typedef seL4_Word seL4_X64_PML4;

/// Registers of TCBReadRegisters and TCBWriteRegisters, in message order.
typedef struct seL4_UserContext_ {
  seL4_Word rip, rsp, rflags, rax, rbx, rcx, rdx, rsi, rdi, rbp;
  seL4_Word r8, r9, r10, r11, r12, r13, r14, r15;
  seL4_Word fs_base, gs_base;
} seL4_UserContext;

SEL4_STATIC_ASSERT(sizeof(seL4_UserContext) == 20 * sizeof(seL4_Word), "user context: 20 words");
SEL4_STATIC_ASSERT(offsetof(seL4_UserContext, gs_base) == 19 * sizeof(seL4_Word), "user context: gs_base");
