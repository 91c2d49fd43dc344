// The states of an ERESOURCE, without waiting: runs on the host too. The caller holds off everybody else
// (DISPATCH_LEVEL).
//
// Owners: OwnerEntry is the first one (and the only one of an exclusive resource), OwnerTable the others that share it.
// Waiters stand in two lists on their own stacks; whoever releases makes the next ones owners before they wake.
#pragma once

#include <ntddk.h>

#include <wdmp/fiber.hpp>

namespace wdm {

enum class ResourceMode { kExclusive, kShared, kSharedStarveExclusive, kSharedWaitForExclusive };

struct ResourceWaiter {
  ResourceWaiter *next;
  ERESOURCE_THREAD thread;
  bool exclusive;
  ke::Parking parking;
};

/// Room in the owner table for one more owner, so that nothing that follows can fail. False: no memory.
bool ReserveOwner(ERESOURCE &resource);

/// Makes `thread` an owner if that is possible at once. ReserveOwner has been called.
bool TryAcquire(ERESOURCE &resource, ERESOURCE_THREAD thread, ResourceMode mode);

/// Puts a waiter at the end of its list.
void Enqueue(ERESOURCE &resource, ResourceWaiter &waiter);

/// Takes one acquisition of `thread` back. False: it is no owner. `woken` gets the list of those that are owners now.
bool Release(ERESOURCE &resource, ERESOURCE_THREAD thread, ResourceWaiter **woken);

/// An exclusive owner becomes one that shares; so do all that wait to share. False: not owned exclusively.
bool ConvertToShared(ERESOURCE &resource, ResourceWaiter **woken);

/// The owner `thread` is known as `owner` from now on. False: it is no owner.
bool SetOwner(ERESOURCE &resource, ERESOURCE_THREAD thread, ERESOURCE_THREAD owner);

/// How often `thread` has acquired the resource, in whatever mode.
ULONG CountOf(const ERESOURCE &resource, ERESOURCE_THREAD thread);

inline bool OwnedExclusive(const ERESOURCE &resource) { return (resource.Flag & ResourceOwnedExclusive) != 0; }

/// Gives the owner table back.
void FreeOwners(ERESOURCE &resource);

}  // namespace wdm
