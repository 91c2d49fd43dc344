// __chkstk: touches each page of a large stack frame in order, so that the guard page moves down with the stack.
// In: RAX = bytes the caller is about to take. Keeps every register.
    .text
    .globl __chkstk
__chkstk:
    pushq %rcx
    pushq %rax
    leaq 24(%rsp), %rcx         // the caller's stack pointer
    cmpq $4096, %rax
    jb 2f
1:  subq $4096, %rcx
    orq $0, (%rcx)
    subq $4096, %rax
    cmpq $4096, %rax
    jae 1b
2:  subq %rax, %rcx
    orq $0, (%rcx)
    popq %rax
    popq %rcx
    ret
