// The loader lock: PEB.LoaderLock.

#include "module.hpp"

namespace ldr {
namespace {

// Free, no debug information.
RTL_CRITICAL_SECTION loader_lock = {reinterpret_cast<PRTL_CRITICAL_SECTION_DEBUG>(-1), -1, 0, nullptr, nullptr, 0};

// The other threads of a process that ends are gone, perhaps with the lock.
bool LastThread() {
  const PEB_LDR_DATA *data = ntdll::Peb().Ldr;
  return data != nullptr && data->ShutdownInProgress && data->ShutdownThreadId == ntdll::Teb().ClientId.UniqueThread;
}

}  // namespace

bool LoaderLock::OwnedByCaller() { return loader_lock.OwningThread == ntdll::Teb().ClientId.UniqueThread; }

bool LoaderLock::TryAcquire() { return LastThread() || RtlTryEnterCriticalSection(&loader_lock); }

void LoaderLock::Acquire() {
  ntdll::Peb().LoaderLock = &loader_lock;
  if (!LastThread()) {
    RtlEnterCriticalSection(&loader_lock);
  }
}

void LoaderLock::ReleaseLock() {
  if (!LastThread()) {
    RtlLeaveCriticalSection(&loader_lock);
  }
}

}  // namespace ldr
