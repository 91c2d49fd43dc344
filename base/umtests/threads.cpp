#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

NTSTATUS ReturnParameter(PVOID parameter) { return static_cast<NTSTATUS>(reinterpret_cast<LONG_PTR>(parameter)); }

NTSTATUS ExitStatusOf(const Handle &thread) {
  THREAD_BASIC_INFORMATION information{};
  const NTSTATUS status =
      NtQueryInformationThread(thread.Get(), ThreadBasicInformation, &information, sizeof information, nullptr);
  return NT_SUCCESS(status) ? information.ExitStatus : status;
}

void ExitStatus() {
  const Handle thread = StartThread(ReturnParameter, At<void>(1234));
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
  CHECK(ExitStatusOf(thread) == 1234);
}

void Suspended() {
  const Handle thread = StartThread(ReturnParameter, At<void>(7), true);
  LARGE_INTEGER soon = Milliseconds(30);
  CHECK_STATUS(NtWaitForSingleObject(thread.Get(), FALSE, &soon), STATUS_TIMEOUT);
  CHECK_STATUS(ExitStatusOf(thread), STATUS_PENDING);
  ULONG previous = 99;
  CHECK_SUCCESS(NtSuspendThread(thread.Get(), &previous));
  CHECK(previous == 1);
  CHECK_SUCCESS(NtResumeThread(thread.Get(), &previous));
  CHECK(previous == 2);
  CHECK_STATUS(NtWaitForSingleObject(thread.Get(), FALSE, &soon), STATUS_TIMEOUT);
  CHECK_SUCCESS(NtResumeThread(thread.Get(), &previous));
  CHECK(previous == 1);
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
}

NTSTATUS WaitForever(PVOID event) { return NtWaitForSingleObject(event, FALSE, nullptr); }

void TerminateWaiting() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  const Handle thread = StartThread(WaitForever, event.Get());
  LARGE_INTEGER pause = Milliseconds(20);
  NtDelayExecution(FALSE, &pause);
  CHECK_SUCCESS(NtTerminateThread(thread.Get(), 55));
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
  CHECK(ExitStatusOf(thread) == 55);
}

volatile bool spinning;
NTSTATUS Spin(PVOID) {
  spinning = true;
  for (;;) {
    __asm__ volatile("pause");
  }
}

void TerminateRunning() {
  spinning = false;
  const Handle thread = StartThread(Spin, nullptr);
  LARGE_INTEGER pause = Milliseconds(20);
  while (!spinning) {
    NtDelayExecution(FALSE, &pause);
  }
  CHECK_SUCCESS(NtTerminateThread(thread.Get(), 56));
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
  CHECK(ExitStatusOf(thread) == 56);
}

void SuspendWaiting() {
  Handle event;
  CHECK_SUCCESS(NtCreateEvent(event.Out(), EVENT_ALL_ACCESS, nullptr, NotificationEvent, FALSE));
  const Handle thread = StartThread(WaitForever, event.Get());
  LARGE_INTEGER pause = Milliseconds(20);
  NtDelayExecution(FALSE, &pause);
  CHECK_SUCCESS(NtSuspendThread(thread.Get(), nullptr));
  CHECK_SUCCESS(NtSetEvent(event.Get(), nullptr));
  CHECK_STATUS(NtWaitForSingleObject(thread.Get(), FALSE, &pause), STATUS_TIMEOUT);
  CHECK_SUCCESS(NtResumeThread(thread.Get(), nullptr));
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
  CHECK(ExitStatusOf(thread) == STATUS_SUCCESS);
}

struct Environment {
  PTEB teb;
  CLIENT_ID id;
  char *local;
};
NTSTATUS Describe(PVOID context) {
  char local = 0;
  auto *environment = static_cast<Environment *>(context);
  environment->teb = NtCurrentTeb();
  environment->id = NtCurrentTeb()->ClientId;
  environment->local = &local;
  const NT_TIB &tib = NtCurrentTeb()->NtTib;
  const bool inside = &local >= tib.StackLimit && &local < tib.StackBase;
  return inside && tib.Self == &NtCurrentTeb()->NtTib ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

void Teb() {
  Environment environment{};
  const Handle thread = StartThread(Describe, &environment);
  LARGE_INTEGER limit = Milliseconds(5000);
  CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
  CHECK_SUCCESS(ExitStatusOf(thread));
  CHECK(environment.teb != NtCurrentTeb());
  CHECK(environment.id.UniqueProcess == NtCurrentTeb()->ClientId.UniqueProcess);
  THREAD_BASIC_INFORMATION information{};
  CHECK_SUCCESS(
      NtQueryInformationThread(thread.Get(), ThreadBasicInformation, &information, sizeof information, nullptr));
  CHECK(information.ClientId.UniqueThread == environment.id.UniqueThread);
}

thread_local int counter = 41;
thread_local char zeroed[64];
NTSTATUS UseTls(PVOID) {
  const bool fresh = counter == 41 && zeroed[63] == 0;
  counter = 0;
  zeroed[63] = 1;
  return fresh ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}

void Tls() {
  CHECK(counter == 41);
  counter = 42;
  for (int i = 0; i < 3; ++i) {
    const Handle thread = StartThread(UseTls, nullptr);
    LARGE_INTEGER limit = Milliseconds(5000);
    CHECK_SUCCESS(NtWaitForSingleObject(thread.Get(), FALSE, &limit));
    CHECK_SUCCESS(ExitStatusOf(thread));
  }
  CHECK(counter == 42);
  counter = 41;
}

NTSTATUS Sum(PVOID result) {
  volatile double sum = 0;
  for (int i = 0; i < 200000; ++i) {
    sum = sum + 0.5;
  }
  *static_cast<double *>(result) = sum;
  return STATUS_SUCCESS;
}

void FloatingPoint() {
  double sums[2] = {};
  const Handle first = StartThread(Sum, &sums[0]);
  const Handle second = StartThread(Sum, &sums[1]);
  HANDLE threads[] = {first.Get(), second.Get()};
  LARGE_INTEGER limit = Milliseconds(20000);
  CHECK_SUCCESS(NtWaitForMultipleObjects(2, threads, WaitAll, FALSE, &limit));
  CHECK(sums[0] == 100000.0);
  CHECK(sums[1] == 100000.0);
}

constexpr Test kTests[] = {
    {"thread.exit-status", "GetExitCodeThread function", ExitStatus},
    {"thread.suspended", "SuspendThread and ResumeThread functions: the count", Suspended},
    {"thread.terminate-waiting", "TerminateThread function", TerminateWaiting},
    {"thread.terminate-running", "TerminateThread function", TerminateRunning},
    {"thread.suspend-waiting", "SuspendThread function: a wait goes on while suspended", SuspendWaiting},
    {"thread.teb", "winternl.h: TEB, NT_TIB (winnt.h)", Teb},
    {"thread.tls", "PE Format: the .tls section", Tls},
    {"thread.floating-point", "x64 ABI conventions: each thread has its own XMM registers", FloatingPoint},
};

}  // namespace

constinit const std::span<const Test> kThreadTests = kTests;

}  // namespace umtests
