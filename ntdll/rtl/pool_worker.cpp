// Thread pools: queues, worker threads, the life of objects.
#include "pool.hpp"

namespace rtlp::pool {

constinit RTL_SRWLOCK lock = RTL_SRWLOCK_INIT;
ULONG live[4];

namespace {

constexpr ULONG kDefaultMaximum = 500;

constinit Pool default_pool = {1, kDefaultMaximum, 0, 0, 0, 0, 0, false, RTL_CONDITION_VARIABLE_INIT, {}, {}};

Object *TakeNext(Pool *from) {
  for (Queue &queue : from->queues) {
    Object *const object = queue.first;
    if (object == nullptr) {
      continue;
    }
    queue.first = object->next_queued;
    if (queue.first == nullptr) {
      queue.last = nullptr;
    }
    object->queued = false;
    return object;
  }
  return nullptr;
}

void Append(Object *object) {
  Queue &queue = object->pool->queues[object->priority];
  object->next_queued = nullptr;
  object->queued = true;
  (queue.last != nullptr ? queue.last->next_queued : queue.first) = object;
  queue.last = object;
}

void Call(Object *object, Instance &instance) {
  auto *const opaque = reinterpret_cast<PTP_CALLBACK_INSTANCE>(&instance);
  switch (object->kind) {
    case Kind::kSimple:
      object->callback.simple(opaque, object->context);
      break;
    case Kind::kWork:
      object->callback.work(opaque, object->context, reinterpret_cast<PTP_WORK>(object));
      break;
    case Kind::kTimer:
      object->callback.timer(opaque, object->context, reinterpret_cast<PTP_TIMER>(object));
      break;
    case Kind::kWait:
      object->callback.wait(opaque, object->context, reinterpret_cast<PTP_WAIT>(object), object->result);
      break;
  }
}

// In the order that the documentation gives.
void Complete(const Instance &instance) {
  if (instance.section != nullptr) {
    RtlLeaveCriticalSection(instance.section);
  }
  if (instance.mutex != nullptr) {
    NtReleaseMutant(instance.mutex, nullptr);
  }
  if (instance.semaphore != nullptr) {
    NtReleaseSemaphore(instance.semaphore, static_cast<LONG>(instance.semaphore_count), nullptr);
  }
  if (instance.event != nullptr) {
    NtSetEvent(instance.event, nullptr);
  }
  if (instance.dll != nullptr) {
    LdrUnloadDll(instance.dll);
  }
}

void Notify(Object *object) {
  if (object->pending == 0 && object->running == 0) {
    RtlWakeAllConditionVariable(&object->quiet);
  }
}

// The lock is held on entry and on return.
void RunOne(Pool *own, Object *object) {
  --object->pending;
  --own->queued;
  ++object->running;
  if (object->pending > 0) {
    Append(object);  // further callbacks may run beside this one
  }
  Instance instance{};
  instance.object = object;
  instance.associated = true;
  instance.may_run_long = object->long_running;
  own->long_runners += instance.may_run_long ? 1 : 0;
  RtlReleaseSRWLockExclusive(&lock);
  Call(object, instance);
  Complete(instance);
  RtlAcquireSRWLockExclusive(&lock);
  own->long_runners -= instance.may_run_long ? 1 : 0;
  if (instance.associated) {
    --object->running;
    Notify(object);
  }
  if (Drop(object)) {
    RtlReleaseSRWLockExclusive(&lock);
    Destroy(object);
    RtlAcquireSRWLockExclusive(&lock);
  }
}

void DropPool(Pool *pool) {
  if (--pool->references == 0 && pool != &default_pool) {
    Free(pool);
  }
}

NTSTATUS NTAPI Worker(PVOID parameter) {
  auto *const own = static_cast<Pool *>(parameter);
  RtlAcquireSRWLockExclusive(&lock);
  for (;;) {
    if (Object *const object = TakeNext(own); object != nullptr) {
      RunOne(own, object);
      continue;
    }
    if (own->closed) {
      break;
    }
    ++own->idle;
    LARGE_INTEGER timeout;
    timeout.QuadPart = -kIdleTime;
    const NTSTATUS status = RtlSleepConditionVariableSRW(&own->work_ready, &lock, &timeout, 0);
    --own->idle;
    if (status == STATUS_TIMEOUT && own->queued == 0 && own->threads > own->minimum) {
      break;
    }
  }
  --own->threads;
  DropPool(own);
  RtlReleaseSRWLockExclusive(&lock);
  return STATUS_SUCCESS;
}

// One thread more, when the queue asks for it. The lock is held.
NTSTATUS AddThread(Pool *pool) {
  ++pool->threads;
  ++pool->references;
  const NTSTATUS status = StartThread(Worker, pool, &pool->stack);
  if (!NT_SUCCESS(status)) {
    --pool->threads;
    DropPool(pool);
  }
  return status;
}

// Without any worker nothing would ever run: the first one must come.
NTSTATUS Provide(Pool *pool) {
  if (pool->idle >= pool->queued) {
    RtlWakeConditionVariable(&pool->work_ready);
    return STATUS_SUCCESS;
  }
  if (pool->threads < pool->maximum + pool->long_runners) {
    const NTSTATUS status = AddThread(pool);
    return pool->threads != 0 ? STATUS_SUCCESS : status;
  }
  return STATUS_SUCCESS;
}

Pool *PoolOf(PTP_CALLBACK_ENVIRON environment) {
  return environment != nullptr && environment->Pool != nullptr ? reinterpret_cast<Pool *>(environment->Pool)
                                                                : &default_pool;
}

void LeaveGroup(Object *object) {
  Group *const group = object->group;
  if (group == nullptr) {
    return;
  }
  if (object->next_member != nullptr) {
    object->next_member->previous_member = object->previous_member;
  }
  (object->previous_member != nullptr ? object->previous_member->next_member : group->members) = object->next_member;
  object->group = nullptr;
}

}  // namespace

NTSTATUS StartThread(PUSER_THREAD_START_ROUTINE routine, PVOID parameter, const TP_POOL_STACK_INFORMATION *stack) {
  return RtlCreateUserThread(NtCurrentProcess(), nullptr, FALSE, 0, stack != nullptr ? stack->StackReserve : 0,
                             stack != nullptr ? stack->StackCommit : 0, routine, parameter, nullptr, nullptr);
}

NTSTATUS CreateObject(Kind kind, PVOID context, PTP_CALLBACK_ENVIRON environment, Object **result) {
  if (environment != nullptr && environment->Version != 1 && environment->Version != 3) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *const object = static_cast<Object *>(AllocateZeroed(sizeof(Object)));
  if (object == nullptr) {
    return STATUS_NO_MEMORY;
  }
  object->kind = kind;
  object->references = 1;
  object->context = context;
  object->priority = TP_CALLBACK_PRIORITY_NORMAL;
  object->due = INT64_MAX;
  const Guard guard;
  const NTSTATUS status = kind == Kind::kTimer  ? EnsureTimerThread()
                          : kind == Kind::kWait ? EnsureWatcher()
                                                : STATUS_SUCCESS;
  if (!NT_SUCCESS(status)) {
    Free(object);
    return status;
  }
  ++live[static_cast<size_t>(kind)];
  object->pool = PoolOf(environment);
  ++object->pool->references;
  if (environment != nullptr) {
    object->finalization = environment->FinalizationCallback;
    object->group_cancel = environment->CleanupGroupCancelCallback;
    object->long_running = (environment->Flags & 1) != 0;
    if (environment->Version == 3 && environment->CallbackPriority < TP_CALLBACK_PRIORITY_COUNT) {
      object->priority = environment->CallbackPriority;
    }
    if (auto *const group = reinterpret_cast<Group *>(environment->CleanupGroup); group != nullptr) {
      object->group = group;
      object->next_member = group->members;
      if (group->members != nullptr) {
        group->members->previous_member = object;
      }
      group->members = object;
    }
  }
  *result = object;
  return STATUS_SUCCESS;
}

NTSTATUS Post(Object *object) {
  ++object->references;
  ++object->pending;
  ++object->pool->queued;
  if (!object->queued) {
    Append(object);
  }
  return Provide(object->pool);
}

bool Drop(Object *object, ULONG count) {
  object->references -= count;
  if (count == 0 || object->references != 0) {
    return false;
  }
  LeaveGroup(object);  // while the lock is held: nobody may find it any more
  return true;
}

void Destroy(Object *object) {
  if (object->finalization != nullptr) {
    Instance instance{};
    instance.object = object;
    object->finalization(reinterpret_cast<PTP_CALLBACK_INSTANCE>(&instance), object->context);
  }
  {
    const Guard guard;
    --live[static_cast<size_t>(object->kind)];
    DropPool(object->pool);
  }
  Free(object);
}

ULONG CancelPosted(Object *object) {
  const ULONG dropped = object->pending;
  if (object->queued) {
    Queue &queue = object->pool->queues[object->priority];
    Object *before = nullptr;
    for (Object *each = queue.first; each != object; each = each->next_queued) {
      before = each;
    }
    (before != nullptr ? before->next_queued : queue.first) = object->next_queued;
    if (queue.last == object) {
      queue.last = before;
    }
    object->queued = false;
  }
  object->pool->queued -= dropped;
  object->pending = 0;
  Notify(object);
  return dropped;
}

void WaitQuiet(Object *object) {
  while (object->pending != 0 || object->running != 0) {
    RtlSleepConditionVariableSRW(&object->quiet, &lock, nullptr, 0);
  }
}

void ReleaseObject(Object *object) {
  RtlAcquireSRWLockExclusive(&lock);
  ULONG dropped = 0;
  if (!object->released) {
    object->released = true;
    LeaveGroup(object);
    dropped = 1 + (Disarm(object) ? 1 : 0);
  }
  const bool last = Drop(object, dropped);
  RtlReleaseSRWLockExclusive(&lock);
  if (last) {
    Destroy(object);
  }
}

void WaitForObject(Object *object, bool cancel) {
  RtlAcquireSRWLockExclusive(&lock);
  if (cancel) {
    // The caller's own reference stays: these can not be the last ones.
    object->references -= CancelPosted(object);
  }
  WaitQuiet(object);
  RtlReleaseSRWLockExclusive(&lock);
}

}  // namespace rtlp::pool

