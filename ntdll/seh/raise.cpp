// Raising exceptions, continuing contexts, and what happens to an exception nobody handles.

#include "unwind.hpp"

#include "../ntdllp.hpp"

namespace {

PRTLP_UNHANDLED_EXCEPTION_FILTER unhandled_filter;

// Nobody handled it: the program's last word, then the end of the process, which the Executive announces.
void Unhandled(PEXCEPTION_RECORD record, PCONTEXT context) {
  if (unhandled_filter != nullptr) {
    EXCEPTION_POINTERS pointers = {record, context};
    LONG answer = unhandled_filter(&pointers);
    if (answer == EXCEPTION_CONTINUE_EXECUTION && (record->ExceptionFlags & EXCEPTION_NONCONTINUABLE) == 0) {
      NtContinue(context, FALSE);
    }
    if (answer == EXCEPTION_EXECUTE_HANDLER) {
      NtTerminateProcess(NtCurrentProcess(), record->ExceptionCode);
    }
  }
  NtRaiseException(record, context, FALSE);
}

// Takes a captured context from the function that captured it to that function's caller.
void ToCaller(PCONTEXT context) {
  ULONG_PTR image_base = 0;
  ULONG_PTR pc = context->Rip;
  PRUNTIME_FUNCTION entry = RtlLookupFunctionEntry(pc, &image_base, nullptr);
  seh::UnwindFrame frame = {};
  if (entry == nullptr ||
      !seh::VirtualUnwind(UNW_FLAG_NHANDLER, image_base, pc, entry, context, &frame, nullptr, nullptr)) {
    NtTerminateProcess(NtCurrentProcess(), STATUS_BAD_FUNCTION_TABLE);
  }
}

void Dispatch(PEXCEPTION_RECORD record, PCONTEXT context) {
  if (RtlDispatchException(record, context)) {
    NtContinue(context, FALSE);
  } else {
    Unhandled(record, context);
  }
}

// longjmp's buffer as setjmp of the Microsoft C runtime fills it.
struct JumpBuffer {
  ULONG64 Frame, Rbx, Rsp, Rbp, Rsi, Rdi, R12, R13, R14, R15, Rip;
  ULONG MxCsr;
  USHORT FpCsr, Spare;
  M128A Xmm[10];
};
static_assert(sizeof(JumpBuffer) == 0x100);

void LoadJumpBuffer(PCONTEXT context, const JumpBuffer &buffer) {
  context->Rbx = buffer.Rbx;
  context->Rsp = buffer.Rsp;
  context->Rbp = buffer.Rbp;
  context->Rsi = buffer.Rsi;
  context->Rdi = buffer.Rdi;
  context->R12 = buffer.R12;
  context->R13 = buffer.R13;
  context->R14 = buffer.R14;
  context->R15 = buffer.R15;
  context->Rip = buffer.Rip;
  context->MxCsr = buffer.MxCsr;
  for (int i = 0; i < 10; i += 1) {
    context->FltSave.XmmRegisters[6 + i] = buffer.Xmm[i];
  }
}

}  // namespace

extern "C" {

// KiUserExceptionDispatcher comes here.
DECLSPEC_NORETURN void RtlpDispatchUserException(PEXCEPTION_RECORD record, PCONTEXT context) {
  Dispatch(record, context);
  // The Executive refused the context or the record: the program has damaged them.
  NtTerminateProcess(NtCurrentProcess(), STATUS_UNSUCCESSFUL);
  __builtin_trap();
}

VOID NTAPI RtlRaiseException(PEXCEPTION_RECORD ExceptionRecord) {
  CONTEXT context;
  RtlCaptureContext(&context);
  ToCaller(&context);
  context.ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
  ExceptionRecord->ExceptionAddress = reinterpret_cast<PVOID>(context.Rip);
  Dispatch(ExceptionRecord, &context);
  NtTerminateProcess(NtCurrentProcess(), ExceptionRecord->ExceptionCode);
}

VOID NTAPI RtlRaiseStatus(NTSTATUS Status) {
  CONTEXT context;
  RtlCaptureContext(&context);
  ToCaller(&context);
  context.ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
  EXCEPTION_RECORD record = {};
  record.ExceptionCode = Status;
  record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
  record.ExceptionAddress = reinterpret_cast<PVOID>(context.Rip);
  Dispatch(&record, &context);
  NtTerminateProcess(NtCurrentProcess(), Status);
  __builtin_trap();
}

VOID NTAPI RtlSetUnhandledExceptionFilter(PRTLP_UNHANDLED_EXCEPTION_FILTER UnhandledExceptionFilter) {
  unhandled_filter = UnhandledExceptionFilter;
}

LONG NTAPI RtlUnhandledExceptionFilter(PEXCEPTION_POINTERS) { return EXCEPTION_CONTINUE_SEARCH; }

NTSTATUS NTAPI NtContinue(PCONTEXT ContextRecord, BOOLEAN TestAlert) {
  if (ContextRecord == nullptr) {
    return STATUS_ACCESS_VIOLATION;
  }
  if ((ContextRecord->ContextFlags & CONTEXT_CONTROL) != CONTEXT_CONTROL ||
      (reinterpret_cast<ULONG_PTR>(ContextRecord) & 15) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  if (TestAlert) {
    NtTestAlert();
  }
  RtlpRestoreContext(ContextRecord);
}

VOID NTAPI RtlRestoreContext(PCONTEXT ContextRecord, PEXCEPTION_RECORD ExceptionRecord) {
  if (ExceptionRecord != nullptr && ExceptionRecord->ExceptionCode == STATUS_LONGJUMP &&
      ExceptionRecord->NumberParameters >= 1) {
    LoadJumpBuffer(ContextRecord, *reinterpret_cast<const JumpBuffer *>(ExceptionRecord->ExceptionInformation[0]));
  }
  if (ExceptionRecord != nullptr && ExceptionRecord->ExceptionCode == STATUS_UNWIND_CONSOLIDATE &&
      ExceptionRecord->NumberParameters >= 1) {
    // A language's catch funclet runs below the frames it leaves and says where to go on.
    using Callback = PVOID(NTAPI *)(PEXCEPTION_RECORD);
    auto callback = reinterpret_cast<Callback>(ExceptionRecord->ExceptionInformation[0]);
    ContextRecord->Rip = reinterpret_cast<ULONG64>(callback(ExceptionRecord));
  }
  RtlpRestoreContext(ContextRecord);
}

}  // extern "C"
