#pragma once
// Waiting. A Waitable can be waited for, a Waiter is the wait state of one thread, and the awaitables WaitOne, WaitMany
// and Sleep suspend a coroutine until the wait is satisfied, timed out or broken. The rules are those of
// KeWaitForMultipleObjects (WDK reference); the statuses are NT's.
//
// Nothing here is global: a Dispatcher is the queue of what runs next and the queue of deadlines, and every Waiter and
// Timer names the one it belongs to. Woken coroutines go to the run queue; nobody is resumed from inside a signal.

#include <nt/ntdef.h>
#include <nt/ntstatus.h>
#include <ke/apc.hpp>
#include <ke/timer_queue.hpp>
#include <rtl/ref.hpp>

#include <boost/intrusive/list.hpp>

#include <array>
#include <coroutine>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace ke {

class Mutant;
class Wait;
class Waitable;
class Waiter;

inline constexpr std::size_t kMaximumWaitObjects = 64;  // MAXIMUM_WAIT_OBJECTS

// ---------------------------------------------------------------------------------------------- what runs next

using RunHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// Something for the event loop to run once; leaves the queue when destroyed.
class Runnable : public RunHook {
 public:
  bool Queued() const { return is_linked(); }

 protected:
  ~Runnable() = default;
  virtual void Run() = 0;

 private:
  friend class RunQueue;
};

// First in, first out; drained by the event loop before it waits for a message.
class RunQueue {
 public:
  RunQueue() = default;
  ~RunQueue() { items_.clear(); }
  RunQueue(const RunQueue &) = delete;
  RunQueue &operator=(const RunQueue &) = delete;

  // Appends; an item that is queued already stays where it is.
  void Push(Runnable &item);
  bool Empty() const { return items_.empty(); }
  // Runs items, those that are added meanwhile too, but at most `limit`: how many ran.
  std::size_t Drain(std::size_t limit = 64);

 private:
  boost::intrusive::list<Runnable, boost::intrusive::constant_time_size<false>> items_;
};

// The clocks, in 100 ns units; tests give their own.
class TimeSource {
 public:
  virtual InterruptTime Now() const = 0;         // since the start
  virtual std::uint64_t SystemTime() const = 0;  // since 1601

 protected:
  ~TimeSource() = default;
};

class Dispatcher {
 public:
  explicit Dispatcher(const TimeSource &time) : time_(time) {}

  RunQueue &Runs() { return runs_; }
  TimerQueue &Timers() { return timers_; }
  const TimeSource &Time() const { return time_; }
  // Interrupt time of NT's time-out: negative is relative, otherwise a system time; absent is kNever. A time in the
  // past gives 0, "do not wait".
  InterruptTime Deadline(const std::optional<LARGE_INTEGER> &timeout) const;
  // Expires what is due. The event loop calls it at NextDeadline() or at any time.
  void Tick() { timers_.Expire(time_.Now()); }

 private:
  const TimeSource &time_;
  RunQueue runs_;
  TimerQueue timers_;
};

// ---------------------------------------------------------------------------------------------- wait state

// Links one waiting thread to one object; the reference keeps the object alive while somebody waits for it.
struct WaitBlock : RunHook {
  Ref<Waitable> object;
  Waiter *waiter = nullptr;
  std::uint8_t index = 0;
};

enum class Readiness : std::uint8_t {
  kNo,     // a wait would block
  kYes,    // Acquire() will succeed
  kLimit,  // a mutant whose owner cannot take it once more: STATUS_MUTANT_LIMIT_EXCEEDED
};

// Base of everything that can be waited for. Objects derive from one of the classes in <ke/dispatcher_objects.hpp>
// (events, semaphores, mutants, timers; a thread, process or file is an Event that is signalled once).
class Waitable {
 public:
  Waitable(const Waitable &) = delete;
  Waitable &operator=(const Waitable &) = delete;

  // The count of the object this is part of; ob::Waitable<...> and Standalone<...> supply them.
  virtual void AddRef() = 0;
  virtual void Release() = 0;

  // Whether a wait by `waiter` would be satisfied now.
  virtual Readiness Test(const Waiter &waiter) const = 0;
  // Takes what a satisfied wait takes (resets a synchronization event, counts a semaphore down, owns a mutant). Test()
  // said kYes. STATUS_SUCCESS, or STATUS_ABANDONED_WAIT_0 for a mutant whose owner died.
  virtual NTSTATUS Acquire(Waiter &waiter) = 0;

