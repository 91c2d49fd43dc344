// ERESOURCE: learn.microsoft.com, "Introduction to ERESOURCE Routines".

#include "resource_core.hpp"

#include <ntifs.h>

#include <wdmp/irql.hpp>

#include <string.h>

using wdm::ResourceMode;
using wdm::ResourceWaiter;

namespace {

constexpr LONGLONG kRetry = -10 * 1000 * 10;  // 10 ms

ERESOURCE_THREAD Current() { return reinterpret_cast<ERESOURCE_THREAD>(KeGetCurrentThread()); }

void Wake(ResourceWaiter *waiter) {
  while (waiter != nullptr) {
    ResourceWaiter *next = waiter->next;  // the waiter's stack may go as soon as it runs
    ke::Unpark(waiter->parking);
    waiter = next;
  }
}

BOOLEAN Acquire(PERESOURCE resource, ResourceMode mode, bool wait) {
  const ERESOURCE_THREAD thread = Current();
  ResourceWaiter waiter{nullptr, thread, mode == ResourceMode::kExclusive, {}};
  for (;;) {
    {
      ke::AtDispatch guard;
      const bool room = wdm::ReserveOwner(*resource);
      if (room && wdm::TryAcquire(*resource, thread, mode)) {
        return TRUE;
      }
      if (!wait) {
        return FALSE;
      }
      if (room) {
        wdm::Enqueue(*resource, waiter);
        break;
      }
    }
    LARGE_INTEGER pause;  // NT tries again too when pool runs short
    pause.QuadPart = kRetry;
    KeDelayExecutionThread(KernelMode, FALSE, &pause);
  }
  ke::Park(waiter.parking);
  return TRUE;
}

void ReleaseFor(PERESOURCE resource, ERESOURCE_THREAD thread) {
  ke::AtDispatch guard;
  ResourceWaiter *woken = nullptr;
  if (!wdm::Release(*resource, thread, &woken)) {
    KeBugCheckEx(RESOURCE_NOT_OWNED, reinterpret_cast<ULONG_PTR>(resource), thread,
                 reinterpret_cast<ULONG_PTR>(resource->OwnerTable), 3);
  }
  Wake(woken);
}

}  // namespace

extern "C" {

NTSTATUS NTAPI ExInitializeResourceLite(PERESOURCE Resource) {
  memset(Resource, 0, sizeof(*Resource));
  InitializeListHead(&Resource->SystemResourcesList);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI ExReinitializeResourceLite(PERESOURCE Resource) {
  wdm::FreeOwners(*Resource);
  return ExInitializeResourceLite(Resource);
}

// A resource that somebody owns or waits for may not be deleted: learn.microsoft.com, "ExDeleteResourceLite".
NTSTATUS NTAPI ExDeleteResourceLite(PERESOURCE Resource) {
  wdm::FreeOwners(*Resource);
  return STATUS_SUCCESS;
}

BOOLEAN NTAPI ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait) {
  return Acquire(Resource, ResourceMode::kExclusive, Wait);
}

BOOLEAN NTAPI ExTryToAcquireResourceExclusiveLite(PERESOURCE Resource) {
  return Acquire(Resource, ResourceMode::kExclusive, false);
}

BOOLEAN NTAPI ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait) {
  return Acquire(Resource, ResourceMode::kShared, Wait);
}

BOOLEAN NTAPI ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait) {
  return Acquire(Resource, ResourceMode::kSharedStarveExclusive, Wait);
}

BOOLEAN NTAPI ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait) {
  return Acquire(Resource, ResourceMode::kSharedWaitForExclusive, Wait);
}

// Bug check RESOURCE_NOT_OWNED for a thread that does not own the resource.
VOID FASTCALL ExReleaseResourceLite(PERESOURCE Resource) { ReleaseFor(Resource, Current()); }

VOID NTAPI ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId) {
  ReleaseFor(Resource, ResourceThreadId);
}

VOID NTAPI ExConvertExclusiveToSharedLite(PERESOURCE Resource) {
  ke::AtDispatch guard;
  ResourceWaiter *woken = nullptr;
  if (!wdm::ConvertToShared(*Resource, &woken)) {
    KeBugCheckEx(RESOURCE_NOT_OWNED, reinterpret_cast<ULONG_PTR>(Resource), Current(),
                 reinterpret_cast<ULONG_PTR>(Resource->OwnerTable), 3);
  }
  Wake(woken);
}

// learn.microsoft.com, "ExSetResourceOwnerPointer": the caller has set the two low bits of the pointer, so that it is
// no thread.
VOID NTAPI ExSetResourceOwnerPointer(PERESOURCE Resource, PVOID OwnerPointer) {
  ke::AtDispatch guard;
  if (!wdm::SetOwner(*Resource, Current(), reinterpret_cast<ERESOURCE_THREAD>(OwnerPointer))) {
    KeBugCheckEx(RESOURCE_NOT_OWNED, reinterpret_cast<ULONG_PTR>(Resource), Current(),
                 reinterpret_cast<ULONG_PTR>(Resource->OwnerTable), 3);
  }
}

// Flags (FLAG_OWNER_POINTER_IS_THREAD) tells what the pointer is, for priority boosts.
VOID NTAPI ExSetResourceOwnerPointerEx(PERESOURCE Resource, PVOID OwnerPointer, ULONG Flags) {
  (void)Flags;
  ExSetResourceOwnerPointer(Resource, OwnerPointer);
}

BOOLEAN NTAPI ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource) {
  ke::AtDispatch guard;
  return wdm::OwnedExclusive(*Resource) && Resource->OwnerEntry.OwnerThread == Current();
}

ULONG NTAPI ExIsResourceAcquiredSharedLite(PERESOURCE Resource) {
  ke::AtDispatch guard;
  return wdm::CountOf(*Resource, Current());
}

ULONG NTAPI ExGetExclusiveWaiterCount(PERESOURCE Resource) { return Resource->NumberOfExclusiveWaiters; }
ULONG NTAPI ExGetSharedWaiterCount(PERESOURCE Resource) { return Resource->NumberOfSharedWaiters; }

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource) {
  KeEnterCriticalRegion();
  Acquire(Resource, ResourceMode::kExclusive, true);
  return nullptr;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource) {
  KeEnterCriticalRegion();
  Acquire(Resource, ResourceMode::kShared, true);
  return nullptr;
}

PVOID NTAPI ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource) {
  KeEnterCriticalRegion();
  Acquire(Resource, ResourceMode::kSharedWaitForExclusive, true);
  return nullptr;
}

VOID FASTCALL ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource) {
  ExReleaseResourceLite(Resource);
  KeLeaveCriticalRegion();
}

}  // extern "C"
