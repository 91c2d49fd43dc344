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
// Marks its registers and blocks in a receive that faults.
  .globl LoadAllRegisters
LoadAllRegisters:
  movq $0xaa, %rax
  movq $0xbb, %rbx
  movq $0x51, %rsi
  movq $0xb9, %rbp
  movq $0x8, %r8
  movq $0x9, %r9
  movq $0x10, %r10
  movq $0x12, %r12
  movq $0x13, %r13
  movq $0x14, %r14
  movq $0x15, %r15
  movq $-5, %rdx
  xorl %edi, %edi
  syscall
  ud2

// RDI = counter, RSI = pattern: keeps XMM0 and XMM15 and the control words through yields, adds one if they stayed.
  .globl KeepVectors
KeepVectors:
  pushq %rbx
  pushq %r12
  pushq %r13
  movq %rdi, %r12
  movq %rsi, %r13
  movq %rsi, %xmm0
  notq %rsi
  movq %rsi, %xmm15
  movl $200, %ebp
3:
  movq $-7, %rdx
  movq %rsp, %rbx
  syscall
  movq %rbx, %rsp
  movq %xmm0, %rax
  cmpq %r13, %rax
  jne 4f
  movq %xmm15, %rax
  notq %rax
  cmpq %r13, %rax
  jne 4f
  decl %ebp
  jnz 3b
  incq (%r12)
4:
  popq %r13
  popq %r12
  popq %rbx
  ret

// One floating point instruction.
  .globl UseVectors
UseVectors:
  xorps %xmm0, %xmm0
  movq $1, (%rdi)
  ret

// Stores FCW, MXCSR and XMM7 of a fresh thread at RDI.
  .globl InitialFpu
InitialFpu:
  fnstcw (%rdi)
  stmxcsr 8(%rdi)
  movq %xmm7, 16(%rdi)
  movq $1, 24(%rdi)
  ret

  .section .note.GNU-stack, "", @progbits
