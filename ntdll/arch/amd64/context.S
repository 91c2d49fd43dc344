// Capturing and restoring contexts.

#include "context_offsets.inc"

    .text

// RCX = CONTEXT to fill with the caller's state as it is after this call returns.
    .globl RtlCaptureContext
    .p2align 4
RtlCaptureContext:
    pushfq
    fxsave64 CX_FLTSAVE(%rcx)
    stmxcsr CX_MXCSR(%rcx)
    movq %rax, CX_RAX(%rcx)
    movq %rcx, CX_RCX(%rcx)
    movq %rdx, CX_RDX(%rcx)
    movq %rbx, CX_RBX(%rcx)
    movq %rbp, CX_RBP(%rcx)
    movq %rsi, CX_RSI(%rcx)
    movq %rdi, CX_RDI(%rcx)
    movq %r8, CX_R8(%rcx)
    movq %r9, CX_R9(%rcx)
    movq %r10, CX_R10(%rcx)
    movq %r11, CX_R11(%rcx)
    movq %r12, CX_R12(%rcx)
    movq %r13, CX_R13(%rcx)
    movq %r14, CX_R14(%rcx)
    movq %r15, CX_R15(%rcx)
    movw $CX_USER_CS, CX_SEGCS(%rcx)
    movw $CX_USER_DS, CX_SEGDS(%rcx)
    movw $CX_USER_DS, CX_SEGES(%rcx)
    movw $CX_USER_FS, CX_SEGFS(%rcx)
    movw $CX_USER_DS, CX_SEGGS(%rcx)
    movw $CX_USER_DS, CX_SEGSS(%rcx)
    movq 8(%rsp), %rax
    movq %rax, CX_RIP(%rcx)
    leaq 16(%rsp), %rax
    movq %rax, CX_RSP(%rcx)
    movl (%rsp), %eax
    movl %eax, CX_EFLAGS(%rcx)
    movl $CX_FULL_SEGMENTS, CX_FLAGS(%rcx)
    movq CX_RAX(%rcx), %rax
    popfq
    ret

// RCX = CONTEXT with control registers; becomes the thread's state. Integer and floating point registers are loaded
// when their flag says so. IRETQ needs the selectors the kernel runs us with, so the live ones are used: those of a
// CONTEXT are NT's.
    .globl RtlpRestoreContext
    .p2align 4
    .seh_proc RtlpRestoreContext
RtlpRestoreContext:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_endprologue
    testb $CX_FLOATING_BIT, CX_FLAGS(%rcx)
    jz 1f
    fxrstor64 CX_FLTSAVE(%rcx)
    ldmxcsr CX_MXCSR(%rcx)
1:  movw %ss, %ax
    movzwl %ax, %eax
    movq %rax, 32(%rsp)
    movq CX_RSP(%rcx), %rax
    movq %rax, 24(%rsp)
    movl CX_EFLAGS(%rcx), %eax
    andl $CX_USER_EFLAGS, %eax
    orl $0x202, %eax
    movq %rax, 16(%rsp)
    // After SYSRET on upstream seL4 CS reads 0x3b, which its descriptor table has as a data segment; its code segment, which
    // an interrupt's return loads, is 0x2b.
    movw %cs, %ax
    movzwl %ax, %eax
    xorl %edx, %edx
    larl %eax, %edx
    testl $0x800, %edx
    jnz 2f
    movl $0x2b, %eax
2:  movq %rax, 8(%rsp)
    movq CX_RIP(%rcx), %rax
    movq %rax, (%rsp)
    movq CX_RBP(%rcx), %rbp
    testb $CX_INTEGER_BIT, CX_FLAGS(%rcx)
    jz 2f
    movq CX_RAX(%rcx), %rax
    movq CX_RDX(%rcx), %rdx
    movq CX_RBX(%rcx), %rbx
    movq CX_RSI(%rcx), %rsi
    movq CX_RDI(%rcx), %rdi
    movq CX_R8(%rcx), %r8
    movq CX_R9(%rcx), %r9
    movq CX_R10(%rcx), %r10
    movq CX_R11(%rcx), %r11
    movq CX_R12(%rcx), %r12
    movq CX_R13(%rcx), %r13
    movq CX_R14(%rcx), %r14
    movq CX_R15(%rcx), %r15
    movq CX_RCX(%rcx), %rcx
2:  iretq
    .seh_endproc
