// __chkstk: the compiler calls it before it takes a stack frame of a page or more, RAX = the frame's size. It touches
// the pages in order, so that the guard page moves down with the stack, and keeps every register.
    .text
    .def __chkstk
    .scl 2
    .type 32
    .endef
    .globl __chkstk
    .seh_proc __chkstk
__chkstk:
    pushq %rax
    .seh_pushreg %rax
    pushq %rdx
    .seh_pushreg %rdx
    .seh_endprologue
    leaq 24(%rsp), %rdx             // the caller's stack pointer: two registers and a return address up
.Lnext_page:
    cmpq $4096, %rax
    jbe .Llast_page
    subq $4096, %rdx
    subq $4096, %rax
    testb %al, (%rdx)
    jmp .Lnext_page
.Llast_page:
    subq %rax, %rdx
    testb %al, (%rdx)
    popq %rdx
    popq %rax
    ret
    .seh_endproc
