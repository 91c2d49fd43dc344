// Thread pools. An object (work, timer, wait) is posted to its pool's queue as often as it is due; worker threads, made
// on demand and let go when idle, take objects off and call them. One lock guards everything: pools see little
// contention on one processor, and no lock is held during a callback.
//
// Life of an object: one reference of its creator, one for each queue entry, callback and armed timer or wait. Its
// finalization runs with the last reference.
#pragma once
#include <nt/nt_services.h>
#include <nt/ntrtl_pool.h>

#include "rtlp.hpp"

namespace rtlp::pool {

struct Object;

/// What a running callback is told to do when it returns.
struct Instance {
  Object *object;
  bool associated;  // somebody who waits for the object waits for this callback too
  bool may_run_long;
  PRTL_CRITICAL_SECTION section;
  HANDLE mutex;
  HANDLE semaphore;
  ULONG semaphore_count;
  HANDLE event;
  PVOID dll;
};

struct Queue {
  Object *first = nullptr;
  Object *last = nullptr;
};

struct Pool {
  ULONG references;
  ULONG maximum;
  ULONG minimum;
  ULONG threads;
  ULONG idle;
  ULONG queued;  // callbacks in the queues
  ULONG long_runners;
  bool closed;
  RTL_CONDITION_VARIABLE work_ready;
  Queue queues[TP_CALLBACK_PRIORITY_COUNT];
  TP_POOL_STACK_INFORMATION stack;
};

struct Group {
  ULONG references;
  Object *members;
};

enum class Kind : uint8_t { kSimple, kWork, kTimer, kWait };

struct Object {
  Kind kind;
  bool queued;    // in its pool's queue
  bool armed;     // timer: in the timer list; wait: in a wait thread's set
  bool released;  // its creator is through with it
  bool long_running;
  ULONG references;
  ULONG pending;  // callbacks to come of those already posted
  ULONG running;  // associated callbacks that run now
  Pool *pool;
  TP_CALLBACK_PRIORITY priority;
  Object *next_queued;
  Group *group;
  Object *next_member;
  Object *previous_member;
  PVOID context;
  PTP_SIMPLE_CALLBACK finalization;
  PTP_CLEANUP_GROUP_CANCEL_CALLBACK group_cancel;
  RTL_CONDITION_VARIABLE quiet;  // nothing pending, nothing running
  union {
    PTP_SIMPLE_CALLBACK simple;
    PTP_WORK_CALLBACK work;
    PTP_TIMER_CALLBACK timer;
    PTP_WAIT_CALLBACK wait;
  } callback;

  // Timers and waits.
  Object *next_armed;
  int64_t due;  // NT system time; INT64_MAX: never
  ULONG period;
  HANDLE handle;
  TP_WAIT_RESULT result;
};

/// The one lock.
extern RTL_SRWLOCK lock;

class Guard {
 public:
  Guard() { RtlAcquireSRWLockExclusive(&lock); }
  ~Guard() { RtlReleaseSRWLockExclusive(&lock); }
  Guard(const Guard &) = delete;
  Guard &operator=(const Guard &) = delete;
};

/// A new object in the pool and group of `environment` (null: the process's pool), with its creator's reference.
NTSTATUS CreateObject(Kind kind, PVOID context, PTP_CALLBACK_ENVIRON environment, Object **result);

/// One more callback of the object. The lock is held. A failure says that there is no thread to run it; it stays queued
/// for the next one.
NTSTATUS Post(Object *object);

/// Gives references back. The lock is held; true: the caller must call Destroy after letting it go.
[[nodiscard]] bool Drop(Object *object, ULONG count = 1);

/// Finalizes and frees an object that has no references. No lock.
void Destroy(Object *object);

/// Drops posted callbacks that have not begun. The lock is held. Returns how many references the caller must drop.
ULONG CancelPosted(Object *object);

/// Waits until nothing of the object is pending or running. The lock is held, and let go meanwhile.
void WaitQuiet(Object *object);

/// Takes a timer or wait out of its list. The lock is held; true: a reference is to be dropped.
[[nodiscard]] bool Disarm(Object *object);

/// Ends the creator's use: leaves the group, drops the reference.
void ReleaseObject(Object *object);

/// Waits for or cancels, as the TpWaitFor functions do.
void WaitForObject(Object *object, bool cancel);

/// Arms a timer or a wait for `due`. The lock is held. A wait that no thread can watch ends at once with a failure as
/// its result.
void ArmTimer(Object *object);
void ArmWait(Object *object);

/// Make the threads that watch, which stay as long as there is a timer or a wait, armed or not. The lock is held.
NTSTATUS EnsureTimerThread();
NTSTATUS EnsureWatcher();

/// How many objects of each kind there are.
extern ULONG live[4];

/// A thread of the pools with nothing to do leaves after that, so that a process whose main thread has ended can end.
inline constexpr int64_t kIdleTime = 10ll * 10'000'000;

/// The system time.
int64_t Now();

/// Absolute time of a due time as services take it (negative: from now; null: never).
int64_t DueOf(const LARGE_INTEGER *time);

/// A thread of the pools' own.
NTSTATUS StartThread(PUSER_THREAD_START_ROUTINE routine, PVOID parameter, const TP_POOL_STACK_INFORMATION *stack);

}  // namespace rtlp::pool
