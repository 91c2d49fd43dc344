// Event tracing: what a system does on which nobody collects events. A registration is remembered so that wrong handles
// are told from right ones; writing an event that no session wants succeeds, as on NT.

#include <ntifs.h>

#include <wdmp/irql.hpp>

namespace {

constexpr ULONG kMaximumProviders = 256;
constexpr REGHANDLE kFirst = 0x1000;

bool registered[kMaximumProviders];

bool Known(REGHANDLE handle) {
  const REGHANDLE index = handle - kFirst;
  return index < kMaximumProviders && registered[index];
}

}  // namespace

extern "C" {

// STATUS_NO_MEMORY: too many providers. The callback is called when somebody enables the provider: never yet.
NTSTATUS NTAPI EtwRegister(LPCGUID ProviderId, PETWENABLECALLBACK EnableCallback, PVOID CallbackContext,
                           PREGHANDLE RegHandle) {
  (void)EnableCallback;
  (void)CallbackContext;
  if (ProviderId == nullptr || RegHandle == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  ke::AtDispatch guard;
  for (ULONG i = 0; i < kMaximumProviders; i += 1) {
    if (!registered[i]) {
      registered[i] = true;
      *RegHandle = kFirst + i;
      return STATUS_SUCCESS;
    }
  }
  return STATUS_NO_MEMORY;
}

NTSTATUS NTAPI EtwUnregister(REGHANDLE RegHandle) {
  ke::AtDispatch guard;
  if (!Known(RegHandle)) {
    return STATUS_INVALID_HANDLE;
  }
  registered[RegHandle - kFirst] = false;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI EtwWrite(REGHANDLE RegHandle, PCEVENT_DESCRIPTOR EventDescriptor, LPCGUID ActivityId,
                        ULONG UserDataCount, PEVENT_DATA_DESCRIPTOR UserData) {
  (void)EventDescriptor;
  (void)ActivityId;
  (void)UserDataCount;
  (void)UserData;
  return Known(RegHandle) ? STATUS_SUCCESS : STATUS_INVALID_HANDLE;
}

NTSTATUS NTAPI EtwWriteTransfer(REGHANDLE RegHandle, PCEVENT_DESCRIPTOR EventDescriptor, LPCGUID ActivityId,
                                LPCGUID RelatedActivityId, ULONG UserDataCount, PEVENT_DATA_DESCRIPTOR UserData) {
  (void)RelatedActivityId;
  return EtwWrite(RegHandle, EventDescriptor, ActivityId, UserDataCount, UserData);
}

NTSTATUS NTAPI EtwWriteString(REGHANDLE RegHandle, UCHAR Level, ULONGLONG Keyword, LPCGUID ActivityId, PCWSTR String) {
  (void)Level;
  (void)Keyword;
  (void)String;
  return EtwWrite(RegHandle, nullptr, ActivityId, 0, nullptr);
}

BOOLEAN NTAPI EtwEventEnabled(REGHANDLE RegHandle, PCEVENT_DESCRIPTOR EventDescriptor) {
  (void)RegHandle;
  (void)EventDescriptor;
  return FALSE;
}

BOOLEAN NTAPI EtwProviderEnabled(REGHANDLE RegHandle, UCHAR Level, ULONGLONG Keyword) {
  (void)RegHandle;
  (void)Level;
  (void)Keyword;
  return FALSE;
}

}  // extern "C"
