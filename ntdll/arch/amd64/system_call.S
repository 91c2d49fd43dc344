// The common path of every service stub (docs/architecture.md section 2) and user APCs.

#include "context_offsets.inc"

    .text

// In: EAX = service number, the service's arguments as its caller passed them. Out: RAX = NTSTATUS.
// seL4_Call on slot 0 with label = number and four words: arguments 1-3 and the caller's RSP. The kernel loses RCX, R11 and
// RSP, so RBX keeps RSP. A reply whose label is not 0 carries a user APC.
    .globl KiSystemCall
    .p2align 4
    .seh_proc KiSystemCall
KiSystemCall:
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    pushq %r15
    .seh_pushreg %r15
    .seh_endprologue
    leaq 32(%rsp), %r15         // RSP at the service's entry
    movq %r9, 32(%r15)          // argument 4 into its home slot
    movq %r8, %r9
    movq %rdx, %r8
    movq %rcx, %r10
    movl %eax, %esi
    shlq $12, %rsi
    orq $4, %rsi                // label = number, length = 4
    xorl %edi, %edi             // slot 0: the service endpoint
    movq $-1, %rdx              // seL4_SysCall
    movq %rsp, %rbx
    syscall
    movq %rbx, %rsp
    shrq $12, %rsi
    jnz 1f
    movl %r10d, %eax
    popq %r15
    popq %rdi
    popq %rsi
    popq %rbx
    ret

// User APC: RSI = 1 | status << 8, R10 = NormalRoutine, R8 = NormalContext, R9 and R15 = SystemArgument1 and 2. Make the
// context the caller would have had, then enter the dispatcher.
1:  subq $(CX_SIZE + 0x30), %rsp
    andq $-16, %rsp
    movq %r8, CX_P1(%rsp)
    movq %r9, CX_P2(%rsp)
    movq %r15, CX_P3(%rsp)
    movq %r10, CX_P4(%rsp)
    shrq $8, %rsi
    movl %esi, %eax
    movq %rax, CX_RAX(%rsp)
    fxsave64 CX_FLTSAVE(%rsp)
    stmxcsr CX_MXCSR(%rsp)
    movl $CX_FULL_SEGMENTS, CX_FLAGS(%rsp)
    movq 24(%rbx), %rax
    movq %rax, CX_RBX(%rsp)
    movq 16(%rbx), %rax
    movq %rax, CX_RSI(%rsp)
    movq 8(%rbx), %rax
    movq %rax, CX_RDI(%rsp)
    movq (%rbx), %rax
    movq %rax, CX_R15(%rsp)
    movq %rbp, CX_RBP(%rsp)
    movq %r12, CX_R12(%rsp)
    movq %r13, CX_R13(%rsp)
    movq %r14, CX_R14(%rsp)
    xorl %eax, %eax             // dead after any call: no stale values
    movq %rax, CX_RCX(%rsp)
    movq %rax, CX_RDX(%rsp)
    movq %rax, CX_R8(%rsp)
    movq %rax, CX_R9(%rsp)
    movq %rax, CX_R10(%rsp)
    movq %rax, CX_R11(%rsp)
    movw $CX_USER_CS, CX_SEGCS(%rsp)
    movw $CX_USER_DS, CX_SEGDS(%rsp)
    movw $CX_USER_DS, CX_SEGES(%rsp)
    movw $CX_USER_FS, CX_SEGFS(%rsp)
    movw $CX_USER_DS, CX_SEGGS(%rsp)
    movw $CX_USER_DS, CX_SEGSS(%rsp)
    movq 32(%rbx), %rax         // the service's return address
    leaq 40(%rbx), %rcx
    movq %rax, CX_RIP(%rsp)
    movq %rcx, CX_RSP(%rsp)
    movl $0x202, CX_EFLAGS(%rsp)
    // The machine frame behind the CONTEXT is for the unwinder (KiUserApcDispatcher's unwind data).
    movq %rax, (CX_SIZE + 0x00)(%rsp)
    movq $CX_USER_CS, (CX_SIZE + 0x08)(%rsp)
    movq $0x202, (CX_SIZE + 0x10)(%rsp)
    movq %rcx, (CX_SIZE + 0x18)(%rsp)
    movq $CX_USER_DS, (CX_SIZE + 0x20)(%rsp)
    jmp KiUserApcDispatcher
    .seh_endproc

// RSP = CONTEXT with the APC's routine and arguments in P4Home and P1Home-P3Home, a machine frame behind it. Runs this APC
// and all others that are pending, then continues the context. (The home slots are the routine's home space.)
// The unwind data belongs to the byte before the label: a return address of 0 bytes into a function has no caller.
    .globl KiUserApcDispatcher
    .p2align 4
    .seh_proc KiUserApcDispatcher
KiUserApcDispatcher:
    .seh_pushframe
    .seh_stackalloc CX_SIZE
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
    nop
2:  movq CX_P1(%rsp), %rcx
    movq CX_P2(%rsp), %rdx
    movq CX_P3(%rsp), %r8
    movq CX_P4(%rsp), %r9
    call *%r9
    // NtTestAlert by hand, so that a queue of APCs runs in this one frame whatever its length.
    movl KiTestAlertService(%rip), %esi
    shlq $12, %rsi
    orq $4, %rsi
    xorl %edi, %edi
    movq %rsp, %r15
    movq %rsp, %rbx
    movq $-1, %rdx
    syscall
    movq %rbx, %rsp
    shrq $12, %rsi
    jz 3f
    movq %r8, CX_P1(%rsp)
    movq %r9, CX_P2(%rsp)
    movq %r15, CX_P3(%rsp)
    movq %r10, CX_P4(%rsp)
    jmp 2b
3:  movq %rsp, %rcx
    xorl %edx, %edx
    call NtContinue
    movl %eax, %ecx             // only a context nobody can continue comes back
    call RtlRaiseStatus
    int3
    .seh_endproc
