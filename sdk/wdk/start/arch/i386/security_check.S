// @__security_check_cookie@4: ECX = the guard found in a frame. Every register but flags is kept: it runs in epilogues.
    .text
    .def @__security_check_cookie@4
    .scl 2
    .type 32
    .endef
    .globl "@__security_check_cookie@4"
"@__security_check_cookie@4":
    cmpl ___security_cookie, %ecx
    jne .Lbroken
    ret
.Lbroken:
    pushl %ecx
    call ___report_gsfailure
