// Switching between fibers: stack, nonvolatile registers and control words of the floating point units. The TEB's stack
// fields are the caller's business (ke/thread.cpp).

    .text

// void KiSwitchFiber(void **from, void *to): saves the caller's state on its stack and that stack's pointer in *from,
// then continues what `to` was saved from.
    .globl KiSwitchFiber
    .p2align 4
    .seh_proc KiSwitchFiber
KiSwitchFiber:
    pushq %rbp
    .seh_pushreg %rbp
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    pushq %r12
    .seh_pushreg %r12
    pushq %r13
    .seh_pushreg %r13
    pushq %r14
    .seh_pushreg %r14
    pushq %r15
    .seh_pushreg %r15
    subq $0xa8, %rsp
    .seh_stackalloc 0xa8
    movaps %xmm6, 0x00(%rsp)
    .seh_savexmm %xmm6, 0x00
    movaps %xmm7, 0x10(%rsp)
    .seh_savexmm %xmm7, 0x10
    movaps %xmm8, 0x20(%rsp)
    .seh_savexmm %xmm8, 0x20
    movaps %xmm9, 0x30(%rsp)
    .seh_savexmm %xmm9, 0x30
    movaps %xmm10, 0x40(%rsp)
    .seh_savexmm %xmm10, 0x40
    movaps %xmm11, 0x50(%rsp)
    .seh_savexmm %xmm11, 0x50
    movaps %xmm12, 0x60(%rsp)
    .seh_savexmm %xmm12, 0x60
    movaps %xmm13, 0x70(%rsp)
    .seh_savexmm %xmm13, 0x70
    movaps %xmm14, 0x80(%rsp)
    .seh_savexmm %xmm14, 0x80
    movaps %xmm15, 0x90(%rsp)
    .seh_savexmm %xmm15, 0x90
    .seh_endprologue
    stmxcsr 0xa0(%rsp)
    fnstcw 0xa4(%rsp)
    movq %rsp, (%rcx)
    movq %rdx, %rsp
    ldmxcsr 0xa0(%rsp)
    fldcw 0xa4(%rsp)
    movaps 0x00(%rsp), %xmm6
    movaps 0x10(%rsp), %xmm7
    movaps 0x20(%rsp), %xmm8
    movaps 0x30(%rsp), %xmm9
    movaps 0x40(%rsp), %xmm10
    movaps 0x50(%rsp), %xmm11
    movaps 0x60(%rsp), %xmm12
    movaps 0x70(%rsp), %xmm13
    movaps 0x80(%rsp), %xmm14
    movaps 0x90(%rsp), %xmm15
    addq $0xa8, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rdi
    popq %rsi
    popq %rbx
    popq %rbp
    ret
    .seh_endproc

// void *KiPrepareFiber(void *top, void (*routine)(void *), void *argument): the saved state of a fiber that begins with
// routine(argument), which never returns. `top` is 16-byte aligned.
    .globl KiPrepareFiber
    .p2align 4
KiPrepareFiber:
    leaq -(16 + 8 + 64 + 0xa8)(%rcx), %rax
    movq $0, -8(%rcx)           // the end of the frame chain
    movq $0, -16(%rcx)          // KiFiberStart's "return address"
    leaq KiFiberStart(%rip), %r9
    movq %r9, -24(%rcx)
    movq $0, -32(%rcx)          // RBP
    movq %rdx, -64(%rcx)        // R12: the routine
    movq %r8, -72(%rcx)         // R13: its argument
    movl $0x1f80, 0xa0(%rax)    // MXCSR and control word as NT starts a thread
    movw $0x27f, 0xa4(%rax)
    ret

    .globl KiFiberStart
    .p2align 4
    .seh_proc KiFiberStart
KiFiberStart:
    subq $32, %rsp              // home space; RSP came in as a multiple of 16
    .seh_stackalloc 32
    .seh_endprologue
    movq %r13, %rcx
    call *%r12
    int3
    .seh_endproc

// ULONG_PTR KiCallOnStack(void *top, void (*routine)(void *), void *argument): calls on another stack. The frame pointer
// leads the unwinder back.
    .globl KiCallOnStack
    .p2align 4
    .seh_proc KiCallOnStack
KiCallOnStack:
    pushq %rbp
    .seh_pushreg %rbp
    movq %rsp, %rbp
    .seh_setframe %rbp, 0
    .seh_endprologue
    leaq -32(%rcx), %rsp
    movq %r8, %rcx
    call *%rdx
    nop
    movq %rbp, %rsp
    popq %rbp
    ret
    .seh_endproc
