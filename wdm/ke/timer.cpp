// Timers: one list, sorted by time. The baton loop expires them; the Executive rings at the earliest deadline.

#include "objects.hpp"
#include "thread.hpp"

namespace ke {
namespace {

constexpr uint64_t kUnitsPerMillisecond = 10'000;

LIST_ENTRY timers = {&timers, &timers};

// When the first one is due: read without a guard, so that the baton can look at it as its last act before it sleeps.
volatile uint64_t earliest = kNever;

KTIMER *FromLink(LIST_ENTRY *entry) { return CONTAINING_RECORD(entry, KTIMER, TimerListEntry); }

void Remember() { earliest = IsListEmpty(&timers) ? kNever : FromLink(timers.Flink)->DueTime.QuadPart; }

// Period and DPC of a timer that is due; its waiters.
void Fire(KTIMER &timer, uint64_t now) {
  if (timer.Header.Type == kTimeout) {
    EndWait(CONTAINING_RECORD(&timer, Thread, timeout), STATUS_TIMEOUT);
    return;
  }
  if (timer.Period != 0) {
    uint64_t period = timer.Period * kUnitsPerMillisecond;
    uint64_t next = timer.DueTime.QuadPart + period;
    InsertTimer(timer, next > now ? next : now + period);
  }
  // What the timer was set with, read before anybody who waits can change it.
  KDPC *dpc = timer.Dpc;
  timer.Header.SignalState = 1;
  Satisfy(timer.Header);
  if (dpc != nullptr) {
    LARGE_INTEGER time;
    time.QuadPart = static_cast<LONGLONG>(SystemTime());
    KeInsertQueueDpc(dpc, ULongToPtr(time.LowPart), LongToPtr(time.HighPart));
  }
}

}  // namespace

void InsertTimer(KTIMER &timer, uint64_t due) {
  timer.DueTime.QuadPart = due;
  timer.Header.Inserted = 1;
  // Most timers are later than those that are in the list.
  LIST_ENTRY *after = timers.Blink;
  while (after != &timers && FromLink(after)->DueTime.QuadPart > due) {
    after = after->Blink;
  }
  InsertHeadList(after, &timer.TimerListEntry);
  Remember();
}

bool RemoveTimer(KTIMER &timer) {
  if (!timer.Header.Inserted) {
    return false;
  }
  timer.Header.Inserted = 0;
  RemoveEntryList(&timer.TimerListEntry);
  Remember();
  return true;
}

uint64_t NextDeadline() {
  // Two halves on a 32-bit machine: the same value twice is one value.
  uint64_t value = earliest;
  while (value != earliest) {
    value = earliest;
  }
  return value;
}

void ExpireTimers() {
  AtDispatch guard;
  if (IsListEmpty(&timers)) {
    return;
  }
  uint64_t now = InterruptTime();
  while (!IsListEmpty(&timers)) {
    KTIMER &timer = *FromLink(timers.Flink);
    if (timer.DueTime.QuadPart > now) {
      return;
    }
    RemoveTimer(timer);
    Fire(timer, now);
  }
}

}  // namespace ke

using namespace ke;

extern "C" {

/// Source: KeInitializeTimer (WDK).
VOID NTAPI KeInitializeTimer(PKTIMER Timer) { KeInitializeTimerEx(Timer, NotificationTimer); }

/// Source: KeInitializeTimerEx (WDK).
VOID NTAPI KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type) {
  *Timer = {};
  InitialiseHeader(Timer->Header, Type == NotificationTimer ? kNotificationTimer : kSynchronizationTimer, 0, 0);
}

/// Sets a timer: negative relative, positive absolute system time. TRUE: it was set already.
/// Source: KeSetTimer (WDK).
BOOLEAN NTAPI KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc) {
  return KeSetTimerEx(Timer, DueTime, 0, Dpc);
}

/// The same with a period in milliseconds (0 none). What is due already fires here. IRQL <= DISPATCH_LEVEL.
/// Source: KeSetTimerEx (WDK).
BOOLEAN NTAPI KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc) {
  RequireIrql(kDispatch, "KeSetTimerEx");
  AtDispatch guard;
  bool was_set = RemoveTimer(*Timer);
  Timer->Header.SignalState = 0;
  Timer->Period = static_cast<ULONG>(Period);
  Timer->Dpc = Dpc;
  uint64_t due = Deadline(DueTime);
  uint64_t now = InterruptTime();  // after it: what is due at once must not look later
  if (due <= now) {
    Timer->DueTime.QuadPart = now;
    Fire(*Timer, now);
  } else {
    InsertTimer(*Timer, due);
  }
  return was_set;
}

/// The tolerance is not needed: timers are exact. Source: KeSetCoalescableTimer (WDK).
BOOLEAN NTAPI KeSetCoalescableTimer(PKTIMER Timer, LARGE_INTEGER DueTime, ULONG Period, ULONG, PKDPC Dpc) {
  return KeSetTimerEx(Timer, DueTime, static_cast<LONG>(Period), Dpc);
}

/// Takes a timer out. TRUE: it was set. A DPC that is queued already stays queued. Source: KeCancelTimer (WDK).
BOOLEAN NTAPI KeCancelTimer(PKTIMER Timer) {
  RequireIrql(kDispatch, "KeCancelTimer");
  AtDispatch guard;
  bool was_set = RemoveTimer(*Timer);
  Timer->Period = 0;
  return was_set;
}

/// Source: KeReadStateTimer (WDK).
BOOLEAN NTAPI KeReadStateTimer(PKTIMER Timer) { return Timer->Header.SignalState != 0; }

}  // extern "C"
