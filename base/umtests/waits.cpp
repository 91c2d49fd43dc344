#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

struct Events {
  Handle owner[3];
  HANDLE list[3] = {};
  Events() {
    for (int i = 0; i < 3; ++i) {
      CheckStatus(NtCreateEvent(owner[i].Out(), EVENT_ALL_ACCESS, nullptr, SynchronizationEvent, FALSE), STATUS_SUCCESS,
                  __FILE__, __LINE__, "NtCreateEvent");
      list[i] = owner[i].Get();
    }
  }
};

void TimeOut() {
  const Events events;
  const LONGLONG begin = Now();
  LARGE_INTEGER limit = Milliseconds(40);
  CHECK_STATUS(NtWaitForSingleObject(events.list[0], FALSE, &limit), STATUS_TIMEOUT);
  CHECK(Now() - begin >= 24 * kMillisecond);
}

void Any() {
  Events events;
  CHECK_SUCCESS(NtSetEvent(events.list[2], nullptr));
  CHECK_STATUS(NtWaitForMultipleObjects(3, events.list, WaitAny, FALSE, nullptr), STATUS_WAIT_2);
  CHECK_SUCCESS(NtSetEvent(events.list[2], nullptr));
  CHECK_SUCCESS(NtSetEvent(events.list[1], nullptr));
  CHECK_STATUS(NtWaitForMultipleObjects(3, events.list, WaitAny, FALSE, nullptr), STATUS_WAIT_1);  // the lowest
  CHECK_STATUS(NtWaitForMultipleObjects(3, events.list, WaitAny, FALSE, nullptr), STATUS_WAIT_2);
  LARGE_INTEGER soon = Milliseconds(10);
  CHECK_STATUS(NtWaitForMultipleObjects(3, events.list, WaitAny, FALSE, &soon), STATUS_TIMEOUT);
}

void All() {
  Events events;
  CHECK_SUCCESS(NtSetEvent(events.list[0], nullptr));
  CHECK_SUCCESS(NtSetEvent(events.list[1], nullptr));
  LARGE_INTEGER soon = Milliseconds(10);
  CHECK_STATUS(NtWaitForMultipleObjects(3, events.list, WaitAll, FALSE, &soon), STATUS_TIMEOUT);
  // The wait that failed has taken nothing.
  LARGE_INTEGER now = Milliseconds(0);
  CHECK_SUCCESS(NtWaitForSingleObject(events.list[0], FALSE, &now));
  CHECK_SUCCESS(NtSetEvent(events.list[0], nullptr));
  CHECK_SUCCESS(NtSetEvent(events.list[2], nullptr));
  CHECK_SUCCESS(NtWaitForMultipleObjects(3, events.list, WaitAll, FALSE, &soon));
  CHECK_STATUS(NtWaitForSingleObject(events.list[1], FALSE, &now), STATUS_TIMEOUT);
}

void BadCounts() {
  Events events;
  HANDLE many[65];
  for (HANDLE &handle : many) {
    handle = events.list[0];
  }
  CHECK_STATUS(NtWaitForMultipleObjects(0, events.list, WaitAny, FALSE, nullptr), STATUS_INVALID_PARAMETER_1);
  CHECK_STATUS(NtWaitForMultipleObjects(65, many, WaitAny, FALSE, nullptr), STATUS_INVALID_PARAMETER_1);
  CHECK_STATUS(NtWaitForMultipleObjects(3, events.list, static_cast<WAIT_TYPE>(9), FALSE, nullptr),
               STATUS_INVALID_PARAMETER_3);
  CHECK_STATUS(NtWaitForMultipleObjects(2, many, WaitAll, FALSE, nullptr), STATUS_INVALID_PARAMETER_MIX);
  many[1] = At<void>(0xbad0);
  CHECK_STATUS(NtWaitForMultipleObjects(2, many, WaitAny, FALSE, nullptr), STATUS_INVALID_HANDLE);
}

NTSTATUS Echo(PVOID context) {
  auto *events = static_cast<Events *>(context);
  const NTSTATUS status = NtWaitForSingleObject(events->list[0], FALSE, nullptr);
  return NT_SUCCESS(status) ? NtSetEvent(events->list[1], nullptr) : status;
}

void SignalAndWait() {
  Events events;
  const Handle thread = StartThread(Echo, &events);
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtSignalAndWaitForSingleObject(events.list[0], events.list[1], FALSE, &limit));
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
}

volatile ULONG_PTR apc_sum;
void Apc(PVOID context, PVOID first, PVOID second) {
  apc_sum = reinterpret_cast<ULONG_PTR>(context) * 100 + reinterpret_cast<ULONG_PTR>(first) * 10 +
            reinterpret_cast<ULONG_PTR>(second);
}

void Alertable() {
  Events events;
  apc_sum = 0;
  CHECK_SUCCESS(NtQueueApcThread(NtCurrentThread(), Apc, At<void>(1), At<void>(2), At<void>(3)));
  LARGE_INTEGER soon = Milliseconds(10);
  CHECK_STATUS(NtWaitForSingleObject(events.list[0], FALSE, &soon), STATUS_TIMEOUT);
  CHECK(apc_sum == 0);  // this wait was not alertable
  CHECK_STATUS(NtWaitForSingleObject(events.list[0], TRUE, nullptr), STATUS_USER_APC);
  CHECK(apc_sum == 123);
}

void TestAlert() {
  apc_sum = 0;
  CHECK_SUCCESS(NtQueueApcThread(NtCurrentThread(), Apc, At<void>(4), At<void>(5), At<void>(6)));
  NtTestAlert();
  CHECK(apc_sum == 456);
}

NTSTATUS QueueLater(PVOID thread) {
  LARGE_INTEGER pause = Milliseconds(20);
  NtDelayExecution(FALSE, &pause);
  return NtQueueApcThread(thread, Apc, At<void>(7), At<void>(8), At<void>(9));
}

void ApcEndsWait() {
  Events events;
  Handle self;
  CHECK_SUCCESS(NtDuplicateObject(NtCurrentProcess(), NtCurrentThread(), NtCurrentProcess(), self.Out(), 0, 0,
                                  DUPLICATE_SAME_ACCESS));
  apc_sum = 0;
  const Handle thread = StartThread(QueueLater, self.Get());
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_STATUS(NtWaitForSingleObject(events.list[0], TRUE, &limit), STATUS_USER_APC);
  CHECK(apc_sum == 789);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
}

constexpr Test kTests[] = {
    {"wait.time-out", "ZwWaitForSingleObject: STATUS_TIMEOUT", TimeOut},
    {"wait.any", "KeWaitForMultipleObjects (DDI): index of the object", Any},
    {"wait.all", "KeWaitForMultipleObjects (DDI): nothing is taken until all are signalled", All},
    {"wait.bad", "WaitForMultipleObjects function: limits, duplicates", BadCounts},
    {"wait.signal-and-wait", "SignalObjectAndWait function", SignalAndWait},
    {"wait.alertable", "QueueUserAPC function, Waits and APCs (DDI)", Alertable},
    {"wait.test-alert", "Waits and APCs (DDI)", TestAlert},
    {"wait.apc-ends-wait", "QueueUserAPC function", ApcEndsWait},
};

}  // namespace

constinit const std::span<const Test> kWaitTests = kTests;

}  // namespace umtests
