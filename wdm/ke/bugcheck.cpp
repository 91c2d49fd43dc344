// Bug checks end the host, not the system: the Executive names the code and completes what the host had open.

#include <nt/nt_services.h>
#include <ntifs.h>
#include <wdm/wdm_services.h>
#include <wdmp/baton.hpp>
#include <wdmp/irql.hpp>

#include <string_view>

namespace {

constexpr UCHAR kBufferInserted = 1;  // KBUGCHECK_CALLBACK_RECORD::State

LIST_ENTRY callbacks = {&callbacks, &callbacks};
bool failing = false;

void RunCallbacks() {
  while (!IsListEmpty(&callbacks)) {
    auto *record = CONTAINING_RECORD(RemoveHeadList(&callbacks), KBUGCHECK_CALLBACK_RECORD, Entry);
    record->CallbackRoutine(record->Buffer, record->Length);
  }
}

}  // namespace

namespace ke {

void Print(const char *text) {
  WdmDebugPrint(const_cast<char *>(text), static_cast<ULONG>(std::string_view(text).size()));
}

}  // namespace ke

extern "C" {

/// Ends the host with a code and four parameters, after the callbacks that drivers registered.
/// Source: KeBugCheckEx (WDK), Bug Check Code Reference.
DECLSPEC_NORETURN VOID NTAPI KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR BugCheckParameter1,
                                          ULONG_PTR BugCheckParameter2, ULONG_PTR BugCheckParameter3,
                                          ULONG_PTR BugCheckParameter4) {
  ke::Raise(ke::kHigh);
  if (!failing) {
    failing = true;
    RunCallbacks();
  }
  uint64_t parameters[] = {BugCheckParameter1, BugCheckParameter2, BugCheckParameter3, BugCheckParameter4};
  WdmBugCheck(BugCheckCode, parameters);
  // The Executive has ended the process by now; if it refused, nothing may run on.
  NtTerminateProcess(NtCurrentProcess(), STATUS_UNSUCCESSFUL);
  __builtin_trap();
}

/// Source: KeBugCheck (WDK).
DECLSPEC_NORETURN VOID NTAPI KeBugCheck(ULONG BugCheckCode) { KeBugCheckEx(BugCheckCode, 0, 0, 0, 0); }

/// Registers a routine that a bug check of this host calls at HIGH_LEVEL. FALSE: the record is in use.
/// Source: KeRegisterBugCheckCallback (WDK).
BOOLEAN NTAPI KeRegisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord,
                                         PKBUGCHECK_CALLBACK_ROUTINE CallbackRoutine, PVOID Buffer, ULONG Length,
                                         PUCHAR Component) {
  ke::AtHigh guard;
  if (CallbackRecord->State == kBufferInserted) {
    return FALSE;
  }
  CallbackRecord->CallbackRoutine = CallbackRoutine;
  CallbackRecord->Buffer = Buffer;
  CallbackRecord->Length = Length;
  CallbackRecord->Component = Component;
  CallbackRecord->Checksum = reinterpret_cast<ULONG_PTR>(CallbackRoutine) + reinterpret_cast<ULONG_PTR>(Buffer) +
                             Length + reinterpret_cast<ULONG_PTR>(Component);
  CallbackRecord->State = kBufferInserted;
  InsertTailList(&callbacks, &CallbackRecord->Entry);
  return TRUE;
}

/// Source: KeDeregisterBugCheckCallback (WDK).
BOOLEAN NTAPI KeDeregisterBugCheckCallback(PKBUGCHECK_CALLBACK_RECORD CallbackRecord) {
  ke::AtHigh guard;
  if (CallbackRecord->State != kBufferInserted) {
    return FALSE;
  }
  CallbackRecord->State = 0;
  RemoveEntryList(&CallbackRecord->Entry);
  return TRUE;
}

}  // extern "C"
