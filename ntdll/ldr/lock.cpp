// The loader lock: PEB.LoaderLock.

#include "module.hpp"

#include <atomic>

namespace ldr {
namespace {

std::atomic<HANDLE> owner;
ULONG depth;

HANDLE Self() { return ntdll::Teb().ClientId.UniqueThread; }

// The other threads of a process that ends are gone, perhaps with the lock.
bool LastThread() {
  const PEB_LDR_DATA *data = ntdll::Peb().Ldr;
  return data != nullptr && data->ShutdownInProgress && data->ShutdownThreadId == Self();
}

}  // namespace

bool LoaderLock::OwnedByCaller() { return owner.load(std::memory_order_relaxed) == Self(); }

bool LoaderLock::TryAcquire() {
  if (OwnedByCaller() || LastThread()) {
    depth += 1;
    return true;
  }
  HANDLE none = nullptr;
  if (!owner.compare_exchange_strong(none, Self(), std::memory_order_acquire)) {
    return false;
  }
  depth = 1;
  return true;
}

void LoaderLock::Acquire() {
  while (!TryAcquire()) {
    NtYieldExecution();
  }
}

void LoaderLock::ReleaseLock() {
  depth -= 1;
  if (depth == 0) {
    owner.store(nullptr, std::memory_order_release);
  }
}

}  // namespace ldr
