// Threads that wait for an address: what slim locks, condition variables, RtlRunOnce and RtlWaitOnAddress are made of.
// A waiter lies on its thread's stack, in the queue of its address's bucket; it sleeps on an event that its thread
// makes once.
#pragma once
#include <nt/nt_services.h>

#include <atomic>

#include "rtlp.hpp"

namespace rtlp {

/// Gives the processor away for about a millisecond: for a wait that cannot be made properly.
void Pause();

struct Waiter {
  Waiter *next = nullptr;
  const void *address = nullptr;
  uint32_t kind = 0;  // means something to the user of the address only
  std::atomic<bool> released{false};
  HANDLE event = nullptr;  // null: the thread could not make one and polls `released`
};

/// Decides under the bucket's lock whether a thread really waits.
using ShouldWait = bool (*)(void *context);

/// Called once queued, outside the bucket's lock, before sleeping.
using BeforeSleep = void (*)(void *context);

/// Queues the caller at `address` unless `should_wait` says no, and sleeps until somebody unparks it or the time is up
/// (null: no limit). STATUS_SUCCESS: unparked; STATUS_TIMEOUT; STATUS_ALERTED is never returned; STATUS_UNSUCCESSFUL:
/// should not wait.
NTSTATUS Park(const void *address, uint32_t kind, ShouldWait should_wait, BeforeSleep before_sleep, void *context,
              const LARGE_INTEGER *timeout);

/// What an unparker does with the next waiter in line.
enum class Verdict : uint8_t { kWake, kLeave, kStop };

/// Shows `decide` the waiters of `address` in the order they came, under the bucket's lock; those it says kWake leave
/// the queue. Then, still under the lock, `finish(context, some_left)`. The woken threads run after that. Returns how
/// many were woken.
size_t Unpark(const void *address, Verdict (*decide)(void *context, uint32_t kind), void (*finish)(void *context, bool),
              void *context);

/// Wakes one or all waiters of an address.
size_t UnparkOne(const void *address);
size_t UnparkAll(const void *address);

}  // namespace rtlp

/// Closes the event of a thread that ends; called by the loader's thread exit.
extern "C" VOID NTAPI RtlpFreeThreadEvent(VOID);
