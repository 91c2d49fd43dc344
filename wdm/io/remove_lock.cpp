// Remove locks. Facts: learn.microsoft.com, "Using Remove Locks", IoAcquireRemoveLock. The layouts of both forms are
// the headers'; the size tells which one the driver was built with.

#include "iop.hpp"

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

namespace io {
namespace {

// A tag that was acquired, on the list of a checked build's lock.
struct Held {
  Held *next;
  PVOID tag;
};

bool Tracks(ULONG size) { return size == sizeof(IO_REMOVE_LOCK_DBG_BLOCK) + sizeof(IO_REMOVE_LOCK_COMMON_BLOCK); }

struct Checked {
  IO_REMOVE_LOCK_COMMON_BLOCK common;
  IO_REMOVE_LOCK_DBG_BLOCK debug;
};

// The list's head is kept in the block that checked builds reserve for it.
Held *&HeldTags(PIO_REMOVE_LOCK lock) {
  return *reinterpret_cast<Held **>(&reinterpret_cast<Checked *>(lock)->debug.Blocks);
}

IO_REMOVE_LOCK_COMMON_BLOCK &Common(PIO_REMOVE_LOCK lock) {
  return *reinterpret_cast<IO_REMOVE_LOCK_COMMON_BLOCK *>(lock);
}

void Remember(PIO_REMOVE_LOCK lock, PVOID tag) {
  auto *held = wdm::PoolNew<Held>(kTag);
  if (held == nullptr) {
    InterlockedIncrement(&reinterpret_cast<Checked *>(lock)->debug.LowMemoryCount);
    return;
  }
  ke::AtDispatch guard;
  held->tag = tag;
  held->next = HeldTags(lock);
  HeldTags(lock) = held;
}

// A tag that is not held is a driver's error, unless memory was too short to note it.
void Forget(PIO_REMOVE_LOCK lock, PVOID tag) {
  ke::AtDispatch guard;
  for (Held **link = &HeldTags(lock); *link != nullptr; link = &(*link)->next) {
    if ((*link)->tag == tag) {
      Held *held = *link;
      *link = held->next;
      wdm::PoolFree(held);
      return;
    }
  }
  if (InterlockedDecrement(&reinterpret_cast<Checked *>(lock)->debug.LowMemoryCount) < 0) {
    KeBugCheckEx(DRIVER_VERIFIER_DETECTED_VIOLATION, 0x1001, reinterpret_cast<ULONG_PTR>(lock),
                 reinterpret_cast<ULONG_PTR>(tag), 0);
  }
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: IoInitializeRemoveLock.
void NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK Lock, ULONG AllocateTag, ULONG, ULONG HighWatermark,
                                    ULONG RemlockSize) {
  auto &common = io::Common(Lock);
  common.Removed = FALSE;
  common.IoCount = 1;
  KeInitializeEvent(&common.RemoveEvent, SynchronizationEvent, FALSE);
  if (io::Tracks(RemlockSize)) {
    auto &debug = reinterpret_cast<io::Checked *>(Lock)->debug;
    debug = {};
    debug.HighWatermark = HighWatermark;
    debug.AllocateTag = static_cast<LONG>(AllocateTag);
    InitializeListHead(&debug.LockList);
    KeInitializeSpinLock(&debug.Spin);
  }
}

// WDK: IoAcquireRemoveLock. STATUS_DELETE_PENDING once IoReleaseRemoveLockAndWait was called. IRQL <= DISPATCH_LEVEL.
NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, PCSTR, ULONG, ULONG RemlockSize) {
  auto &common = io::Common(RemoveLock);
  InterlockedIncrement(&common.IoCount);
  if (common.Removed) {
    if (InterlockedDecrement(&common.IoCount) == 0) {
      KeSetEvent(&common.RemoveEvent, IO_NO_INCREMENT, FALSE);
    }
    return STATUS_DELETE_PENDING;
  }
  if (io::Tracks(RemlockSize)) {
    io::Remember(RemoveLock, Tag);
  }
  return STATUS_SUCCESS;
}

// WDK: IoReleaseRemoveLock. IRQL <= DISPATCH_LEVEL.
void NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize) {
  auto &common = io::Common(RemoveLock);
  if (io::Tracks(RemlockSize)) {
    io::Forget(RemoveLock, Tag);
  }
  if (InterlockedDecrement(&common.IoCount) == 0) {
    KeSetEvent(&common.RemoveEvent, IO_NO_INCREMENT, FALSE);
  }
}

// WDK: IoReleaseRemoveLockAndWait: no more acquisitions, and waits for those that are left. IRQL PASSIVE_LEVEL.
void NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK RemoveLock, PVOID Tag, ULONG RemlockSize) {
  auto &common = io::Common(RemoveLock);
  if (io::Tracks(RemlockSize)) {
    io::Forget(RemoveLock, Tag);
  }
  common.Removed = TRUE;
  // The caller's own acquisition, and the bias of the initialisation.
  InterlockedDecrement(&common.IoCount);
  if (InterlockedDecrement(&common.IoCount) > 0) {
    KeWaitForSingleObject(&common.RemoveEvent, Executive, KernelMode, FALSE, nullptr);
  }
}

}  // extern "C"
