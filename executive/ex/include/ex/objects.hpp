#pragma once
// Events, mutants, semaphores and timers as objects with names and handles.

#include <ob/namespace.hpp>
#include <ob/object.hpp>

namespace ex {

class Event final : public ob::WaitableObject<ke::Event> {
 public:
  static ob::Type kType;
  // STATUS_INVALID_PARAMETER (kind), STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Event>> Create(EVENT_TYPE kind, bool signalled);

 private:
  Event(EVENT_TYPE kind, bool signalled) : WaitableObject(kType, kind, signalled) {}
  ~Event() override = default;
};

class Mutant final : public ob::WaitableObject<ke::Mutant> {
 public:
  static ob::Type kType;
  // `owner` may be null. STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Mutant>> Create(ke::Waiter *owner);

 private:
  explicit Mutant(ke::Waiter *owner) : WaitableObject(kType, owner) {}
  ~Mutant() override = default;
};

class Semaphore final : public ob::WaitableObject<ke::Semaphore> {
 public:
  static ob::Type kType;
  // STATUS_INVALID_PARAMETER (counts), STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Semaphore>> Create(LONG count, LONG limit);

 private:
  Semaphore(LONG count, LONG limit) : WaitableObject(kType, count, limit) {}
  ~Semaphore() override = default;
};

// A timer that may queue an APC to the thread that set it. While it is set with an APC it holds a reference to itself;
// the end of that thread cancels it (as NT does).
class Timer final : public ob::WaitableObject<ke::Timer>, private ke::RundownEntry {
 public:
  static ob::Type kType;
  // STATUS_INVALID_PARAMETER_4 (kind), STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Timer>> Create(ke::Dispatcher &dispatcher, TIMER_TYPE kind);

  // Sets it anew. With a routine, `thread` gets the APC at each expiry.
  void Start(ke::InterruptTime due, ULONG period, ke::Waiter &thread, PVOID routine, PVOID context);
  // Cancels the deadline and an APC that has not been delivered.
  void Stop();

 private:
  struct TimerApc final : ke::Apc {
    explicit TimerApc(Timer &timer) : owner(timer) {}
    void Left(bool delivered) override { owner.ApcLeft(delivered); }
    Timer &owner;
  };

  Timer(ke::Dispatcher &dispatcher, TIMER_TYPE kind) : WaitableObject(kType, dispatcher, kind), apc_(*this) {}
  ~Timer() override = default;
  void Fired(ke::InterruptTime now) override;
  void ThreadEnded() override { Stop(); }
  void ApcLeft(bool delivered);
  void Detach();

  TimerApc apc_;
  ke::Waiter *thread_ = nullptr;  // who gets the APC
  Ref<Timer> self_;
};

// Lists the types of this component in \ObjectTypes.
Result<void> RegisterTypes(ob::Namespace &names);

}  // namespace ex
