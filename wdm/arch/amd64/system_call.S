// The common path of the Wdm* services' stubs (docs/architecture.md section 2), as ntdll has it for its own, and seL4's
// calls that need no message: Signal, Wait and NBRecv on notifications, Ack on interrupt handlers.

    .text

// In: EAX = service number, arguments as the caller passed them. Out: RAX = NTSTATUS. A reply never carries a user APC here:
// nobody queues one to a thread of a host.
    .globl WdmSystemCall
    .p2align 4
    .seh_proc WdmSystemCall
WdmSystemCall:
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
    movq %rsp, %rbx             // the kernel loses RCX, R11 and RSP
    syscall
    movq %rbx, %rsp
    movl %r10d, %eax
    popq %r15
    popq %rdi
    popq %rsi
    popq %rbx
    ret
    .seh_endproc

// void KiSignal(ULONG_PTR slot): seL4_Signal on a notification. The kernel writes the message registers of a receiver
// only, so those of the caller live on.
    .globl KiSignal
    .p2align 4
    .seh_proc KiSignal
KiSignal:
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    .seh_endprologue
    movq %rcx, %rdi
    xorl %esi, %esi
    movq $-3, %rdx              // seL4_SysSend
    movq %rsp, %rbx
    syscall
    movq %rbx, %rsp
    popq %rdi
    popq %rsi
    popq %rbx
    ret
    .seh_endproc

// ULONG64 KiWait(ULONG_PTR slot): seL4_Wait; the badge.
// ULONG64 KiPoll(ULONG_PTR slot): seL4_Poll; the badge, 0 for nothing.
    .globl KiPoll
    .p2align 4
KiPoll:
    movq $-8, %rdx              // seL4_SysNBRecv
    jmp KiReceive
    .globl KiWait
    .p2align 4
KiWait:
    movq $-5, %rdx              // seL4_SysRecv
    .globl KiReceive
    .seh_proc KiReceive
KiReceive:
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    pushq %r15
    .seh_pushreg %r15
    .seh_endprologue
    movq %rcx, %rdi
    xorl %esi, %esi
    movq %rsp, %rbx
    syscall
    movq %rbx, %rsp
    movq %rdi, %rax
    popq %r15
    popq %rdi
    popq %rsi
    popq %rbx
    ret
    .seh_endproc

// ULONG64 KiInvoke(ULONG_PTR slot, ULONG64 info, ULONG64 word0, ULONG64 *words): seL4_Call with up to two words, the second
// from words[0]; words[0] and words[1] take the reply's first two. Returns the reply's MessageInfo (label = error).
    .globl KiInvoke
    .p2align 4
    .seh_proc KiInvoke
KiInvoke:
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    pushq %r15
    .seh_pushreg %r15
    pushq %r12
    .seh_pushreg %r12
    .seh_endprologue
    movq %r9, %r12
    movq %rcx, %rdi
    movq %rdx, %rsi
    movq %r8, %r10
    movq (%r12), %r8
    xorl %r9d, %r9d
    xorl %r15d, %r15d
    movq $-1, %rdx              // seL4_SysCall
    movq %rsp, %rbx
    syscall
    movq %rbx, %rsp
    movq %r10, (%r12)
    movq %r8, 8(%r12)
    movq %rsi, %rax
    popq %r12
    popq %r15
    popq %rdi
    popq %rsi
    popq %rbx
    ret
    .seh_endproc

// void KiSend(ULONG_PTR slot, ULONG64 info): seL4_Send of a message without words (an interrupt handler's Ack).
    .globl KiSend
    .p2align 4
    .seh_proc KiSend
KiSend:
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    .seh_endprologue
    movq %rcx, %rdi
    movq %rdx, %rsi
    movq $-3, %rdx              // seL4_SysSend
    movq %rsp, %rbx
    syscall
    movq %rbx, %rsp
    popq %rdi
    popq %rsi
    popq %rbx
    ret
    .seh_endproc
