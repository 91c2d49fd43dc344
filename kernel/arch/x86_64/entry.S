// Kernel entries and exits. The offsets are those of Context (context.hpp); vectors 0-255 push vector and error code so
// that every entry leaves the same frame at the end of the current thread's Context.

#define VECTOR_SYSCALL -1
#define FRAME_BELOW_GPRS 32 /* fs_base, gs_base, reserved[2] */
#define OFF_RIP (FRAME_BELOW_GPRS + 17 * 8)
#define OFF_CS (OFF_RIP + 8)
#define OFF_RFLAGS (OFF_RIP + 16)
#define OFF_VECTOR (FRAME_BELOW_GPRS + 15 * 8)

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

  .globl SyscallEntry
  .balign 16
SyscallEntry:
  // RCX = return address, R11 = flags. The user's RSP is lost: the ABI says so.
  movq entry_frame_end(%rip), %rsp
  subq $16, %rsp                 // ss, rsp stay as the last interrupt left them
  pushq %r11                     // rflags
  subq $8, %rsp                  // cs
  pushq %rcx                     // rip
  subq $8, %rsp                  // error
  pushq $VECTOR_SYSCALL
  PUSH_GPRS
  leaq kernel_stack_top(%rip), %rsp
  cmpq $-1, %rdx
  je .Lcall
  cmpq $-2, %rdx
  je .Lreply_recv
  movq %rdx, %rdi
  call HandleSyscall
  jmp ReturnToUser
.Lcall:                           // RDI = cptr, RSI = message info
  call FastCall
  jmp ReturnToUser
.Lreply_recv:
  call FastReplyRecv

  // Leaves the kernel with the current thread's registers.
  .globl ReturnToUser
ReturnToUser:
  movq entry_frame_end(%rip), %rsp
  cmpq $VECTOR_SYSCALL, (OFF_VECTOR - OFF_RIP - 40)(%rsp)
  jne .Lfull
  leaq (FRAME_BELOW_GPRS - OFF_RIP - 40)(%rsp), %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbp
  popq %rbx
  addq $8, %rsp                  // r11 = flags below
  popq %r10
  popq %r9
  popq %r8
  popq %rax
  addq $8, %rsp                  // rcx = rip below
  popq %rdx
  popq %rsi
  popq %rdi
  movq 16(%rsp), %rcx            // over vector and error
  movq 32(%rsp), %r11
  xorl %esp, %esp
  sysretq

.Lfull:
  leaq (FRAME_BELOW_GPRS - OFF_RIP - 40)(%rsp), %rsp
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