using namespace rtlp;
using namespace rtlp::pool;

extern "C" {

NTSTATUS NTAPI TpAllocPool(PTP_POOL *result, PVOID reserved) {
  if (reserved != nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  auto *const made = static_cast<Pool *>(AllocateZeroed(sizeof(Pool)));
  if (made == nullptr) {
    return STATUS_NO_MEMORY;
  }
  made->references = 1;
  made->maximum = kDefaultMaximum;
  *result = reinterpret_cast<PTP_POOL>(made);
  return STATUS_SUCCESS;
}

VOID NTAPI TpReleasePool(PTP_POOL opaque) {
  auto *const own = reinterpret_cast<Pool *>(opaque);
  const Guard guard;
  own->closed = true;  // its threads end when the queue is empty
  RtlWakeAllConditionVariable(&own->work_ready);
  DropPool(own);
}

VOID NTAPI TpSetPoolMaxThreads(PTP_POOL opaque, ULONG maximum) {
  auto *const own = reinterpret_cast<Pool *>(opaque);
  const Guard guard;
  own->maximum = maximum == 0 ? 1 : maximum;
  own->minimum = own->minimum < own->maximum ? own->minimum : own->maximum;
}

NTSTATUS NTAPI TpSetPoolMinThreads(PTP_POOL opaque, ULONG minimum) {
  auto *const own = reinterpret_cast<Pool *>(opaque);
  const Guard guard;
  while (own->threads < minimum) {
    const NTSTATUS status = AddThread(own);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  own->minimum = minimum;
  own->maximum = own->maximum < minimum ? minimum : own->maximum;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpQueryPoolStackInformation(PTP_POOL opaque, PTP_POOL_STACK_INFORMATION information) {
  const Guard guard;
  *information = reinterpret_cast<Pool *>(opaque)->stack;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpSetPoolStackInformation(PTP_POOL opaque, PTP_POOL_STACK_INFORMATION information) {
  if (information->StackCommit > information->StackReserve) {
    return STATUS_INVALID_PARAMETER;
  }
  const Guard guard;
  reinterpret_cast<Pool *>(opaque)->stack = *information;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI TpAllocCleanupGroup(PTP_CLEANUP_GROUP *result) {
  auto *const group = static_cast<Group *>(AllocateZeroed(sizeof(Group)));
  if (group == nullptr) {
    return STATUS_NO_MEMORY;
  }
  *result = reinterpret_cast<PTP_CLEANUP_GROUP>(group);
  return STATUS_SUCCESS;
}

VOID NTAPI TpReleaseCleanupGroup(PTP_CLEANUP_GROUP group) { Free(group); }

VOID NTAPI TpReleaseCleanupGroupMembers(PTP_CLEANUP_GROUP opaque, ULONG cancel, PVOID parameter) {
  auto *const group = reinterpret_cast<Group *>(opaque);
  for (;;) {
    RtlAcquireSRWLockExclusive(&lock);
    Object *const object = group->members;
    if (object == nullptr) {
      RtlReleaseSRWLockExclusive(&lock);
      return;
    }
    LeaveGroup(object);
    ++object->references;  // it must outlive what follows
    ULONG dropped = Disarm(object) ? 1 : 0;
    ULONG cancelled = 0;
    if (cancel != 0) {
      cancelled = CancelPosted(object);
      dropped += cancelled;
    }
    if (!object->released) {
      object->released = true;
      ++dropped;
    }
    WaitQuiet(object);
    object->references -= dropped;
    const PTP_CLEANUP_GROUP_CANCEL_CALLBACK callback = cancelled != 0 ? object->group_cancel : nullptr;
    RtlReleaseSRWLockExclusive(&lock);
    if (callback != nullptr) {
      callback(object->context, parameter);
    }
    RtlAcquireSRWLockExclusive(&lock);
    const bool last = Drop(object);
    RtlReleaseSRWLockExclusive(&lock);
    if (last) {
      Destroy(object);
    }
  }
}

}  // extern "C"
