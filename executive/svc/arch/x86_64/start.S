// Where the kernel starts the root task: no stack, RDI = boot information.
    .section .text.start, "ax", @progbits
    .globl _start
_start:
    leaq executive_stack_top(%rip), %rsp
    xorl %ebp, %ebp
    pushq %rbp
    jmp ExecutiveMain

    // The second thread of the Executive begins here: RSP is its stack.
    .globl watchdog_start
watchdog_start:
    xorl %ebp, %ebp
    pushq %rbp
    jmp WatchdogMain

    .section .bss.stack, "aw", @nobits
    .balign 4096
executive_stack:
    .skip 0x10000
executive_stack_top:
    .globl watchdog_stack_top
watchdog_stack:
    .skip 0x2000
watchdog_stack_top:
