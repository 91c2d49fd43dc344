#include <nt/ntexapi.h>
#include <ex/objects.hpp>

#include <new>

namespace ex {

namespace {

constexpr ob::Type MakeType(ob::NameView name, ACCESS_MASK read, ACCESS_MASK write, ACCESS_MASK all) {
  return {.name = name,
          .mapping = {.GenericRead = STANDARD_RIGHTS_READ | read,
                      .GenericWrite = STANDARD_RIGHTS_WRITE | write,
                      .GenericExecute = STANDARD_RIGHTS_EXECUTE | SYNCHRONIZE,
                      .GenericAll = all},
          .valid_access = all};
}

template <typename T>
Result<Ref<T>> Checked(T *object) {
  auto reference = Adopt(object);
  if (!reference) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return reference;
}

}  // namespace

constinit ob::Type Event::kType = MakeType(u"Event", EVENT_QUERY_STATE, EVENT_MODIFY_STATE, EVENT_ALL_ACCESS);
constinit ob::Type Mutant::kType = MakeType(u"Mutant", MUTANT_QUERY_STATE, 0, MUTANT_ALL_ACCESS);
constinit ob::Type Semaphore::kType =
    MakeType(u"Semaphore", SEMAPHORE_QUERY_STATE, SEMAPHORE_MODIFY_STATE, SEMAPHORE_ALL_ACCESS);
constinit ob::Type Timer::kType = MakeType(u"Timer", TIMER_QUERY_STATE, TIMER_MODIFY_STATE, TIMER_ALL_ACCESS);

Result<Ref<Event>> Event::Create(EVENT_TYPE kind, bool signalled) {
  if (kind != NotificationEvent && kind != SynchronizationEvent) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return Checked(new (std::nothrow) Event(kind, signalled));
}

Result<Ref<Mutant>> Mutant::Create(ke::Waiter *owner) { return Checked(new (std::nothrow) Mutant(owner)); }

Result<Ref<Semaphore>> Semaphore::Create(LONG count, LONG limit) {
  if (limit <= 0 || count < 0 || count > limit) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return Checked(new (std::nothrow) Semaphore(count, limit));
}

Result<Ref<Timer>> Timer::Create(ke::Dispatcher &dispatcher, TIMER_TYPE kind) {
  if (kind != NotificationTimer && kind != SynchronizationTimer) {
    return Fail(STATUS_INVALID_PARAMETER_4);
  }
  return Checked(new (std::nothrow) Timer(dispatcher, kind));
}

void Timer::Start(ke::InterruptTime due, ULONG period, ke::Waiter &thread, PVOID routine, PVOID context) {
  Ref<Timer> alive(this);
  Stop();
  if (routine != nullptr) {
    apc_.call = {.normal_routine = routine, .normal_context = context};
    thread_ = &thread;
    thread.AddRundown(*this);
    self_ = alive;
  }
  Set(due, period);
}

void Timer::Stop() {
  Ref<Timer> alive(this);
  Cancel();
  apc_.Remove();
  Detach();
}

void Timer::Fired(ke::InterruptTime) {
  if (thread_ == nullptr) {
    return;
  }
  LARGE_INTEGER now;
  now.QuadPart = static_cast<LONGLONG>(thread_->Home().Time().SystemTime());
  if (!apc_.Queued()) {
    apc_.call.system_argument1 = reinterpret_cast<PVOID>(std::uintptr_t{now.LowPart});
    apc_.call.system_argument2 = reinterpret_cast<PVOID>(static_cast<std::intptr_t>(now.HighPart));
    thread_->QueueApc(apc_);
  }
}

// One that will not expire again is done with its thread.
void Timer::ApcLeft(bool) {
  if (!Active()) {
    Detach();
  }
}

void Timer::Detach() {
  ke::RundownEntry::Leave();
  thread_ = nullptr;
  // Last: it may end this object.
  Ref<Timer> self = std::move(self_);
}

Result<void> RegisterTypes(ob::Namespace &names) {
  TRY(names.Register(Event::kType));
  TRY(names.Register(Mutant::kType));
  TRY(names.Register(Semaphore::kType));
  return names.Register(Timer::kType);
}

}  // namespace ex
