#include "resource_core.hpp"

#include <wdmp/pool.hpp>

#include <string.h>

namespace wdm {
namespace {

constexpr uint32_t kTag = PoolTag("Eres");
constexpr ULONG kFirstRoom = 4;

// Entry 0 of the table is its header: TableSize counts the entries, itself included.
ULONG Room(const ERESOURCE &resource) {
  return resource.OwnerTable == nullptr ? 0 : resource.OwnerTable[0].TableSize - 1;
}

OWNER_ENTRY *Find(ERESOURCE &resource, ERESOURCE_THREAD thread) {
  if (resource.OwnerEntry.OwnerThread == thread) {
    return &resource.OwnerEntry;
  }
  for (ULONG i = 1; i <= Room(resource); i += 1) {
    if (resource.OwnerTable[i].OwnerThread == thread) {
      return &resource.OwnerTable[i];
    }
  }
  return nullptr;
}

void SetActive(ERESOURCE &resource, ULONG entries) {
  resource.ActiveEntries = entries;
  resource.ActiveCount = static_cast<SHORT>(entries);
}

void AddSharedOwner(ERESOURCE &resource, ERESOURCE_THREAD thread) {
  OWNER_ENTRY *entry = Find(resource, thread);
  if (entry != nullptr) {
    entry->OwnerCount += 1;
    return;
  }
  entry = Find(resource, 0);  // there is one: ReserveOwner
  entry->OwnerThread = thread;
  entry->OwnerCount = 1;
  SetActive(resource, resource.ActiveEntries + 1);
}

void MakeExclusiveOwner(ERESOURCE &resource, ERESOURCE_THREAD thread) {
  resource.OwnerEntry.OwnerThread = thread;
  resource.OwnerEntry.OwnerCount = 1;
  resource.Flag |= ResourceOwnedExclusive;
  SetActive(resource, 1);
}

ResourceWaiter *WakeSharers(ERESOURCE &resource) {
  auto *first = static_cast<ResourceWaiter *>(resource.SharedWaiters);
  resource.SharedWaiters = nullptr;
  resource.NumberOfSharedWaiters = 0;
  for (ResourceWaiter *waiter = first; waiter != nullptr; waiter = waiter->next) {
    AddSharedOwner(resource, waiter->thread);
  }
  return first;
}

ResourceWaiter *WakeExclusive(ERESOURCE &resource) {
  auto *first = static_cast<ResourceWaiter *>(resource.ExclusiveWaiters);
  if (first != nullptr) {
    resource.ExclusiveWaiters = first->next;
    resource.NumberOfExclusiveWaiters -= 1;
    first->next = nullptr;
    MakeExclusiveOwner(resource, first->thread);
  }
  return first;
}

}  // namespace

bool ReserveOwner(ERESOURCE &resource) {
  // Everybody who shares or waits to share may need an entry, and the caller; one of them fits into OwnerEntry.
  const ULONG needed = resource.ActiveEntries + resource.NumberOfSharedWaiters;
  if (needed <= Room(resource)) {
    return true;
  }
  const ULONG room = needed < kFirstRoom ? kFirstRoom : needed * 2;
  auto *table = static_cast<OWNER_ENTRY *>(PoolAllocateZero((room + 1) * sizeof(OWNER_ENTRY), kTag));
  if (table == nullptr) {
    return false;
  }
  table[0].TableSize = room + 1;
  if (resource.OwnerTable != nullptr) {
    memcpy(table + 1, resource.OwnerTable + 1, Room(resource) * sizeof(OWNER_ENTRY));
    PoolFree(resource.OwnerTable);
  }
  resource.OwnerTable = table;
  return true;
}

bool TryAcquire(ERESOURCE &resource, ERESOURCE_THREAD thread, ResourceMode mode) {
  if (OwnedExclusive(resource)) {
    if (resource.OwnerEntry.OwnerThread != thread) {
      return false;
    }
    resource.OwnerEntry.OwnerCount += 1;
    return true;
  }
  if (mode == ResourceMode::kExclusive) {
    if (resource.ActiveEntries != 0) {
      return false;
    }
    MakeExclusiveOwner(resource, thread);
    return true;
  }
  const bool others_first = resource.NumberOfExclusiveWaiters != 0;
  if (others_first && (mode == ResourceMode::kSharedWaitForExclusive ||
                       (mode == ResourceMode::kShared && Find(resource, thread) == nullptr))) {
    return false;
  }
  AddSharedOwner(resource, thread);
  return true;
}

void Enqueue(ERESOURCE &resource, ResourceWaiter &waiter) {
  PVOID &head = waiter.exclusive ? resource.ExclusiveWaiters : resource.SharedWaiters;
  (waiter.exclusive ? resource.NumberOfExclusiveWaiters : resource.NumberOfSharedWaiters) += 1;
  resource.ContentionCount += 1;
  waiter.next = nullptr;
  auto *last = static_cast<ResourceWaiter *>(head);
  if (last == nullptr) {
    head = &waiter;
    return;
  }
  while (last->next != nullptr) {
    last = last->next;
  }
  last->next = &waiter;
}

bool Release(ERESOURCE &resource, ERESOURCE_THREAD thread, ResourceWaiter **woken) {
  *woken = nullptr;
  OWNER_ENTRY *entry = thread == 0 || resource.ActiveEntries == 0 ? nullptr : Find(resource, thread);
  if (entry == nullptr) {
    return false;
  }
  entry->OwnerCount -= 1;
  if (entry->OwnerCount != 0) {
    return true;
  }
  entry->OwnerThread = 0;
  SetActive(resource, resource.ActiveEntries - 1);
  if (resource.ActiveEntries != 0) {
    return true;
  }
  // After an exclusive owner those that want to share go first; after sharers the next exclusive one.
  const bool was_exclusive = OwnedExclusive(resource);
  resource.Flag = static_cast<USHORT>(resource.Flag & ~ResourceOwnedExclusive);
  if (resource.NumberOfSharedWaiters != 0 && (was_exclusive || resource.NumberOfExclusiveWaiters == 0)) {
    *woken = WakeSharers(resource);
  } else {
    *woken = WakeExclusive(resource);
  }
  return true;
}

bool ConvertToShared(ERESOURCE &resource, ResourceWaiter **woken) {
  *woken = nullptr;
  if (!OwnedExclusive(resource)) {
    return false;
  }
  resource.Flag = static_cast<USHORT>(resource.Flag & ~ResourceOwnedExclusive);
  *woken = WakeSharers(resource);
  return true;
}

bool SetOwner(ERESOURCE &resource, ERESOURCE_THREAD thread, ERESOURCE_THREAD owner) {
  OWNER_ENTRY *entry = resource.ActiveEntries == 0 ? nullptr : Find(resource, thread);
  if (entry == nullptr) {
    return false;
  }
  OWNER_ENTRY *same = Find(resource, owner);
  if (same == nullptr || same == entry) {
    entry->OwnerThread = owner;
    return true;
  }
  same->OwnerCount += entry->OwnerCount;
  entry->OwnerThread = 0;
  entry->OwnerCount = 0;
  SetActive(resource, resource.ActiveEntries - 1);
  return true;
}

ULONG CountOf(const ERESOURCE &resource, ERESOURCE_THREAD thread) {
  if (resource.ActiveEntries == 0) {
    return 0;
  }
  const OWNER_ENTRY *entry = Find(const_cast<ERESOURCE &>(resource), thread);
  return entry == nullptr ? 0 : entry->OwnerCount;
}

void FreeOwners(ERESOURCE &resource) {
  if (resource.OwnerTable != nullptr) {
    PoolFree(resource.OwnerTable);
    resource.OwnerTable = nullptr;
  }
}

}  // namespace wdm
