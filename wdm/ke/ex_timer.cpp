// EX_TIMER: a timer object in pool with a callback. The KTIMER stands first: drivers may wait for the object.

#include "objects.hpp"
#include "thread.hpp"

#include <wdmp/pool.hpp>

using namespace ke;

struct _EX_TIMER {
  KTIMER timer;
  KDPC dpc;
  PEXT_CALLBACK callback;
  PVOID context;
  bool deleted;      // goes when it has expired
  bool in_callback;  // goes when that returns
  PEXT_DELETE_CALLBACK delete_callback;
  PVOID delete_context;
};

namespace {

constexpr LONGLONG kUnitsPerMillisecond = 10'000;

void Free(PEX_TIMER timer) {
  PEXT_DELETE_CALLBACK callback = timer->delete_callback;
  PVOID context = timer->delete_context;
  wdm::PoolFree(timer);
  if (callback != nullptr) {
    callback(context);
  }
}

VOID NTAPI TimerDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *timer = static_cast<PEX_TIMER>(context);
  timer->in_callback = true;
  if (timer->callback != nullptr) {
    timer->callback(timer, timer->context);
  }
  timer->in_callback = false;
  if (timer->deleted && !timer->timer.Header.Inserted) {
    Free(timer);
  }
}

}  // namespace

extern "C" {

/// Makes a timer object; null: no memory or attributes that nobody knows. Source: ExAllocateTimer (WDK).
PEX_TIMER NTAPI ExAllocateTimer(PEXT_CALLBACK Callback, PVOID CallbackContext, ULONG Attributes) {
  RequireIrql(kDispatch, "ExAllocateTimer");
  constexpr ULONG kKnown = EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NO_WAKE | EX_TIMER_NOTIFICATION;
  if ((Attributes & ~kKnown) != 0 ||
      (Attributes & (EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NO_WAKE)) == (EX_TIMER_HIGH_RESOLUTION | EX_TIMER_NO_WAKE)) {
    return nullptr;
  }
  auto *timer = wdm::PoolNew<_EX_TIMER>(wdm::PoolTag("ExTm"));
  if (timer == nullptr) {
    return nullptr;
  }
  KeInitializeTimerEx(&timer->timer,
                      (Attributes & EX_TIMER_NOTIFICATION) != 0 ? NotificationTimer : SynchronizationTimer);
  KeInitializeDpc(&timer->dpc, TimerDpc, timer);
  timer->callback = Callback;
  timer->context = CallbackContext;
  return timer;
}

/// Sets the timer; DueTime and Period (0 none) in units of 100 ns, periods count in whole milliseconds. TRUE: it was
/// set already. Source: ExSetTimer (WDK).
BOOLEAN NTAPI ExSetTimer(PEX_TIMER Timer, LONGLONG DueTime, LONGLONG Period, PEXT_SET_PARAMETERS) {
  AtDispatch guard;
  if (Timer->deleted || Period < 0) {
    return FALSE;
  }
  LARGE_INTEGER due;
  due.QuadPart = DueTime;
  LONGLONG milliseconds = (Period + kUnitsPerMillisecond - 1) / kUnitsPerMillisecond;
  return KeSetTimerEx(&Timer->timer, due, static_cast<LONG>(milliseconds), &Timer->dpc);
}

/// Takes the timer out; TRUE: it was set. Parameters must be null. Source: ExCancelTimer (WDK).
BOOLEAN NTAPI ExCancelTimer(PEX_TIMER Timer, PVOID) { return KeCancelTimer(&Timer->timer); }

/// Frees the timer: at once, or after it has expired when it is set for once and not to be cancelled. TRUE: it was set
/// and has been cancelled. `Wait`: the callback has returned when this does. Source: ExDeleteTimer (WDK).
BOOLEAN NTAPI ExDeleteTimer(PEX_TIMER Timer, BOOLEAN Cancel, BOOLEAN, PEXT_DELETE_PARAMETERS Parameters) {
  RequireIrql(kDispatch, "ExDeleteTimer");
  AtDispatch guard;
  if (Parameters != nullptr) {
    Timer->delete_callback = Parameters->DeleteCallback;
    Timer->delete_context = Parameters->DeleteContext;
  }
  Timer->deleted = true;
  bool cancelled = false;
  if (Cancel || Timer->timer.Period != 0) {
    cancelled = KeCancelTimer(&Timer->timer);
  }
  // In its own callback, or with the callback still to come, TimerDpc frees it.
  if (!Timer->timer.Header.Inserted && Timer->dpc.DpcData == nullptr && !Timer->in_callback) {
    Free(Timer);
  }
  return cancelled;
}

}  // extern "C"
