#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

// Clocks may be read a tick early; nothing checks that a time-out is not late.
constexpr LONGLONG kTick = 16 * kMillisecond;

void Delay() {
  const LONGLONG begin = Now();
  LARGE_INTEGER interval = Milliseconds(50);
  CHECK_SUCCESS(NtDelayExecution(FALSE, &interval));
  CHECK(Now() - begin >= 50 * kMillisecond - kTick);
}

void DelayUntil() {
  LARGE_INTEGER when;
  when.QuadPart = Now() + 40 * kMillisecond;  // absolute
  CHECK_SUCCESS(NtDelayExecution(FALSE, &when));
  CHECK(Now() >= when.QuadPart - kTick);
  when.QuadPart = 1;  // long ago
  CHECK_SUCCESS(NtDelayExecution(FALSE, &when));
}

void OneShot() {
  Handle timer;
  CHECK_SUCCESS(NtCreateTimer(timer.Out(), TIMER_ALL_ACCESS, nullptr, NotificationTimer));
  const LONGLONG begin = Now();
  LARGE_INTEGER due = Milliseconds(40);
  BOOLEAN previous = TRUE;
  CHECK_SUCCESS(NtSetTimer(timer.Get(), &due, nullptr, nullptr, FALSE, 0, &previous));
  CHECK(!previous);
  LARGE_INTEGER now = Milliseconds(0);
  CHECK_STATUS(NtWaitForSingleObject(timer.Get(), FALSE, &now), STATUS_TIMEOUT);
  CHECK_SUCCESS(NtWaitForSingleObject(timer.Get(), FALSE, nullptr));
  CHECK(Now() - begin >= 40 * kMillisecond - kTick);
  CHECK_SUCCESS(NtWaitForSingleObject(timer.Get(), FALSE, &now));  // a notification timer stays signalled
  TIMER_BASIC_INFORMATION information{};
  CHECK_SUCCESS(NtQueryTimer(timer.Get(), TimerBasicInformation, &information, sizeof information, nullptr));
  CHECK(information.TimerState);
}

void Periodic() {
  Handle timer;
  CHECK_SUCCESS(NtCreateTimer(timer.Out(), TIMER_ALL_ACCESS, nullptr, SynchronizationTimer));
  LARGE_INTEGER due = Milliseconds(20);
  CHECK_SUCCESS(NtSetTimer(timer.Get(), &due, nullptr, nullptr, FALSE, 20, nullptr));
  const LONGLONG begin = Now();
  LARGE_INTEGER limit = Milliseconds(5000);
  for (int i = 0; i < 4; ++i) {
    CHECK_SUCCESS(NtWaitForSingleObject(timer.Get(), FALSE, &limit));
  }
  CHECK(Now() - begin >= 80 * kMillisecond - 2 * kTick);
  CHECK_SUCCESS(NtCancelTimer(timer.Get(), nullptr));
  LARGE_INTEGER soon = Milliseconds(60);
  CHECK_STATUS(NtWaitForSingleObject(timer.Get(), FALSE, &soon), STATUS_TIMEOUT);
}

void Cancel() {
  Handle timer;
  CHECK_SUCCESS(NtCreateTimer(timer.Out(), TIMER_ALL_ACCESS, nullptr, NotificationTimer));
  LARGE_INTEGER due = Milliseconds(20);
  CHECK_SUCCESS(NtSetTimer(timer.Get(), &due, nullptr, nullptr, FALSE, 0, nullptr));
  BOOLEAN state = TRUE;
  CHECK_SUCCESS(NtCancelTimer(timer.Get(), &state));
  CHECK(!state);
  LARGE_INTEGER soon = Milliseconds(60);
  CHECK_STATUS(NtWaitForSingleObject(timer.Get(), FALSE, &soon), STATUS_TIMEOUT);
}

void Bad() {
  Handle timer;
  CHECK_STATUS(NtCreateTimer(timer.Out(), TIMER_ALL_ACCESS, nullptr, static_cast<TIMER_TYPE>(5)),
               STATUS_INVALID_PARAMETER_4);
  CHECK_SUCCESS(NtCreateTimer(timer.Out(), TIMER_ALL_ACCESS, nullptr, NotificationTimer));
  LARGE_INTEGER due = Milliseconds(20);
  CHECK_STATUS(NtSetTimer(timer.Get(), &due, nullptr, nullptr, FALSE, -1, nullptr), STATUS_INVALID_PARAMETER_6);
}

constexpr Test kTests[] = {
    {"timer.delay", "KeDelayExecutionThread (DDI): relative interval", Delay},
    {"timer.delay-until", "KeDelayExecutionThread (DDI): absolute interval", DelayUntil},
    {"timer.one-shot", "ZwSetTimer", OneShot},
    {"timer.periodic", "ZwSetTimer: Period", Periodic},
    {"timer.cancel", "ZwCancelTimer", Cancel},
    {"timer.bad", "ZwCreateTimer, ZwSetTimer", Bad},
};

}  // namespace

constinit const std::span<const Test> kTimerTests = kTests;

}  // namespace umtests
