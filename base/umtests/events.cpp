#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

LONG StateOf(const Handle &event) {
  EVENT_BASIC_INFORMATION information{};
  NtQueryEvent(event.Get(), EventBasicInformation, &information, sizeof information, nullptr);
  return information.EventState;
}

void Notification() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  LARGE_INTEGER now = Milliseconds(0);
  CHECK_STATUS(NtWaitForSingleObject(event.Get(), FALSE, &now), STATUS_TIMEOUT);
  LONG previous = 7;
  CHECK_SUCCESS(NtSetEvent(event.Get(), &previous));
  CHECK(previous == 0);
  CHECK_SUCCESS(NtSetEvent(event.Get(), &previous));
  CHECK(previous == 1);
  CHECK_SUCCESS(NtWaitForSingleObject(event.Get(), FALSE, nullptr));
  CHECK_SUCCESS(NtWaitForSingleObject(event.Get(), FALSE, &now));  // stays signalled
  CHECK_SUCCESS(NtResetEvent(event.Get(), &previous));
  CHECK(previous == 1);
  CHECK(StateOf(event) == 0);
}

void Synchronization() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, TRUE));
  LARGE_INTEGER now = Milliseconds(0);
  CHECK_SUCCESS(NtWaitForSingleObject(event.Get(), FALSE, &now));
  CHECK_STATUS(NtWaitForSingleObject(event.Get(), FALSE, &now), STATUS_TIMEOUT);  // the wait took it
  CHECK_SUCCESS(NtSetEvent(event.Get(), nullptr));
  CHECK_SUCCESS(NtClearEvent(event.Get()));
  CHECK(StateOf(event) == 0);
}

NTSTATUS WaitForever(PVOID event) { return NtWaitForSingleObject(event, FALSE, nullptr); }

void WakesOne() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE));
  const Handle first = StartThread(WaitForever, event.Get());
  const Handle second = StartThread(WaitForever, event.Get());
  LARGE_INTEGER pause = Milliseconds(30);
  NtDelayExecution(FALSE, &pause);  // both are waiting, most likely; the result is the same if not
  CHECK_SUCCESS(NtSetEvent(event.Get(), nullptr));
  HANDLE threads[] = {first.Get(), second.Get()};
  LARGE_INTEGER limit = Milliseconds(5000);
  const NTSTATUS woken = NtWaitForMultipleObjects(2, threads, WaitAny, FALSE, &limit);
  CHECK(woken == STATUS_WAIT_0 || woken == STATUS_WAIT_1);
  LARGE_INTEGER soon = Milliseconds(30);
  CHECK_STATUS(NtWaitForSingleObject(threads[woken == STATUS_WAIT_0 ? 1 : 0], FALSE, &soon), STATUS_TIMEOUT);
  CHECK_SUCCESS(NtSetEvent(event.Get(), nullptr));
  CHECK_SUCCESS(NtWaitForMultipleObjects(2, threads, WaitAll, FALSE, &limit));
}

void Pulse() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  LONG previous = 7;
  CHECK_SUCCESS(NtPulseEvent(event.Get(), &previous));
  CHECK(previous == 0);
  CHECK(StateOf(event) == 0);
}

void BadParameters() {
  Handle event;
  CHECK_STATUS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, static_cast<EVENT_TYPE>(2), FALSE),
               STATUS_INVALID_PARAMETER);
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  EVENT_BASIC_INFORMATION information{};
  CHECK_STATUS(NtQueryEvent(event.Get(), EventBasicInformation, &information, 4, nullptr), STATUS_INFO_LENGTH_MISMATCH);
  CHECK_STATUS(
      NtQueryEvent(event.Get(), static_cast<EVENT_INFORMATION_CLASS>(9), &information, sizeof information, nullptr),
      STATUS_INVALID_INFO_CLASS);
}

void Names() {
  Handle created;
  Named name(L"\\umtests-event");
  CHECK_SUCCESS(NtCreateEvent(created.Out(), EVENT_ALL_ACCESS, &name, NotificationEvent, TRUE));
  Handle again;
  CHECK_STATUS(NtCreateEvent(again.Out(), EVENT_ALL_ACCESS, &name, NotificationEvent, TRUE),
               STATUS_OBJECT_NAME_COLLISION);
  Named open_if(L"\\UMTESTS-Event", OBJ_CASE_INSENSITIVE | OBJ_OPENIF);
  CHECK_STATUS(NtCreateEvent(again.Out(), EVENT_ALL_ACCESS, &open_if, NotificationEvent, FALSE),
               STATUS_OBJECT_NAME_EXISTS);
  Handle opened;
  CHECK_SUCCESS(NtOpenEvent(opened.Out(), EVENT_ALL_ACCESS, &name));
  CHECK(StateOf(opened) == 1);
  Handle mutant;
  CHECK_STATUS(NtOpenMutant(mutant.Out(), MUTANT_ALL_ACCESS, &name), STATUS_OBJECT_TYPE_MISMATCH);
  created = Handle();
  again = Handle();
  opened = Handle();
  CHECK_STATUS(NtOpenEvent(opened.Out(), EVENT_ALL_ACCESS, &name), STATUS_OBJECT_NAME_NOT_FOUND);
}

constexpr Test kTests[] = {
    {"event.notification", "ZwCreateEvent, ZwSetEvent", Notification},
    {"event.synchronization", "ZwCreateEvent, KeClearEvent (DDI)", Synchronization},
    {"event.wakes-one", "KeSetEvent (DDI): a synchronization event satisfies one wait", WakesOne},
    {"event.pulse", "PulseEvent function", Pulse},
    {"event.bad", "NtCreateEvent, NtQueryEvent", BadParameters},
    {"event.names", "ZwCreateEvent: OBJ_OPENIF; ObCreateObject names", Names},
};

}  // namespace

constinit const std::span<const Test> kEventTests = kTests;

}  // namespace umtests
