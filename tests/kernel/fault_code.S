// Instructions that fault, at addresses the tests know.
  .text
  .globl FaultSyscall, FaultSyscallInstruction
FaultSyscall:
  movq $0xa, %rax
  movq $0xb, %rbx
  movq $0x123456, %rdx
  movq $0x51, %rsi
  movq $0xbb, %rbp
  movq $0x8, %r8
  movq $0x9, %r9
  movq $0x10, %r10
  movq $0x12, %r12
  movq $0x13, %r13
  movq $0x14, %r14
  movq $0x15, %r15
FaultSyscallInstruction:
  syscall
  movq (%r14), %rax
  ud2

  .globl FaultBreakpointEntry, FaultBreakpoint
FaultBreakpointEntry:
FaultBreakpoint:
  int3
  ud2

  .globl FaultTrapEntry, FaultTrap
FaultTrapEntry:
  movl $0x12345678, %eax
FaultTrap:
  int $0xa1
  ud2

  .globl FaultDivideEntry, FaultDivide
FaultDivideEntry:
  xorl %ecx, %ecx
  xorl %edx, %edx
FaultDivide:
  divl %ecx
  ud2

  .globl FaultUndefinedEntry, FaultUndefined
FaultUndefinedEntry:
FaultUndefined:
  ud2

  .globl FaultInt2eEntry, FaultInt2e
FaultInt2eEntry:
FaultInt2e:
  int $0x2e
  ud2

  .globl FaultPrivileged
FaultPrivileged:
  cmpq $1, %rdi
  je 1f
  cmpq $2, %rdi
  je 2f
  inb $0x70, %al
  ud2
1:
  cli
  ud2
2:
  movq %cr3, %rax
  ud2

  .globl FaultSingleStep
FaultSingleStep:
  pushfq
  orq $0x100, (%rsp)
  popfq
  nop
  nop
  ret
  .section .note.GNU-stack, "", @progbits