  bool HasWaiters() const { return !blocks_.empty(); }

 protected:
  Waitable() = default;
  ~Waitable() = default;
  // The state became signalled: satisfies waits in the order in which they began, for as long as it stays so.
  void WakeWaiters();

 private:
  friend class Waiter;
  boost::intrusive::list<WaitBlock, boost::intrusive::base_hook<RunHook>, boost::intrusive::constant_time_size<false>>
      blocks_;
};

// Something that must know when a thread ends, such as a timer that would queue an APC to it. Leaves when destroyed.
class RundownEntry
    : public boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
 protected:
  ~RundownEntry() = default;
  virtual void ThreadEnded() = 0;
  void Leave() {
    if (is_linked()) {
      unlink();
    }
  }

 private:
  friend class Waiter;
};

struct OwnedTag;
using OwnedHook = boost::intrusive::list_base_hook<boost::intrusive::tag<OwnedTag>,
                                                   boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

// The wait state of one thread (or of one internal task of the Executive): at most one wait at a time. Owned by the
// thread object, which outlives its waits.
class Waiter final : private Runnable, private TimerEntry {
 public:
  explicit Waiter(Dispatcher &dispatcher, CLIENT_ID id = {});
  ~Waiter();
  Waiter(const Waiter &) = delete;
  Waiter &operator=(const Waiter &) = delete;

  Dispatcher &Home() const { return dispatcher_; }
  // Whom NtQueryMutant names as owner.
  CLIENT_ID Id() const { return id_; }
  void SetId(CLIENT_ID id) { id_ = id; }

  bool Waiting() const { return state_ == State::kWaiting; }
  bool WaitingAlertable() const { return Waiting() && alertable_; }

  // Ends the wait, if there is one, with `status`; false when the thread was not waiting. The wait is over when this
  // returns; the coroutine runs from the run queue.
  bool Cancel(NTSTATUS status);
  // The thread is to end: its wait and every later one yield STATUS_THREAD_IS_TERMINATING.
  void Terminate();
  bool Terminating() const { return terminating_; }
  // The last step of a thread: abandons its mutants, drops its APCs, tells the rundown entries. Calls Terminate().
  void Rundown();

  // NtAlertThread: breaks an alertable wait, or is kept for the next one.
  void Alert();
  // NtTestAlert: STATUS_ALERTED when the thread was alerted, otherwise STATUS_SUCCESS; makes queued APCs pending.
  NTSTATUS TestAlert();
  // Queues a user APC and breaks an alertable wait. False, and nothing is done, when the thread is ending or the APC is
  // queued already.
  bool QueueApc(Apc &apc);
  // An APC is to be delivered with the reply to the service that runs now.
  bool ApcPending() const { return apc_pending_ && !apcs_.Empty(); }
  // The APC to deliver, once: the next one becomes pending by NtContinue's NtTestAlert or by the next alertable wait.
  std::optional<ApcCall> TakeApc();

  void AddRundown(RundownEntry &entry) { rundown_.push_back(entry); }

 private:
  friend class Mutant;
  friend class Wait;
  friend class Waitable;
  friend std::optional<NTSTATUS> TryWaitNow(std::span<const Ref<Waitable>>, WAIT_TYPE, Waiter &, bool, InterruptTime);
  friend std::optional<NTSTATUS> TryWaitNow(Waitable &, Waiter &, bool, InterruptTime);
  enum class State : std::uint8_t { kIdle, kWaiting, kWoken };

  std::optional<NTSTATUS> TrySatisfy(std::span<const Ref<Waitable>> objects, WAIT_TYPE type);
  std::optional<NTSTATUS> TryBreak(bool alertable, InterruptTime deadline);
  bool Begin(std::span<const Ref<Waitable>> objects, WAIT_TYPE type, bool alertable, InterruptTime deadline,
             std::coroutine_handle<> coroutine);
  void Offer(WaitBlock &block);
  void Finish(NTSTATUS status);
  void Unlink();
  void Abandon();
  void Run() override;
  void Expired(InterruptTime now) override;

  static constexpr std::size_t kBuiltInBlocks = 3;  // as THREAD_WAIT_OBJECTS: more are allocated

