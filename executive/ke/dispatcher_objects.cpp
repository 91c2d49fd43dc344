#include <ke/dispatcher_objects.hpp>
#include <limits>

namespace ke {

namespace {

// Waking the last waiter of an object that has no handle any more may drop its last reference.
class KeepAlive {
 public:
  explicit KeepAlive(Waitable &object) : object_(object) { object_.AddRef(); }
  KeepAlive(const KeepAlive &) = delete;
  KeepAlive &operator=(const KeepAlive &) = delete;
  ~KeepAlive() { object_.Release(); }

 private:
  Waitable &object_;
};

constexpr InterruptTime kMillisecond = 10'000;

}  // namespace

// ---------------------------------------------------------------------------------------------- events

LONG Event::Set() {
  KeepAlive guard(*this);
  LONG previous = signalled_ ? 1 : 0;
  signalled_ = true;
  WakeWaiters();
  return previous;
}

LONG Event::Reset() {
  LONG previous = signalled_ ? 1 : 0;
  signalled_ = false;
  return previous;
}

LONG Event::Pulse() {
  KeepAlive guard(*this);
  LONG previous = Set();
  signalled_ = false;
  return previous;
}

NTSTATUS Event::Acquire(Waiter &) {
  if (kind_ == SynchronizationEvent) {
    signalled_ = false;
  }
  return STATUS_SUCCESS;
}

// ---------------------------------------------------------------------------------------------- semaphores

std::optional<LONG> Semaphore::Add(LONG release) {
  if (release > limit_ - count_) {
    return std::nullopt;
  }
  KeepAlive guard(*this);
  LONG previous = count_;
  count_ += release;
  WakeWaiters();
  return previous;
}

NTSTATUS Semaphore::Acquire(Waiter &) {
  count_ -= 1;
  return STATUS_SUCCESS;
}

// ---------------------------------------------------------------------------------------------- mutants

Mutant::Mutant(Waiter *owner) {
  if (owner != nullptr) {
    owner_ = owner;
    count_ = 0;
    owner->mutants_.push_back(*this);
  }
}

Readiness Mutant::Test(const Waiter &waiter) const {
  if (owner_ == &waiter) {
    return count_ == std::numeric_limits<LONG>::min() ? Readiness::kLimit : Readiness::kYes;
  }
  return owner_ == nullptr ? Readiness::kYes : Readiness::kNo;
}

NTSTATUS Mutant::Acquire(Waiter &waiter) {
  if (owner_ == &waiter) {
    count_ -= 1;
    return STATUS_SUCCESS;
  }
  owner_ = &waiter;
  count_ = 0;
  waiter.mutants_.push_back(*this);
  return std::exchange(abandoned_, false) ? STATUS_ABANDONED_WAIT_0 : STATUS_SUCCESS;
}

std::optional<LONG> Mutant::Unlock(Waiter &waiter) {
  if (owner_ != &waiter) {
    return std::nullopt;
  }
  LONG previous = count_;
  count_ += 1;
  if (count_ == 1) {
    Free();
  }
  return previous;
}

void Mutant::Abandon() {
  abandoned_ = true;
  count_ = 1;
  Free();
}

void Mutant::Free() {
  KeepAlive guard(*this);
  OwnedHook::unlink();
  owner_ = nullptr;
  WakeWaiters();
}

// ---------------------------------------------------------------------------------------------- timers

LONGLONG Timer::Remaining() const { return static_cast<LONGLONG>(Due() - dispatcher_.Time().Now()); }

bool Timer::Set(InterruptTime due, ULONG period) {
  bool active = Cancel();
  signalled_ = false;
  period_ = period;
  InterruptTime now = dispatcher_.Time().Now();
  dispatcher_.Timers().Insert(*this, due > now ? due : now);
  if (due <= now) {
    Cancel();
    Expired(now);
  }
  return active;
}

bool Timer::Cancel() { return dispatcher_.Timers().Cancel(*this); }

NTSTATUS Timer::Acquire(Waiter &) {
  if (kind_ == SynchronizationTimer) {
    signalled_ = false;
  }
  return STATUS_SUCCESS;
}

void Timer::Expired(InterruptTime now) {
  KeepAlive guard(*this);
  if (period_ != 0) {
    InterruptTime period = period_ * kMillisecond;
    // Periods that nobody could see, because we were not run, are left out.
    InterruptTime next = Due() + period > now ? Due() + period : now + period;
    dispatcher_.Timers().Insert(*this, next);
  }
  signalled_ = true;
  WakeWaiters();
  Fired(now);
}

}  // namespace ke
