#include <ke/dispatcher.hpp>

#include <new>

namespace ke {

// ---------------------------------------------------------------------------------------------- what runs next

void RunQueue::Push(Runnable &item) {
  if (!item.is_linked()) {
    items_.push_back(item);
  }
}

std::size_t RunQueue::Drain(std::size_t limit) {
  std::size_t count = 0;
  while (count < limit && !items_.empty()) {
    Runnable &item = items_.front();
    items_.pop_front();
    count += 1;
    item.Run();
  }
  return count;
}

InterruptTime Dispatcher::Deadline(const std::optional<LARGE_INTEGER> &timeout) const {
  if (!timeout) {
    return kNever;
  }
  LONGLONG value = timeout->QuadPart;
  if (value == 0) {
    return 0;
  }
  InterruptTime distance = 0;
  if (value < 0) {
    distance = InterruptTime{0} - static_cast<InterruptTime>(value);
  } else {
    std::uint64_t system = time_.SystemTime();
    if (static_cast<std::uint64_t>(value) <= system) {
      return 0;
    }
    distance = static_cast<std::uint64_t>(value) - system;
  }
  InterruptTime due = 0;
  if (__builtin_add_overflow(time_.Now(), distance, &due)) {
    return kNever;
  }
  return due;
}

// ---------------------------------------------------------------------------------------------- waitables

void Waitable::WakeWaiters() {
  auto position = blocks_.begin();
  while (position != blocks_.end()) {
    WaitBlock &block = *position;
    Waiter &waiter = *block.waiter;
    if (Test(waiter) == Readiness::kNo) {
      return;  // taken: nothing is left for those behind
    }
    // The waiter may leave with all its blocks, so go past them first.
    while (position != blocks_.end() && position->waiter == &waiter) {
      ++position;
    }
    waiter.Offer(block);
  }
}

// ---------------------------------------------------------------------------------------------- waiters

Waiter::Waiter(Dispatcher &dispatcher, CLIENT_ID id) : dispatcher_(dispatcher), id_(id) {}

Waiter::~Waiter() {
  Abandon();
  Rundown();
}

bool Waiter::Cancel(NTSTATUS status) {
  if (state_ != State::kWaiting) {
    return false;
  }
  Finish(status);
  return true;
}

void Waiter::Terminate() {
  terminating_ = true;
  Cancel(STATUS_THREAD_IS_TERMINATING);
}

void Waiter::Rundown() {
  Terminate();
  while (!mutants_.empty()) {
    mutants_.front().Abandon();
  }
  apcs_.Flush();
  while (!rundown_.empty()) {
    RundownEntry &entry = rundown_.front();
    rundown_.pop_front();
    entry.ThreadEnded();
  }
}

void Waiter::Alert() {
  if (WaitingAlertable()) {
    Finish(STATUS_ALERTED);
  } else {
    alerted_ = true;
  }
}

NTSTATUS Waiter::TestAlert() {
  if (alerted_) {
    alerted_ = false;
    return STATUS_ALERTED;
  }
  apc_pending_ = !apcs_.Empty();
  return STATUS_SUCCESS;
}

bool Waiter::QueueApc(Apc &apc) {
  if (terminating_ || !apcs_.Queue(apc)) {
    return false;
  }
  if (WaitingAlertable()) {
    apc_pending_ = true;
    Finish(STATUS_USER_APC);
  }
  return true;
}

std::optional<ApcCall> Waiter::TakeApc() {
  if (!apc_pending_) {
    return std::nullopt;
  }
  apc_pending_ = false;
  return apcs_.Take();
}

namespace {

NTSTATUS AtIndex(NTSTATUS status, std::size_t index) { return status + static_cast<NTSTATUS>(index); }

// The satisfied status of an Acquire() for WaitAll, where the index does not show.
NTSTATUS Combine(NTSTATUS all, NTSTATUS one) { return one == STATUS_ABANDONED_WAIT_0 ? one : all; }

// All or nothing over `count` objects; `object(i)` gives each.
template <typename F>
std::optional<NTSTATUS> TrySatisfyAll(Waiter &waiter, std::size_t count, F object) {
  for (std::size_t i = 0; i < count; i += 1) {
    Readiness readiness = object(i).Test(waiter);
    if (readiness == Readiness::kNo) {
      return std::nullopt;
    }
    if (readiness == Readiness::kLimit) {
      return STATUS_MUTANT_LIMIT_EXCEEDED;
    }
  }
  NTSTATUS status = STATUS_SUCCESS;
  for (std::size_t i = 0; i < count; i += 1) {
    status = Combine(status, object(i).Acquire(waiter));
  }
  return status;
}

bool HasDuplicates(std::span<const Ref<Waitable>> objects) {
  for (std::size_t i = 0; i < objects.size(); i += 1) {
    for (std::size_t j = i + 1; j < objects.size(); j += 1) {
      if (objects[i] == objects[j]) {
        return true;
      }
    }
  }
  return false;
}

}  // namespace

std::optional<NTSTATUS> Waiter::TrySatisfy(std::span<const Ref<Waitable>> objects, WAIT_TYPE type) {
  if (terminating_) {
    return STATUS_THREAD_IS_TERMINATING;
  }
  if (type == WaitAll && objects.size() > 1) {
    if (HasDuplicates(objects)) {
      return STATUS_INVALID_PARAMETER_MIX;
    }
    return TrySatisfyAll(*this, objects.size(), [&](std::size_t i) -> Waitable & { return *objects[i]; });
  }
  for (std::size_t i = 0; i < objects.size(); i += 1) {
    Readiness readiness = objects[i]->Test(*this);
    if (readiness == Readiness::kYes) {
      return AtIndex(objects[i]->Acquire(*this), i);
    }
    if (readiness == Readiness::kLimit) {
      return STATUS_MUTANT_LIMIT_EXCEEDED;
    }
  }
  return std::nullopt;
}

std::optional<NTSTATUS> Waiter::TryBreak(bool alertable, InterruptTime deadline) {
  if (terminating_) {
    return STATUS_THREAD_IS_TERMINATING;
  }
  if (alertable) {
    if (alerted_) {
      alerted_ = false;
      return STATUS_ALERTED;
    }
    if (!apcs_.Empty()) {
      apc_pending_ = true;
      return STATUS_USER_APC;
    }
  }
  if (deadline == 0 || (deadline != kNever && deadline <= dispatcher_.Time().Now())) {
    return STATUS_TIMEOUT;
  }
  return std::nullopt;
}

bool Waiter::Begin(std::span<const Ref<Waitable>> objects, WAIT_TYPE type, bool alertable, InterruptTime deadline,
                   std::coroutine_handle<> coroutine) {
  if (state_ != State::kIdle) {
    __builtin_trap();  // two waits of one thread: a service forgot to await
  }
  blocks_ = built_in_.data();
  if (objects.size() > kBuiltInBlocks) {
    allocated_.reset(new (std::nothrow) WaitBlock[objects.size()]);
    if (allocated_ == nullptr) {
      return false;
    }
    blocks_ = allocated_.get();
  }
  count_ = objects.size();
  for (std::size_t i = 0; i < count_; i += 1) {
    blocks_[i].object = objects[i];
    blocks_[i].waiter = this;
    blocks_[i].index = static_cast<std::uint8_t>(i);
    objects[i]->blocks_.push_back(blocks_[i]);
  }
  type_ = type;
  alertable_ = alertable;
  coroutine_ = coroutine;
  state_ = State::kWaiting;
  if (deadline != kNever) {
    dispatcher_.Timers().Insert(*this, deadline);
  }
  return true;
}

// The object of `block` can be acquired.
void Waiter::Offer(WaitBlock &block) {
  if (type_ == WaitAll) {
    std::optional<NTSTATUS> status =
        TrySatisfyAll(*this, count_, [&](std::size_t i) -> Waitable & { return *blocks_[i].object; });
    if (status) {
      Finish(*status);
    }
    return;
  }
  if (block.object->Test(*this) == Readiness::kLimit) {
    Finish(STATUS_MUTANT_LIMIT_EXCEEDED);
    return;
  }
  Finish(AtIndex(block.object->Acquire(*this), block.index));
}

void Waiter::Finish(NTSTATUS status) {
  Unlink();
  status_ = status;
  state_ = State::kWoken;
  dispatcher_.Runs().Push(*this);
}

// Leaves the objects and the deadline.
void Waiter::Unlink() {
  dispatcher_.Timers().Cancel(*this);
  for (std::size_t i = 0; i < count_; i += 1) {
    blocks_[i].unlink();
  }
  // Only now: a last reference may go, and its owner's destructor may look at us.
  std::size_t count = count_;
  count_ = 0;
  for (std::size_t i = 0; i < count; i += 1) {
    blocks_[i].object = nullptr;
  }
  allocated_.reset();
  blocks_ = nullptr;
}

// The waiting coroutine is being destroyed.
void Waiter::Abandon() {
  if (state_ == State::kWaiting) {
    Unlink();
  } else if (state_ == State::kWoken && Runnable::is_linked()) {
    Runnable::unlink();
  }
  coroutine_ = nullptr;
  state_ = State::kIdle;
}

void Waiter::Run() {
  state_ = State::kIdle;
  std::exchange(coroutine_, nullptr).resume();
}

void Waiter::Expired(InterruptTime) { Finish(STATUS_TIMEOUT); }

// ---------------------------------------------------------------------------------------------- waiting

std::optional<NTSTATUS> TryWaitNow(std::span<const Ref<Waitable>> objects, WAIT_TYPE type, Waiter &waiter,
                                   bool alertable, InterruptTime deadline) {
  std::optional<NTSTATUS> status = waiter.TrySatisfy(objects, type);
  return status ? status : waiter.TryBreak(alertable, deadline);
}

std::optional<NTSTATUS> TryWaitNow(Waitable &object, Waiter &waiter, bool alertable, InterruptTime deadline) {
  Ref<Waitable> reference(&object);
  return TryWaitNow(std::span(&reference, 1), WaitAny, waiter, alertable, deadline);
}

Wait::~Wait() {
  if (suspended_) {
    waiter_.Abandon();
  }
}

bool Wait::await_ready() {
  status_ = TryWaitNow(Objects(), type_, waiter_, alertable_, deadline_);
  return status_.has_value();
}

bool Wait::await_suspend(std::coroutine_handle<> coroutine) {
  if (!waiter_.Begin(Objects(), type_, alertable_, deadline_, coroutine)) {
    status_ = STATUS_INSUFFICIENT_RESOURCES;
    return false;
  }
  suspended_ = true;
  return true;
}

NTSTATUS Wait::await_resume() {
  if (suspended_) {
    suspended_ = false;
    return waiter_.status_;
  }
  return *status_;
}

Wait WaitOne(Ref<Waitable> object, Waiter &waiter, bool alertable, InterruptTime deadline) {
  return Wait(std::move(object), {}, WaitAny, waiter, alertable, deadline);
}

Wait WaitMany(std::span<const Ref<Waitable>> objects, WAIT_TYPE type, Waiter &waiter, bool alertable,
              InterruptTime deadline) {
  return Wait(nullptr, objects, type, waiter, alertable, deadline);
}

Wait Sleep(Waiter &waiter, bool alertable, InterruptTime deadline) {
  return Wait(nullptr, {}, WaitAny, waiter, alertable, deadline);
}

}  // namespace ke
