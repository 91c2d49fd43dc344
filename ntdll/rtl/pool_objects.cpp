// Thread pools: the Tp functions of work, timers, waits and running callbacks.
#include "pool.hpp"

using namespace rtlp;
using namespace rtlp::pool;

namespace {

template <typename Opaque>
Object *Of(Opaque *opaque) {
  return reinterpret_cast<Object *>(opaque);
}

Instance *Of(PTP_CALLBACK_INSTANCE opaque) { return reinterpret_cast<Instance *>(opaque); }

}  // namespace

extern "C" {

NTSTATUS NTAPI TpSimpleTryPost(PTP_SIMPLE_CALLBACK callback, PVOID context, PTP_CALLBACK_ENVIRON environment) {
  Object *object = nullptr;
  NTSTATUS status = CreateObject(Kind::kSimple, context, environment, &object);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  object->callback.simple = callback;
  RtlAcquireSRWLockExclusive(&lock);
  status = Post(object);
  object->released = true;
  ULONG dropped = 1;
  if (!NT_SUCCESS(status)) {
    object->finalization = nullptr;  // it never was
    dropped += CancelPosted(object);
  }
  const bool last = Drop(object, dropped);
  RtlReleaseSRWLockExclusive(&lock);
  if (last) {
    Destroy(object);
  }
  return status;
}

NTSTATUS NTAPI TpAllocWork(PTP_WORK *result, PTP_WORK_CALLBACK callback, PVOID context,
                           PTP_CALLBACK_ENVIRON environment) {
  Object *object = nullptr;
  const NTSTATUS status = CreateObject(Kind::kWork, context, environment, &object);
  if (NT_SUCCESS(status)) {
    object->callback.work = callback;
    *result = reinterpret_cast<PTP_WORK>(object);
  }
  return status;
}

VOID NTAPI TpPostWork(PTP_WORK work) {
  const Guard guard;
  Post(Of(work));
}

VOID NTAPI TpReleaseWork(PTP_WORK work) { ReleaseObject(Of(work)); }
VOID NTAPI TpWaitForWork(PTP_WORK work, ULONG cancel) { WaitForObject(Of(work), cancel != 0); }

NTSTATUS NTAPI TpAllocTimer(PTP_TIMER *result, PTP_TIMER_CALLBACK callback, PVOID context,
                            PTP_CALLBACK_ENVIRON environment) {
  Object *object = nullptr;
  const NTSTATUS status = CreateObject(Kind::kTimer, context, environment, &object);
  if (NT_SUCCESS(status)) {
    object->callback.timer = callback;
    *result = reinterpret_cast<PTP_TIMER>(object);
  }
  return status;
}

VOID NTAPI TpSetTimer(PTP_TIMER timer, PLARGE_INTEGER due_time, ULONG period, ULONG) {
  Object *const object = Of(timer);
  const Guard guard;
  // The creator's reference stays: this is never the last one.
  object->references -= Disarm(object) ? 1 : 0;
  object->due = DueOf(due_time);
  object->period = period;
  if (object->due != INT64_MAX) {
    ArmTimer(object);
  }
}

BOOLEAN NTAPI TpIsTimerSet(PTP_TIMER timer) {
  const Guard guard;
  return Of(timer)->armed;
}

VOID NTAPI TpReleaseTimer(PTP_TIMER timer) { ReleaseObject(Of(timer)); }
VOID NTAPI TpWaitForTimer(PTP_TIMER timer, ULONG cancel) { WaitForObject(Of(timer), cancel != 0); }

NTSTATUS NTAPI TpAllocWait(PTP_WAIT *result, PTP_WAIT_CALLBACK callback, PVOID context,
                           PTP_CALLBACK_ENVIRON environment) {
  Object *object = nullptr;
  const NTSTATUS status = CreateObject(Kind::kWait, context, environment, &object);
  if (NT_SUCCESS(status)) {
    object->callback.wait = callback;
    *result = reinterpret_cast<PTP_WAIT>(object);
  }
  return status;
}

VOID NTAPI TpSetWait(PTP_WAIT wait, HANDLE handle, PLARGE_INTEGER timeout) {
  Object *const object = Of(wait);
  const Guard guard;
  object->references -= Disarm(object) ? 1 : 0;
  object->handle = handle;
  if (handle != nullptr) {
    object->due = DueOf(timeout);
    ArmWait(object);
  }
}

VOID NTAPI TpReleaseWait(PTP_WAIT wait) { ReleaseObject(Of(wait)); }
VOID NTAPI TpWaitForWait(PTP_WAIT wait, ULONG cancel) { WaitForObject(Of(wait), cancel != 0); }

VOID NTAPI TpCallbackSetEventOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE event) { Of(instance)->event = event; }

VOID NTAPI TpCallbackReleaseSemaphoreOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE semaphore, ULONG count) {
  Of(instance)->semaphore = semaphore;
  Of(instance)->semaphore_count = count;
}

VOID NTAPI TpCallbackReleaseMutexOnCompletion(PTP_CALLBACK_INSTANCE instance, HANDLE mutex) {
  Of(instance)->mutex = mutex;
}

VOID NTAPI TpCallbackLeaveCriticalSectionOnCompletion(PTP_CALLBACK_INSTANCE instance, PRTL_CRITICAL_SECTION section) {
  Of(instance)->section = section;
}

VOID NTAPI TpCallbackUnloadDllOnCompletion(PTP_CALLBACK_INSTANCE instance, PVOID dll) { Of(instance)->dll = dll; }

// Room for another thread in the place of this one.
NTSTATUS NTAPI TpCallbackMayRunLong(PTP_CALLBACK_INSTANCE opaque) {
  Instance *const instance = Of(opaque);
  if (instance->may_run_long) {
    return STATUS_SUCCESS;
  }
  const Guard guard;
  instance->may_run_long = true;
  ++instance->object->pool->long_runners;
  return STATUS_SUCCESS;
}

// Nobody who waits for the object waits for this callback any more.
VOID NTAPI TpDisassociateCallback(PTP_CALLBACK_INSTANCE opaque) {
  Instance *const instance = Of(opaque);
  const Guard guard;
  if (instance->associated) {
    instance->associated = false;
    Object *const object = instance->object;
    if (--object->running == 0 && object->pending == 0) {
      RtlWakeAllConditionVariable(&object->quiet);
    }
  }
}

}  // extern "C"
