// The frames around language handlers. Their own handlers tell the dispatcher that an exception or unwind met another
// one that was still in progress.

    .text

// (record, frame, context, dispatcher context): calls dispatcher->LanguageHandler with the same arguments.
    .globl RtlpExecuteHandlerForException
    .p2align 4
    .seh_proc RtlpExecuteHandlerForException
RtlpExecuteHandlerForException:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_handler RtlpNestedExceptionHandler, @except, @unwind
    .seh_endprologue
    movq %r9, 32(%rsp)          // the handler finds it at EstablisherFrame + 32
    call *0x30(%r9)
    nop
    addq $40, %rsp
    ret
    .seh_endproc

    .globl RtlpExecuteHandlerForUnwind
    .p2align 4
    .seh_proc RtlpExecuteHandlerForUnwind
RtlpExecuteHandlerForUnwind:
    subq $40, %rsp
    .seh_stackalloc 40
    .seh_handler RtlpCollidedUnwindHandler, @except, @unwind
    .seh_endprologue
    movq %r9, 32(%rsp)
    call *0x30(%r9)
    nop
    addq $40, %rsp
    ret
    .seh_endproc

