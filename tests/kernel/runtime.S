// Entry of the test root task, and of the threads it starts.
  .text
  .globl _start
_start:
  leaq main_stack_top(%rip), %rsp
  xorl %ebp, %ebp
  call Main
1:
  jmp 1b

// A test thread: RDI = function, RSI = argument.
  .globl ThreadStart
ThreadStart:
  movq %rdi, %rax
  movq %rsi, %rdi
  xorl %ebp, %ebp
  call *%rax
  call ThreadExit

// A page that other address spaces run: position independent, no stack. RDI = endpoint; sends the value found at RBP
// (an address of its own address space) plus one, again and again.
  .balign 4096
  .globl ForeignCode
ForeignCode:
  movq %rdi, %r12
2:
  movq $-1, %rdx
  movq %r12, %rdi
  movq $1, %rsi
  movq (%rbp), %r10
  incq %r10
  movq %r10, (%rbp)
  syscall
  jmp 2b
  .balign 4096

// The same for an echo server.
  .globl ForeignServer
ForeignServer:
  movq %rdi, %r12
  movq $-5, %rdx
  syscall
3:
  movq $-2, %rdx
  movq %r12, %rdi
  syscall
  jmp 3b
  .balign 4096

// One system call, then an undefined instruction.
  .globl HostileCode
HostileCode:
  syscall
  ud2
  .balign 4096

  .section .bss, "aw", @nobits
  .balign 16
  .skip 65536
main_stack_top:
  .section .note.GNU-stack, "", @progbits
