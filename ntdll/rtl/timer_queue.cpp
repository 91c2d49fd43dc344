// The older faces of the thread pool: work items, registered waits, timer queues. Callbacks run on pool threads
// whatever their flags ask for: the threads that watch run no foreign code.
#include "pool.hpp"

using namespace rtlp;
using namespace rtlp::pool;

namespace {

constexpr ULONG kInfinite = MAXULONG;

HANDLE WaitForAll() { return reinterpret_cast<HANDLE>(intptr_t{-1}); }

struct TimerQueue;

/// What an old-style wait or timer adds to its pool object.
struct Registered {
  Object *object;
  WAITORTIMERCALLBACKFUNC function;
  PVOID context;
  ULONG milliseconds;
  ULONG flags;
  bool stopped;
  HANDLE completion;  // signalled when it is gone
  TimerQueue *queue;
  Registered *next;
  Registered *previous;
};

struct TimerQueue {
  Registered *timers;
};

constinit TimerQueue default_queue = {nullptr};

LARGE_INTEGER After(ULONG milliseconds) {
  LARGE_INTEGER time;
  time.QuadPart = -10'000ll * milliseconds;
  return time;
}

VOID NTAPI Finalize(PTP_CALLBACK_INSTANCE, PVOID context) {
  auto *const registered = static_cast<Registered *>(context);
  if (registered->completion != nullptr) {
    NtSetEvent(registered->completion, nullptr);
  }
  Free(registered);
}

// The lock is held.
void Arm(Registered *registered) {
  Object *const object = registered->object;
  const LARGE_INTEGER timeout = After(registered->milliseconds);
  object->due = registered->milliseconds == kInfinite ? INT64_MAX : DueOf(&timeout);
  ArmWait(object);
}

VOID NTAPI WaitDone(PTP_CALLBACK_INSTANCE, PVOID context, PTP_WAIT, TP_WAIT_RESULT result) {
  auto *const registered = static_cast<Registered *>(context);
  registered->function(registered->context, result == STATUS_TIMEOUT);
  const Guard guard;
  const bool broken = NT_ERROR(static_cast<NTSTATUS>(result));  // waiting again would fail again
  if (!registered->stopped && !broken && (registered->flags & WT_EXECUTEONLYONCE) == 0) {
    Arm(registered);
  }
}

VOID NTAPI TimerDone(PTP_CALLBACK_INSTANCE, PVOID context, PTP_TIMER) {
  auto *const registered = static_cast<Registered *>(context);
  registered->function(registered->context, TRUE);
}

NTSTATUS Create(Kind kind, WAITORTIMERCALLBACKFUNC function, PVOID context, ULONG flags, Registered **result) {
  auto *const registered = static_cast<Registered *>(AllocateZeroed(sizeof(Registered)));
  if (registered == nullptr) {
    return STATUS_NO_MEMORY;
  }
  registered->function = function;
  registered->context = context;
  registered->flags = flags;
  TP_CALLBACK_ENVIRON environment{};
  environment.Version = 1;
  environment.FinalizationCallback = Finalize;
  environment.Flags = (flags & WT_EXECUTELONGFUNCTION) != 0 ? 1 : 0;
  const NTSTATUS status = CreateObject(kind, registered, &environment, &registered->object);
  if (!NT_SUCCESS(status)) {
    Free(registered);
    return status;
  }
  if (kind == Kind::kWait) {
    registered->object->callback.wait = WaitDone;
  } else {
    registered->object->callback.timer = TimerDone;
  }
  *result = registered;
  return STATUS_SUCCESS;
}

// STATUS_PENDING when a callback still runs and the caller does not wait.
NTSTATUS Stop(Registered *registered, HANDLE completion) {
  Object *const object = registered->object;
  RtlAcquireSRWLockExclusive(&lock);
  registered->stopped = true;
  if (completion != WaitForAll()) {
    registered->completion = completion;
  }
  object->references -= Disarm(object) ? 1 : 0;
  object->references -= CancelPosted(object);  // the creator's reference stays
  const bool running = object->running != 0;
  if (completion == WaitForAll()) {
    WaitQuiet(object);
  }
  RtlReleaseSRWLockExclusive(&lock);
  ReleaseObject(object);
  return running && completion != WaitForAll() ? STATUS_PENDING : STATUS_SUCCESS;
}

TimerQueue *QueueOf(HANDLE handle) { return handle != nullptr ? static_cast<TimerQueue *>(handle) : &default_queue; }

// The lock is held.
void Unlink(Registered *timer) {
  if (timer->next != nullptr) {
    timer->next->previous = timer->previous;
  }
  (timer->previous != nullptr ? timer->previous->next : timer->queue->timers) = timer->next;
}

// The lock is held.
void SetTimer(Registered *timer, ULONG due_time, ULONG period) {
  Object *const object = timer->object;
  object->references -= Disarm(object) ? 1 : 0;
  const LARGE_INTEGER time = After(due_time);
  object->period = period;
  object->due = due_time == kInfinite ? INT64_MAX : DueOf(&time);
  if (object->due != INT64_MAX) {
    ArmTimer(object);
  }
}

}  // namespace