  Dispatcher &dispatcher_;
  CLIENT_ID id_;
  State state_ = State::kIdle;
  WAIT_TYPE type_ = WaitAny;
  bool alertable_ = false;
  bool alerted_ = false;
  bool apc_pending_ = false;
  bool terminating_ = false;
  NTSTATUS status_ = STATUS_SUCCESS;
  std::coroutine_handle<> coroutine_ = nullptr;
  std::size_t count_ = 0;
  std::array<WaitBlock, kBuiltInBlocks> built_in_;
  std::unique_ptr<WaitBlock[]> allocated_;
  WaitBlock *blocks_ = nullptr;
  ApcQueue apcs_;
  boost::intrusive::list<RundownEntry, boost::intrusive::constant_time_size<false>> rundown_;
  boost::intrusive::list<Mutant, boost::intrusive::base_hook<OwnedHook>, boost::intrusive::constant_time_size<false>>
      mutants_;
};

// ---------------------------------------------------------------------------------------------- waiting

// The answer of a wait that need not block: satisfied, broken (alert, APC, termination), or timed out at once because
// `deadline` has passed. Nothing is allocated. An empty optional: it must wait.
// STATUS_WAIT_0 + i, STATUS_ABANDONED_WAIT_0 + i, STATUS_TIMEOUT, STATUS_USER_APC, STATUS_ALERTED,
// STATUS_THREAD_IS_TERMINATING, STATUS_MUTANT_LIMIT_EXCEEDED.
std::optional<NTSTATUS> TryWaitNow(Waitable &object, Waiter &waiter, bool alertable, InterruptTime deadline);
// The same for many; all or nothing with WaitAll. The caller has checked the count (1 to kMaximumWaitObjects).
// STATUS_INVALID_PARAMETER_MIX: WaitAll names an object twice.
std::optional<NTSTATUS> TryWaitNow(std::span<const Ref<Waitable>> objects, WAIT_TYPE type, Waiter &waiter,
                                   bool alertable, InterruptTime deadline);

// What WaitOne, WaitMany and Sleep give: `NTSTATUS status = co_await WaitOne(...)`. Destroying the coroutine while it
// waits ends the wait. Beside TryWaitNow's statuses: STATUS_INSUFFICIENT_RESOURCES.
class [[nodiscard]] Wait {
 public:
  Wait(const Wait &) = delete;
  Wait &operator=(const Wait &) = delete;
  ~Wait();

  bool await_ready();
  bool await_suspend(std::coroutine_handle<> coroutine);
  NTSTATUS await_resume();

 private:
  friend Wait WaitOne(Ref<Waitable> object, Waiter &waiter, bool alertable, InterruptTime deadline);
  friend Wait WaitMany(std::span<const Ref<Waitable>> objects, WAIT_TYPE type, Waiter &waiter, bool alertable,
                       InterruptTime deadline);
  friend Wait Sleep(Waiter &waiter, bool alertable, InterruptTime deadline);
  Wait(Ref<Waitable> object, std::span<const Ref<Waitable>> objects, WAIT_TYPE type, Waiter &waiter, bool alertable,
       InterruptTime deadline)
      : object_(std::move(object)),
        objects_(objects),
        type_(type),
        waiter_(waiter),
        alertable_(alertable),
        deadline_(deadline) {}
  std::span<const Ref<Waitable>> Objects() const { return object_ ? std::span(&object_, 1) : objects_; }

  Ref<Waitable> object_;
  std::span<const Ref<Waitable>> objects_;
  WAIT_TYPE type_;
  Waiter &waiter_;
  bool alertable_;
  InterruptTime deadline_;
  bool suspended_ = false;
  std::optional<NTSTATUS> status_;
};

Wait WaitOne(Ref<Waitable> object, Waiter &waiter, bool alertable, InterruptTime deadline);
// The references are copied when the wait begins; `objects` itself is needed until then only.
Wait WaitMany(std::span<const Ref<Waitable>> objects, WAIT_TYPE type, Waiter &waiter, bool alertable,
              InterruptTime deadline);
// Waits for nothing but the deadline (STATUS_TIMEOUT) or for Cancel(), Alert(), QueueApc().
Wait Sleep(Waiter &waiter, bool alertable, InterruptTime deadline);

}  // namespace ke

#include <ke/dispatcher_objects.hpp>
