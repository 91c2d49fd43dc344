#include "parking.hpp"

namespace rtlp {

namespace {

constexpr size_t kBuckets = 64;

// Held for a few instructions only. There is one processor: who finds it taken lets its owner run.
class SpinLock {
 public:
  void Lock() {
    for (unsigned attempts = 0; taken_.exchange(true, std::memory_order_acquire); ++attempts) {
      if (attempts < 16) {
        NtYieldExecution();
      } else {
        Pause();  // an owner of lower priority never runs by a yield
      }
    }
  }
  void Unlock() { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

struct Bucket {
  SpinLock lock;
  Waiter *first = nullptr;
};

constinit Bucket buckets[kBuckets];

Bucket &BucketOf(const void *address) {
  const auto value = reinterpret_cast<uintptr_t>(address) >> 3;
  return buckets[(value ^ value >> 6 ^ value >> 12) % kBuckets];
}

void Append(Bucket &bucket, Waiter *waiter) {
  Waiter **link = &bucket.first;
  while (*link != nullptr) {
    link = &(*link)->next;
  }
  *link = waiter;
}

// False when somebody else has already taken it out.
bool Remove(Bucket &bucket, Waiter *waiter) {
  for (Waiter **link = &bucket.first; *link != nullptr; link = &(*link)->next) {
    if (*link == waiter) {
      *link = waiter->next;
      return true;
    }
  }
  return false;
}

// The thread's own auto-reset event, kept in a TEB field that nothing else uses.
PVOID &EventSlot() { return CurrentTeb()->SystemReserved1[0]; }

HANDLE ThreadEvent() {
  HANDLE event = EventSlot();
  if (event == nullptr) {
    if (!NT_SUCCESS(NtCreateEvent(&event, EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE))) {
      return nullptr;
    }
    EventSlot() = event;
  }
  return event;
}

// Waits until released or the time is up. True when the release was seen and its signal taken.
bool Sleep(Waiter &waiter, const LARGE_INTEGER *timeout) {
  if (waiter.event != nullptr) {
    const NTSTATUS status = NtWaitForSingleObject(waiter.event, FALSE, const_cast<LARGE_INTEGER *>(timeout));
    if (status == STATUS_SUCCESS || status == STATUS_TIMEOUT) {
      return status == STATUS_SUCCESS;
    }
  }
  // Without an event: poll. A time limit is honoured roughly, one pause a millisecond.
  int64_t left = timeout != nullptr && timeout->QuadPart < 0 ? -timeout->QuadPart : 0;
  while (!waiter.released.load(std::memory_order_acquire)) {
    if (timeout != nullptr) {
      if (left <= 0) {
        return false;
      }
      left -= 10'000;
    }
    Pause();
  }
  return true;
}

void Wake(Waiter *waiter) {
  // After `released` the waiter may be gone: its stack frame ends as soon as it sees that.
  HANDLE const event = waiter->event;
  waiter->released.store(true, std::memory_order_release);
  if (event != nullptr) {
    NtSetEvent(event, nullptr);
  }
}

}  // namespace

void Pause() {
  LARGE_INTEGER millisecond;
  millisecond.QuadPart = -10'000;
  NtDelayExecution(FALSE, &millisecond);
}

NTSTATUS Park(const void *address, uint32_t kind, ShouldWait should_wait, BeforeSleep before_sleep, void *context,
              const LARGE_INTEGER *timeout) {
  Waiter waiter;
  waiter.address = address;
  waiter.kind = kind;
  waiter.event = ThreadEvent();
  Bucket &bucket = BucketOf(address);
  bucket.lock.Lock();
  if (should_wait != nullptr && !should_wait(context)) {
    bucket.lock.Unlock();
    return STATUS_UNSUCCESSFUL;
  }
  Append(bucket, &waiter);
  bucket.lock.Unlock();
  if (before_sleep != nullptr) {
    before_sleep(context);
  }
  if (Sleep(waiter, timeout)) {
    return STATUS_SUCCESS;
  }
  bucket.lock.Lock();
  const bool removed = Remove(bucket, &waiter);
  bucket.lock.Unlock();
  if (removed) {
    return STATUS_TIMEOUT;
  }
  // Chosen in the meantime: the event's signal is ours and must be taken before the event is used again.
  while (!waiter.released.load(std::memory_order_acquire)) {
    Pause();
  }
  if (waiter.event != nullptr) {
    NtWaitForSingleObject(waiter.event, FALSE, nullptr);
  }
  return STATUS_SUCCESS;
}

size_t Unpark(const void *address, Verdict (*decide)(void *context, uint32_t kind), void (*finish)(void *context, bool),
              void *context) {
  Bucket &bucket = BucketOf(address);
  Waiter *woken = nullptr;
  Waiter **last = &woken;
  bool some_left = false;
  bucket.lock.Lock();
  for (Waiter **link = &bucket.first; *link != nullptr;) {
    Waiter *const waiter = *link;
    if (waiter->address != address) {
      link = &waiter->next;
      continue;
    }
    const Verdict verdict = decide(context, waiter->kind);
    if (verdict == Verdict::kWake) {
      *link = waiter->next;
      waiter->next = nullptr;
      *last = waiter;
      last = &waiter->next;
      continue;
    }
    some_left = true;
    if (verdict == Verdict::kStop) {
      break;
    }
    link = &waiter->next;
  }
  if (finish != nullptr) {
    finish(context, some_left);
  }
  bucket.lock.Unlock();
  size_t count = 0;
  while (woken != nullptr) {
    Waiter *const next = woken->next;
    Wake(woken);
    woken = next;
    ++count;
  }
  return count;
}

size_t UnparkOne(const void *address) {
  bool found = false;
  return Unpark(
      address,
      [](void *context, uint32_t) {
        bool &taken = *static_cast<bool *>(context);
        if (taken) {
          return Verdict::kStop;
        }
        taken = true;
        return Verdict::kWake;
      },
      nullptr, &found);
}

size_t UnparkAll(const void *address) {
  return Unpark(address, [](void *, uint32_t) { return Verdict::kWake; }, nullptr, nullptr);
}

}  // namespace rtlp

extern "C" VOID NTAPI RtlpFreeThreadEvent() {
  HANDLE const event = rtlp::EventSlot();
  if (event != nullptr) {
    rtlp::EventSlot() = nullptr;
    NtClose(event);
  }
}
