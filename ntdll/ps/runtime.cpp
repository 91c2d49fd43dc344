// The parts of the PEB that ntdll fills in.

#include "../ldr/init.hpp"
#include "../ntdllp.hpp"

#include "fls.hpp"

namespace ntdll {

Result<void> InitialiseRuntime() {
  PEB &peb = Peb();
  peb.ProcessHeap = RtlCreateHeap(HEAP_GROWABLE, nullptr, 0, 0, nullptr, nullptr);
  if (peb.ProcessHeap == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  return {};
}

void ReleaseThreadData() { RunFlsCallbacks(); }

}  // namespace ntdll

extern "C" PPEB NTAPI RtlGetCurrentPeb(VOID) { return NtCurrentPeb(); }
