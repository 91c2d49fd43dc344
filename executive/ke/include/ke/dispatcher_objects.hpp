#pragma once
// The kinds of objects that can be waited for, without names or handles: those are added by ob and ex.
// Included by <ke/dispatcher.hpp>.

#include <ke/dispatcher.hpp>

namespace ke {

// A notification event stays signalled until it is reset; a synchronization event satisfies one wait. Also the state of
// processes, threads and files.
class Event : public Waitable {
 public:
  EVENT_TYPE Kind() const { return kind_; }
  bool Signalled() const { return signalled_; }
  // Each returns the state before: 1 signalled, 0 not.
  LONG Set();
  LONG Reset();
  // Wakes who waits now, then resets.
  LONG Pulse();

  Readiness Test(const Waiter &) const override { return signalled_ ? Readiness::kYes : Readiness::kNo; }
  NTSTATUS Acquire(Waiter &) override;

 protected:
  explicit Event(EVENT_TYPE kind = NotificationEvent, bool signalled = false) : kind_(kind), signalled_(signalled) {}
  ~Event() = default;

 private:
  EVENT_TYPE kind_;
  bool signalled_;
};

class Semaphore : public Waitable {
 public:
  LONG Count() const { return count_; }
  LONG Limit() const { return limit_; }
  // Adds `release` > 0 and returns the count before; nothing, when the limit would be passed
  // (STATUS_SEMAPHORE_LIMIT_EXCEEDED).
  std::optional<LONG> Add(LONG release);

  Readiness Test(const Waiter &) const override { return count_ > 0 ? Readiness::kYes : Readiness::kNo; }
  NTSTATUS Acquire(Waiter &) override;

 protected:
  // 0 <= count <= limit, limit > 0.
  Semaphore(LONG count, LONG limit) : count_(count), limit_(limit) {}
  ~Semaphore() = default;

 private:
  LONG count_;
  LONG limit_;
};

// A mutex with an owner, which may take it again; abandoned when the owner ends.
class Mutant : public Waitable, public OwnedHook {
 public:
  // NT's signal state: 1 free, 0 owned once, -n owned n + 1 times.
  LONG Count() const { return count_; }
  bool Abandoned() const { return abandoned_; }
  const Waiter *Owner() const { return owner_; }
  // Gives it up once; the count before. Nothing when `waiter` is not the owner (STATUS_MUTANT_NOT_OWNED).
  std::optional<LONG> Unlock(Waiter &waiter);

  Readiness Test(const Waiter &waiter) const override;
  NTSTATUS Acquire(Waiter &waiter) override;

 protected:
  explicit Mutant(Waiter *owner);
  ~Mutant() = default;

 private:
  friend class Waiter;
  void Abandon();  // the owner ended
  void Free();

  LONG count_ = 1;
  bool abandoned_ = false;
  Waiter *owner_ = nullptr;
};

// A deadline that can be waited for, once or periodically.
class Timer : public Waitable, private TimerEntry {
 public:
  TIMER_TYPE Kind() const { return kind_; }
  bool Signalled() const { return signalled_; }
  // It is queued: will expire.
  bool Active() const { return Queued(); }
  using TimerEntry::Due;
  // 100 ns until it is due, negative or 0 when it was.
  LONGLONG Remaining() const;
  // Resets it and sets the deadline (see Dispatcher::Deadline; 0 expires it now) and the period in milliseconds (0:
  // once). Whether it was active before.
  bool Set(InterruptTime due, ULONG period);
  // Whether it was active.
  bool Cancel();

  Readiness Test(const Waiter &) const override { return signalled_ ? Readiness::kYes : Readiness::kNo; }
  NTSTATUS Acquire(Waiter &) override;

 protected:
  Timer(Dispatcher &dispatcher, TIMER_TYPE kind) : dispatcher_(dispatcher), kind_(kind) {}
  ~Timer() = default;
  // Called at each expiry after the waiters were woken; `due` is the deadline that has passed.
  virtual void Fired(InterruptTime) {}

 private:
  void Expired(InterruptTime now) override;

  Dispatcher &dispatcher_;
  TIMER_TYPE kind_;
  bool signalled_ = false;
  ULONG period_ = 0;
};

// A dispatcher object with a count of its own, for use inside the Executive: Ref<Standalone<Event>>.
template <typename T>
class Standalone final : public RefCounted, public T {
 public:
  template <typename... Arguments>
  explicit Standalone(Arguments &&...arguments) : T(std::forward<Arguments>(arguments)...) {}
  ~Standalone() override = default;
  void AddRef() override { RefCounted::AddRef(); }
  void Release() override { RefCounted::Release(); }
};

}  // namespace ke
