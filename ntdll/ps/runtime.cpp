// The parts of the PEB that ntdll fills in.

#include "../ldr/init.hpp"
#include "../ntdllp.hpp"

#include "fls.hpp"

extern "C" BOOLEAN NTAPI RtlpInitializeProcessHeap(PPEB peb);  // rtl/: process heap and PEB lock

namespace ntdll {

namespace {

RTL_BITMAP tls_bitmap;
RTL_BITMAP tls_expansion_bitmap;

}  // namespace

Result<void> InitialiseRuntime() {
  PEB &peb = Peb();
  RtlInitializeBitMap(&tls_bitmap, peb.TlsBitmapBits, TLS_MINIMUM_AVAILABLE);
  RtlInitializeBitMap(&tls_expansion_bitmap, peb.TlsExpansionBitmapBits, TLS_EXPANSION_SLOTS);
  peb.TlsBitmap = &tls_bitmap;
  peb.TlsExpansionBitmap = &tls_expansion_bitmap;
  if (!RtlpInitializeProcessHeap(&peb)) {
    return Fail(STATUS_NO_MEMORY);
  }
  return {};
}

void ReleaseThreadData() { RunFlsCallbacks(); }

}  // namespace ntdll

extern "C" PPEB NTAPI RtlGetCurrentPeb(VOID) { return NtCurrentPeb(); }
