// The parts of the PEB that ntdll fills in.

#include "../ldr/init.hpp"
#include "../ntdllp.hpp"

#include "fls.hpp"

namespace ntdll {

namespace {

RTL_BITMAP tls_bitmap;
RTL_BITMAP tls_expansion_bitmap;
RTL_CRITICAL_SECTION peb_lock = {reinterpret_cast<PRTL_CRITICAL_SECTION_DEBUG>(-1), -1, 0, nullptr, nullptr, 0};

}  // namespace

Result<void> InitialiseRuntime() {
  PEB &peb = Peb();
  peb.FastPebLock = &peb_lock;
  RtlInitializeBitMap(&tls_bitmap, peb.TlsBitmapBits, TLS_MINIMUM_AVAILABLE);
  RtlInitializeBitMap(&tls_expansion_bitmap, peb.TlsExpansionBitmapBits, TLS_EXPANSION_SLOTS);
  peb.TlsBitmap = &tls_bitmap;
  peb.TlsExpansionBitmap = &tls_expansion_bitmap;
  peb.ProcessHeap = RtlCreateHeap(HEAP_GROWABLE, nullptr, 0, 0, nullptr, nullptr);
  if (peb.ProcessHeap == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  return {};
}

void ReleaseThreadData() { RunFlsCallbacks(); }

}  // namespace ntdll

extern "C" PPEB NTAPI RtlGetCurrentPeb(VOID) { return NtCurrentPeb(); }