extern "C" {

NTSTATUS NTAPI RtlQueueWorkItem(WORKERCALLBACKFUNC function, PVOID context, ULONG flags) {
  struct Item {
    WORKERCALLBACKFUNC function;
    PVOID context;
  };
  auto *const item = static_cast<Item *>(Allocate(sizeof(Item)));
  if (item == nullptr) {
    return STATUS_NO_MEMORY;
  }
  *item = {function, context};
  TP_CALLBACK_ENVIRON environment{};
  environment.Version = 1;
  environment.Flags = (flags & WT_EXECUTELONGFUNCTION) != 0 ? 1 : 0;
  const NTSTATUS status = TpSimpleTryPost(
      [](PTP_CALLBACK_INSTANCE, PVOID opaque) {
        const Item work = *static_cast<Item *>(opaque);
        Free(opaque);
        work.function(work.context);
      },
      item, &environment);
  if (!NT_SUCCESS(status)) {
    Free(item);
  }
  return status;
}

NTSTATUS NTAPI RtlRegisterWait(PHANDLE result, HANDLE handle, WAITORTIMERCALLBACKFUNC function, PVOID context,
                               ULONG milliseconds, ULONG flags) {
  if (handle == nullptr || handle == WaitForAll()) {
    return STATUS_INVALID_HANDLE;
  }
  Registered *registered = nullptr;
  const NTSTATUS status = Create(Kind::kWait, function, context, flags, &registered);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  *result = registered;
  const Guard guard;
  registered->milliseconds = milliseconds;
  registered->object->handle = handle;
  Arm(registered);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeregisterWaitEx(HANDLE wait, HANDLE completion) {
  return wait == nullptr ? STATUS_INVALID_HANDLE : Stop(static_cast<Registered *>(wait), completion);
}

NTSTATUS NTAPI RtlDeregisterWait(HANDLE wait) { return RtlDeregisterWaitEx(wait, nullptr); }

NTSTATUS NTAPI RtlCreateTimerQueue(PHANDLE result) {
  auto *const queue = static_cast<TimerQueue *>(AllocateZeroed(sizeof(TimerQueue)));
  if (queue == nullptr) {
    return STATUS_NO_MEMORY;
  }
  *result = queue;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteTimerQueueEx(HANDLE handle, HANDLE completion) {
  if (handle == nullptr) {
    return STATUS_INVALID_HANDLE;
  }
  auto *const queue = static_cast<TimerQueue *>(handle);
  bool running = false;
  for (;;) {
    RtlAcquireSRWLockExclusive(&lock);
    Registered *const timer = queue->timers;
    if (timer != nullptr) {
      Unlink(timer);
    }
    RtlReleaseSRWLockExclusive(&lock);
    if (timer == nullptr) {
      break;
    }
    // An event is to be set when all are done: then this waits for them, since only the last may set it.
    running = Stop(timer, completion == nullptr ? nullptr : WaitForAll()) == STATUS_PENDING || running;
  }
  Free(queue);
  if (completion != nullptr && completion != WaitForAll()) {
    NtSetEvent(completion, nullptr);
  }
  return running ? STATUS_PENDING : STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteTimerQueue(HANDLE handle) { return RtlDeleteTimerQueueEx(handle, nullptr); }

NTSTATUS NTAPI RtlCreateTimer(HANDLE queue_handle, PHANDLE result, WAITORTIMERCALLBACKFUNC function, PVOID context,
                              ULONG due_time, ULONG period, ULONG flags) {
  Registered *timer = nullptr;
  const NTSTATUS status = Create(Kind::kTimer, function, context, flags, &timer);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  *result = timer;
  TimerQueue *const queue = QueueOf(queue_handle);
  const Guard guard;
  timer->queue = queue;
  timer->next = queue->timers;
  if (queue->timers != nullptr) {
    queue->timers->previous = timer;
  }
  queue->timers = timer;
  SetTimer(timer, due_time, (flags & WT_EXECUTEONLYONCE) != 0 ? 0 : period);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlUpdateTimer(HANDLE queue, HANDLE handle, ULONG due_time, ULONG period) {
  auto *const timer = static_cast<Registered *>(handle);
  if (timer == nullptr || timer->queue != QueueOf(queue)) {
    return STATUS_INVALID_PARAMETER;
  }
  const Guard guard;
  SetTimer(timer, due_time, (timer->flags & WT_EXECUTEONLYONCE) != 0 ? 0 : period);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI RtlDeleteTimer(HANDLE queue, HANDLE handle, HANDLE completion) {
  auto *const timer = static_cast<Registered *>(handle);
  if (timer == nullptr || timer->queue != QueueOf(queue)) {
    return STATUS_INVALID_PARAMETER;
  }
  {
    const Guard guard;
    Unlink(timer);
  }
  return Stop(timer, completion);
}

}  // extern "C"
