// __security_check_cookie: RCX = the guard found in a frame. Every register but flags is kept: it runs in epilogues.
    .text
    .def __security_check_cookie
    .scl 2
    .type 32
    .endef
    .globl __security_check_cookie
__security_check_cookie:
    cmpq __security_cookie(%rip), %rcx
    jne .Lbroken
    ret
.Lbroken:
    jmp __report_gsfailure
