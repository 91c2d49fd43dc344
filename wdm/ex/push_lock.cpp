// Push locks: first come, first served; those that share and stand one behind the other get it together.
//
// The word: 0 free; bit 0 owned, bit 1 somebody waits, bit 2 the owner is exclusive. Above: the number of sharers, or,
// when somebody waits, the address of the first waiter, which keeps the number.

#include <ntifs.h>

#include <wdmp/fiber.hpp>
#include <wdmp/irql.hpp>

namespace {

constexpr ULONG_PTR kOwned = 1;
constexpr ULONG_PTR kWaiting = 2;
constexpr ULONG_PTR kExclusive = 4;
constexpr ULONG_PTR kFlags = 15;
constexpr ULONG_PTR kSharer = 16;

struct alignas(16) Waiter {
  Waiter *next;
  Waiter *last;       // of the first waiter: the end of the list
  ULONG_PTR sharers;  // of the first waiter: how many own the lock
  bool exclusive;
  ke::Parking parking;
};

Waiter *First(ULONG_PTR word) { return reinterpret_cast<Waiter *>(word & ~kFlags); }

void Acquire(PEX_PUSH_LOCK lock, bool exclusive) {
  Waiter waiter{};
  {
    ke::AtDispatch guard;
    const ULONG_PTR word = *lock;
    if (word == 0) {
      *lock = exclusive ? kOwned | kExclusive : kOwned | kSharer;
      return;
    }
    if (!exclusive && (word & (kWaiting | kExclusive)) == 0) {
      *lock = word + kSharer;
      return;
    }
    waiter.exclusive = exclusive;
    if ((word & kWaiting) == 0) {
      waiter.last = &waiter;
      waiter.sharers = word / kSharer;
      *lock = reinterpret_cast<ULONG_PTR>(&waiter) | (word & kFlags) | kWaiting;
    } else {
      Waiter *first = First(word);
      first->last->next = &waiter;
      first->last = &waiter;
    }
  }
  ke::Park(waiter.parking);
}

// The lock is free and somebody waits: makes the next ones owners.
void HandOver(PEX_PUSH_LOCK lock) {
  Waiter *first = First(*lock);
  Waiter *last = first->last;
  const bool exclusive = first->exclusive;
  ULONG_PTR owners = 0;
  Waiter *rest = first;
  while (rest != nullptr && (owners == 0 || (!exclusive && !rest->exclusive))) {
    owners += 1;
    rest = rest->next;
  }
  const ULONG_PTR flags = exclusive ? kOwned | kExclusive : kOwned;
  const ULONG_PTR sharers = exclusive ? 0 : owners;
  if (rest == nullptr) {
    *lock = flags | sharers * kSharer;
  } else {
    rest->last = last;
    rest->sharers = sharers;
    *lock = reinterpret_cast<ULONG_PTR>(rest) | flags | kWaiting;
  }
  while (first != rest) {
    Waiter *next = first->next;
    ke::Unpark(first->parking);
    first = next;
  }
}

void ReleaseExclusive(PEX_PUSH_LOCK lock) {
  ke::AtDispatch guard;
  if ((*lock & kWaiting) == 0) {
    *lock = 0;
  } else {
    HandOver(lock);
  }
}

void ReleaseShared(PEX_PUSH_LOCK lock) {
  ke::AtDispatch guard;
  if ((*lock & kWaiting) == 0) {
    *lock -= kSharer;
    if (*lock < kSharer) {
      *lock = 0;
    }
    return;
  }
  First(*lock)->sharers -= 1;
  if (First(*lock)->sharers == 0) {
    HandOver(lock);
  }
}

}  // namespace

extern "C" {

VOID NTAPI ExInitializePushLock(PEX_PUSH_LOCK PushLock) { *PushLock = 0; }

VOID NTAPI ExAcquirePushLockExclusiveEx(PEX_PUSH_LOCK PushLock, ULONG Flags) {
  (void)Flags;
  Acquire(PushLock, true);
}

VOID NTAPI ExAcquirePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags) {
  (void)Flags;
  Acquire(PushLock, false);
}

VOID NTAPI ExReleasePushLockExclusiveEx(PEX_PUSH_LOCK PushLock, ULONG Flags) {
  (void)Flags;
  ReleaseExclusive(PushLock);
}

VOID NTAPI ExReleasePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags) {
  (void)Flags;
  ReleaseShared(PushLock);
}

}  // extern "C"
