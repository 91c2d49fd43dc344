// Kernel entries and exits. The offsets are those of Context (context.hpp); vectors 0-255 push vector and error code so
// that every entry leaves the same frame at the end of the current thread's Context.

#define VECTOR_SYSCALL -1
#define FRAME_BELOW_GPRS 32 /* fs_base, gs_base, reserved[2] */
#define OFF_RIP (FRAME_BELOW_GPRS + 17 * 8)
#define OFF_CS (OFF_RIP + 8)
#define OFF_RFLAGS (OFF_RIP + 16)
#define OFF_VECTOR (FRAME_BELOW_GPRS + 15 * 8)
#define OFF_END (OFF_RIP + 40)

  .section .text.entry, "ax"

// Registers in Context order, from the top.
.macro PUSH_GPRS
  push %rdi
  push %rsi
  push %rdx
  push %rcx
  push %rax
  push %r8
  push %r9
  push %r10
  push %r11
  push %rbx
  push %rbp
  push %r12
  push %r13
  push %r14
  push %r15
.endm

// Registers a system call keeps, to and from the Context whose end RSP points to. (RCX and R11 are the processor's.)
#define REGISTER(index) (FRAME_BELOW_GPRS + (index) * 8 - OFF_END)(%rsp)
#define FIELD(offset) ((offset) - OFF_END)(%rsp)

  .globl SyscallEntry
  .balign 16
SyscallEntry:
  // RCX = return address, R11 = flags. The user's RSP is lost: the ABI says so; the frame keeps that of the last interrupt.
  movq entry_frame_end(%rip), %rsp
  movq %r11, FIELD(OFF_RFLAGS)
  movq %rcx, FIELD(OFF_RIP)
  movq $VECTOR_SYSCALL, FIELD(OFF_VECTOR)
  movq %rdi, REGISTER(14)
  movq %rsi, REGISTER(13)
  movq %rdx, REGISTER(12)
  movq %rax, REGISTER(10)
  movq %r8, REGISTER(9)
  movq %r9, REGISTER(8)
  movq %r10, REGISTER(7)
  movq %rbx, REGISTER(5)
  movq %rbp, REGISTER(4)
  movq %r12, REGISTER(3)
  movq %r13, REGISTER(2)
  movq %r14, REGISTER(1)
  movq %r15, REGISTER(0)
  leaq kernel_stack_top(%rip), %rsp
  movq %rdi, %r12                  // cptr
  movq %rsi, %r13                  // message info
  cmpq $-1, %rdx
  jne 1f
  call FastCall
  jmp ReturnToUser
1:
  cmpq $-2, %rdx
  jne 2f
  call FastReplyRecv
  jmp ReturnToUser
2:
  movq %rdx, %rdi
  call HandleSyscall

  // Leaves the kernel with the current thread's registers.
  .globl ReturnToUser
ReturnToUser:
  movq entry_frame_end(%rip), %rsp
  cmpq $VECTOR_SYSCALL, FIELD(OFF_VECTOR)
  jne .Lfull
  movq REGISTER(14), %rdi
  movq REGISTER(13), %rsi
  movq REGISTER(12), %rdx
  movq REGISTER(10), %rax
  movq REGISTER(9), %r8
  movq REGISTER(8), %r9
  movq REGISTER(7), %r10
  movq REGISTER(5), %rbx
  movq REGISTER(4), %rbp
  movq REGISTER(3), %r12
  movq REGISTER(2), %r13
  movq REGISTER(1), %r14
  movq REGISTER(0), %r15
  movq FIELD(OFF_RIP), %rcx
  movq FIELD(OFF_RFLAGS), %r11
  xorl %esp, %esp
  sysretq

.Lfull:
  leaq (FRAME_BELOW_GPRS - OFF_END)(%rsp), %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbp
  popq %rbx
  popq %r11
  popq %r10
  popq %r9
  popq %r8
  popq %rax
  popq %rcx
  popq %rdx
  popq %rsi
  popq %rdi
  addq $16, %rsp                 // vector, error
  iretq

// The idle thread: halts with interrupts on. An interrupt from here finds its frame on the kernel stack and drops it.
  .globl IdleLoop
IdleLoop:
  hlt
  jmp IdleLoop

  .balign 16
VectorCommon:
  cld
  PUSH_GPRS
  movq (OFF_VECTOR - FRAME_BELOW_GPRS)(%rsp), %rdi
  movq (OFF_VECTOR - FRAME_BELOW_GPRS + 8)(%rsp), %rsi
  testb $3, (OFF_CS - FRAME_BELOW_GPRS)(%rsp)
  jz .Lfrom_kernel
  leaq kernel_stack_top(%rip), %rsp
  call HandleVector
  jmp ReturnToUser
.Lfrom_kernel:
  cmpq $32, %rdi
  jb .Lkernel_fault
  leaq kernel_stack_top(%rip), %rsp  // was idle
  call HandleVector
  jmp ReturnToUser
.Lkernel_fault:
  movq (OFF_RIP - FRAME_BELOW_GPRS)(%rsp), %rdx
  andq $-16, %rsp
  call HandleKernelFault

// On the emergency stack: an NMI is ignored, a double fault or machine check ends everything.
EmergencyNmi:
  iretq
EmergencyFault:
  popq %rdi                      // vector
  movq (%rsp), %rdx              // error code or instruction pointer
  xorl %esi, %esi
  andq $-16, %rsp
  call HandleKernelFault

  .altmacro
.macro EXCEPTION n
Vector\n:
  .if \n == 2
    jmp EmergencyNmi
  .elseif (\n == 8) || (\n == 18)
    pushq $\n
    jmp EmergencyFault
  .else
    .if ((0x60227d00 >> \n) & 1) == 0  // those that bring an error code of their own
      pushq $0
    .endif
    pushq $\n
    jmp VectorCommon
  .endif
.endm

.macro INTERRUPT n
Vector\n:
  pushq $0
  pushq $\n
  jmp VectorCommon
.endm

  .set i, 0
  .rept 32
    EXCEPTION %i
    .set i, i + 1
  .endr
  .rept 224
    INTERRUPT %i
    .set i, i + 1
  .endr

.macro ADDRESS n
  .quad Vector\n
.endm

  .section .rodata.vectors, "a"
  .balign 8
  .globl kernel_vectors
kernel_vectors:
  .set i, 0
  .rept 256
    ADDRESS %i
    .set i, i + 1
  .endr

  .section .bss.stacks, "aw", @nobits
  .balign 16
emergency_stack:
  .skip 4096
  .globl emergency_stack_top
emergency_stack_top:
  .skip 8192
  .globl kernel_stack_top
kernel_stack_top:
  .section .note.GNU-stack, "", @progbits
