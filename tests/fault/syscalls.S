// seL4 system calls as a hostile driver would make them, and instructions that user code may not use.

    .text

// long long TroubleCall(capability, label, word0, word1): seL4_Call; the answer's label, or -1 for a fault's.
    .globl TroubleCall
    .p2align 4
    .seh_proc TroubleCall
TroubleCall:
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
    movq %rdx, %rsi
    shlq $12, %rsi
    orq $2, %rsi
    movq %r8, %r10
    movq %r9, %r8
    xorl %r9d, %r9d
    xorl %r15d, %r15d
    movq $-1, %rdx
    movq %rsp, %rbx
    syscall
    movq %rbx, %rsp
    movq %rsi, %rax
    shrq $12, %rax
    testq %rdi, %rdi            // a badge: the Executive answered; its status is in the first word
    jnz 1f
    testq %rax, %rax
    jnz 1f
    movslq %r10d, %rax
1:
    popq %r15
    popq %rdi
    popq %rsi
    popq %rbx
    ret
    .seh_endproc

// void TroubleSignal(capability)
    .globl TroubleSignal
    .p2align 4
    .seh_proc TroubleSignal
TroubleSignal:
    pushq %rbx
    .seh_pushreg %rbx
    pushq %rsi
    .seh_pushreg %rsi
    pushq %rdi
    .seh_pushreg %rdi
    .seh_endprologue
    movq %rcx, %rdi
    xorl %esi, %esi
    movq $-3, %rdx
    movq %rsp, %rbx
    syscall
    movq %rbx, %rsp
    popq %rdi
    popq %rsi
    popq %rbx
    ret
    .seh_endproc

    .globl TroubleIn
    .p2align 4
TroubleIn:
    movl %ecx, %edx
    inb %dx, %al
    ret

    .globl TroubleHalt
    .p2align 4
TroubleHalt:
    hlt
    ret
