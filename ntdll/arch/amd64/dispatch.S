// Where the Executive sets a thread down: its start, and an exception (docs/architecture.md sections 3 and 4).

#include "context_offsets.inc"

    .text

// RSP = CONTEXT, EXCEPTION_RECORD at +0x4F0, machine frame at +0x590. The Executive cannot read the floating point
// state, so it is saved here first.
    .globl KiUserExceptionDispatcher
    .p2align 4
    .seh_proc KiUserExceptionDispatcher
KiUserExceptionDispatcher:
    .seh_pushframe
    .seh_stackalloc 0x590
    .seh_savereg %rbx, CX_RBX
    .seh_savereg %rbp, CX_RBP
    .seh_savereg %rsi, CX_RSI
    .seh_savereg %rdi, CX_RDI
    .seh_savereg %r12, CX_R12
    .seh_savereg %r13, CX_R13
    .seh_savereg %r14, CX_R14
    .seh_savereg %r15, CX_R15
    .seh_savexmm %xmm6, CX_XMM6
    .seh_savexmm %xmm7, CX_XMM6 + 0x10
    .seh_savexmm %xmm8, CX_XMM6 + 0x20
    .seh_savexmm %xmm9, CX_XMM6 + 0x30
    .seh_savexmm %xmm10, CX_XMM6 + 0x40
    .seh_savexmm %xmm11, CX_XMM6 + 0x50
    .seh_savexmm %xmm12, CX_XMM6 + 0x60
    .seh_savexmm %xmm13, CX_XMM6 + 0x70
    .seh_savexmm %xmm14, CX_XMM6 + 0x80
    .seh_savexmm %xmm15, CX_XMM6 + 0x90
    .seh_endprologue
    fxsave64 CX_FLTSAVE(%rsp)
    stmxcsr CX_MXCSR(%rsp)
    orl $CX_FLOATING_BIT, CX_FLAGS(%rsp)
    cld
    movq %rsp, %rdx
    leaq 0x4F0(%rsp), %rcx
    call RtlpDispatchUserException
    int3
    .seh_endproc

// RCX = CONTEXT to continue with at the end, RDX = base of ntdll. The caller's frame ends the stack.
    .globl LdrInitializeThunk
    .p2align 4
    .seh_proc LdrInitializeThunk
LdrInitializeThunk:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_endprologue
    cld
    call LdrpInitialize
    int3
    .seh_endproc

// RCX = start routine, RDX = its parameter; first code of every thread after the loader.
    .globl RtlUserThreadStart
    .p2align 4
    .seh_proc RtlUserThreadStart
RtlUserThreadStart:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_endprologue
    call RtlpUserThreadStart
    int3
    .seh_endproc

    .globl DbgBreakPoint, DbgUserBreakPoint
    .p2align 4
DbgBreakPoint:
DbgUserBreakPoint:
    int3
    ret
