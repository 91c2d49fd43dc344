// Events and semaphores.

#include "objects.hpp"
#include "thread.hpp"

using namespace ke;

extern "C" {

/// Source: KeInitializeEvent (WDK).
VOID NTAPI KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State) {
  InitialiseHeader(Event->Header, Type == NotificationEvent ? kNotificationEvent : kSynchronizationEvent,
                   sizeof(KEVENT), State ? 1 : 0);
}

/// Source: KeClearEvent (WDK).
VOID NTAPI KeClearEvent(PRKEVENT Event) { *const_cast<volatile LONG *>(&Event->Header.SignalState) = 0; }

/// Clears the event and returns its state before. Source: KeResetEvent (WDK).
LONG NTAPI KeResetEvent(PRKEVENT Event) {
  AtDispatch guard;
  LONG old = Event->Header.SignalState;
  Event->Header.SignalState = 0;
  return old;
}

/// Signals the event and returns its state before. `Wait` announces that the caller waits next: with one processor and
/// no preemption among fibers nothing comes between anyway. IRQL <= DISPATCH_LEVEL. Source: KeSetEvent (WDK).
LONG NTAPI KeSetEvent(PRKEVENT Event, KPRIORITY, BOOLEAN) {
  RequireIrql(kDispatch, "KeSetEvent");
  AtDispatch guard;
  LONG old = Event->Header.SignalState;
  Event->Header.SignalState = 1;
  Satisfy(Event->Header);
  return old;
}

/// Signals the event for those that wait now. Source: KePulseEvent (WDK).
LONG NTAPI KePulseEvent(PRKEVENT Event, KPRIORITY, BOOLEAN) {
  RequireIrql(kDispatch, "KePulseEvent");
  AtDispatch guard;
  LONG old = Event->Header.SignalState;
  Event->Header.SignalState = 1;
  Satisfy(Event->Header);
  Event->Header.SignalState = 0;
  return old;
}

/// Source: KeReadStateEvent (WDK).
LONG NTAPI KeReadStateEvent(PRKEVENT Event) { return Event->Header.SignalState; }

/// Source: KeInitializeSemaphore (WDK).
VOID NTAPI KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit) {
  InitialiseHeader(Semaphore->Header, kSemaphore, sizeof(KSEMAPHORE), Count);
  Semaphore->Limit = Limit;
}

/// Adds to the count and returns what it was. Raises STATUS_SEMAPHORE_LIMIT_EXCEEDED, and changes nothing, when the
/// count would pass the limit or `Adjustment` is not positive. IRQL <= DISPATCH_LEVEL. Source: KeReleaseSemaphore
/// (WDK).
LONG NTAPI KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY, LONG Adjustment, BOOLEAN) {
  RequireIrql(kDispatch, "KeReleaseSemaphore");
  KIRQL irql = CurrentIrql();
  Raise(kDispatch);
  LONG old = Semaphore->Header.SignalState;
  LONG count;
  if (__builtin_add_overflow(old, Adjustment, &count) || count <= old || count > Semaphore->Limit) {
    Lower(irql);
    ExRaiseStatus(STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  }
  Semaphore->Header.SignalState = count;
  Satisfy(Semaphore->Header);
  Lower(irql);
  return old;
}

/// Source: KeReadStateSemaphore (WDK).
LONG NTAPI KeReadStateSemaphore(PRKSEMAPHORE Semaphore) { return Semaphore->Header.SignalState; }

}  // extern "C"
