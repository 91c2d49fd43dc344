#include "fixture.hpp"

#include <array>

namespace {

class ExTest : public ObTest {
 protected:
  template <typename T, typename F, typename Class>
  NTSTATUS Query(F service, HANDLE handle, Class which, T *to, std::size_t length = sizeof(T)) {
    needed = 0;
    return ToNtStatus(
        service(thread, handle, which, thread.Pointer(to), static_cast<ULONG>(length), thread.Out(&needed)));
  }
  HANDLE Semaphore(LONG count, LONG limit, NTSTATUS expected = STATUS_SUCCESS) {
    HANDLE handle = nullptr;
    EXPECT_EQ(ToNtStatus(ex::NtCreateSemaphore(thread, thread.Out(&handle), kAll, {}, count, limit)), expected);
    return handle;
  }
  HANDLE Mutant(BOOLEAN owned) {
    HANDLE handle = nullptr;
    EXPECT_EQ(ToNtStatus(ex::NtCreateMutant(thread, thread.Out(&handle), kAll, {}, owned)), STATUS_SUCCESS);
    return handle;
  }
  HANDLE Timer(TIMER_TYPE kind = NotificationTimer) {
    HANDLE handle = nullptr;
    EXPECT_EQ(ToNtStatus(ex::NtCreateTimer(thread, thread.Out(&handle), kAll, {}, kind)), STATUS_SUCCESS);
    return handle;
  }
  NTSTATUS SetTimer(HANDLE handle, LONGLONG due, LONG period = 0, std::uintptr_t routine = 0,
                    support::Thread *by = nullptr) {
    support::Thread &setter = by != nullptr ? *by : thread;
    time.QuadPart = due;
    return ToNtStatus(ex::NtSetTimer(setter, handle, setter.In(&time), {&memory, routine}, {&memory, 0x77}, FALSE,
                                     period, setter.Out(&signalled)));
  }
  // The status of a poll.
  NTSTATUS Poll(HANDLE handle, BOOLEAN alertable = FALSE) {
    zero.QuadPart = 0;
    return ToNtStatus(*ex::TryNtWaitForSingleObject(thread, handle, alertable, thread.In(&zero)));
  }
  ULONG needed = 0;
  LONG previous = 0;
  BOOLEAN signalled = FALSE;
  LARGE_INTEGER time = {};
  LARGE_INTEGER zero = {};
};

TEST_F(ExTest, Events) {
  HANDLE event = nullptr;
  EXPECT_EQ(ToNtStatus(ex::NtCreateEvent(thread, thread.Out(&event), kAll, {}, static_cast<EVENT_TYPE>(2), FALSE)),
            STATUS_INVALID_PARAMETER);
  ASSERT_EQ(ToNtStatus(ex::NtCreateEvent(thread, thread.Out(&event), kAll, {}, NotificationEvent, 77)), STATUS_SUCCESS);
  EVENT_BASIC_INFORMATION basic = {};
  EXPECT_EQ(Query(ex::NtQueryEvent, event, EventBasicInformation, &basic), STATUS_SUCCESS);
  EXPECT_EQ(basic.EventType, NotificationEvent);
  EXPECT_EQ(basic.EventState, 1);
  EXPECT_EQ(needed, sizeof(basic));
  EXPECT_EQ(Query(ex::NtQueryEvent, event, static_cast<EVENT_INFORMATION_CLASS>(0x42), &basic),
            STATUS_INVALID_INFO_CLASS);
  EXPECT_EQ(Query(ex::NtQueryEvent, event, EventBasicInformation, &basic, 7), STATUS_INFO_LENGTH_MISMATCH);
  EXPECT_EQ(Query(ex::NtQueryEvent, nullptr, EventBasicInformation, &basic), STATUS_INVALID_HANDLE);
  EXPECT_EQ(ToNtStatus(ex::NtResetEvent(thread, event, thread.Out(&previous))), STATUS_SUCCESS);
  EXPECT_EQ(previous, 1);
  EXPECT_EQ(ToNtStatus(ex::NtSetEvent(thread, event, thread.Out(&previous))), STATUS_SUCCESS);
  EXPECT_EQ(previous, 0);
  EXPECT_EQ(Poll(event), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ex::NtPulseEvent(thread, event, thread.Out(&previous))), STATUS_SUCCESS);
  EXPECT_EQ(previous, 1);
  EXPECT_EQ(Poll(event), STATUS_TIMEOUT);
  EXPECT_EQ(ToNtStatus(ex::NtSetEvent(thread, event, {})), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ex::NtClearEvent(thread, event)), STATUS_SUCCESS);
  EXPECT_EQ(Poll(event), STATUS_TIMEOUT);
  EXPECT_EQ(ToNtStatus(ex::NtSetEvent(thread, Semaphore(1, 1), {})), STATUS_OBJECT_TYPE_MISMATCH);
}

TEST_F(ExTest, Mutants) {  // Wine's dlls/ntdll/tests/om.c records these of Windows
  HANDLE mutant = Mutant(TRUE);
  MUTANT_BASIC_INFORMATION basic = {};
  auto check = [&](LONG count, BOOLEAN owned, BOOLEAN abandoned) {
    EXPECT_EQ(Query(ex::NtQueryMutant, mutant, MutantBasicInformation, &basic), STATUS_SUCCESS);
    EXPECT_EQ(basic.CurrentCount, count);
    EXPECT_EQ(basic.OwnedByCaller, owned);
    EXPECT_EQ(basic.AbandonedState, abandoned);
  };
  check(0, TRUE, FALSE);
  EXPECT_EQ(Poll(mutant), STATUS_SUCCESS);
  check(-1, TRUE, FALSE);
  EXPECT_EQ(ToNtStatus(ex::NtReleaseMutant(thread, mutant, thread.Out(&previous))), STATUS_SUCCESS);
  EXPECT_EQ(previous, -1);
  EXPECT_EQ(ToNtStatus(ex::NtReleaseMutant(thread, mutant, thread.Out(&previous))), STATUS_SUCCESS);
  EXPECT_EQ(previous, 0);
  check(1, FALSE, FALSE);
  EXPECT_EQ(ToNtStatus(ex::NtReleaseMutant(thread, mutant, {})), STATUS_MUTANT_NOT_OWNED);
  {
    support::Thread dying(memory, handles, system.dispatcher);
    dying.waiter.SetId({.UniqueProcess = reinterpret_cast<HANDLE>(8), .UniqueThread = reinterpret_cast<HANDLE>(12)});
    EXPECT_EQ(ToNtStatus(*ex::TryNtWaitForSingleObject(dying, mutant, FALSE, {})), STATUS_SUCCESS);
    check(0, FALSE, FALSE);
    MUTANT_OWNER_INFORMATION owner = {};
    EXPECT_EQ(Query(ex::NtQueryMutant, mutant, MutantOwnerInformation, &owner), STATUS_SUCCESS);
    EXPECT_EQ(owner.ClientId.UniqueThread, reinterpret_cast<HANDLE>(12));
    dying.waiter.Rundown();
  }
  check(1, FALSE, TRUE);
  EXPECT_EQ(Poll(mutant), STATUS_ABANDONED_WAIT_0);
  check(0, TRUE, FALSE);
  EXPECT_EQ(Query(ex::NtQueryMutant, mutant, MutantBasicInformation, &basic, 0), STATUS_INFO_LENGTH_MISMATCH);
  EXPECT_EQ(Query(ex::NtQueryMutant, mutant, static_cast<MUTANT_INFORMATION_CLASS>(0x42), &basic),
            STATUS_INVALID_INFO_CLASS);
}

TEST_F(ExTest, Semaphores) {  // om.c
  Semaphore(2, 1, STATUS_INVALID_PARAMETER);
  Semaphore(0, 0, STATUS_INVALID_PARAMETER);
  Semaphore(-1, 1, STATUS_INVALID_PARAMETER);
  HANDLE semaphore = Semaphore(1, 2);
  SEMAPHORE_BASIC_INFORMATION basic = {};
  EXPECT_EQ(Query(ex::NtQuerySemaphore, semaphore, SemaphoreBasicInformation, &basic), STATUS_SUCCESS);
  EXPECT_EQ(basic.CurrentCount, 1);
  EXPECT_EQ(basic.MaximumCount, 2);
  auto release = [&](LONG count) {
    previous = 99;
    return ToNtStatus(ex::NtReleaseSemaphore(thread, semaphore, count, thread.Out(&previous)));
  };
  EXPECT_EQ(Poll(semaphore), STATUS_SUCCESS);
  EXPECT_EQ(Poll(semaphore), STATUS_TIMEOUT);
  EXPECT_EQ(release(3), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  EXPECT_EQ(previous, 99);
  EXPECT_EQ(release(1), STATUS_SUCCESS);
  EXPECT_EQ(previous, 0);
  EXPECT_EQ(release(1), STATUS_SUCCESS);
  EXPECT_EQ(previous, 1);
  EXPECT_EQ(release(1), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  EXPECT_EQ(release(0), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(release(-1), STATUS_INVALID_PARAMETER);
}

TEST_F(ExTest, Timers) {
  HANDLE handle = nullptr;
  EXPECT_EQ(ToNtStatus(ex::NtCreateTimer(thread, thread.Out(&handle), kAll, {}, static_cast<TIMER_TYPE>(5))),
            STATUS_INVALID_PARAMETER_4);
  HANDLE timer = Timer();
  EXPECT_EQ(SetTimer(timer, -1000, -1), STATUS_INVALID_PARAMETER_6);
  EXPECT_EQ(SetTimer(timer, -1000), STATUS_SUCCESS);
  TIMER_BASIC_INFORMATION basic = {};
  EXPECT_EQ(Query(ex::NtQueryTimer, timer, TimerBasicInformation, &basic), STATUS_SUCCESS);
  EXPECT_EQ(basic.RemainingTime.QuadPart, 1000);
  EXPECT_EQ(basic.TimerState, FALSE);
  EXPECT_EQ(Poll(timer), STATUS_TIMEOUT);
  system.Advance(1000);
  EXPECT_EQ(Poll(timer), STATUS_SUCCESS);
  EXPECT_EQ(Query(ex::NtQueryTimer, timer, TimerBasicInformation, &basic), STATUS_SUCCESS);
  EXPECT_EQ(basic.TimerState, TRUE);
  EXPECT_EQ(SetTimer(timer, static_cast<LONGLONG>(system.clocks.SystemTime()) + 500), STATUS_SUCCESS);
  EXPECT_EQ(signalled, TRUE);
  EXPECT_EQ(Poll(timer), STATUS_TIMEOUT);
  BOOLEAN state = 77;
  EXPECT_EQ(ToNtStatus(ex::NtCancelTimer(thread, timer, thread.Out(&state))), STATUS_SUCCESS);
  EXPECT_EQ(state, FALSE);
  system.Advance(10'000);
  EXPECT_EQ(Poll(timer), STATUS_TIMEOUT);
  EXPECT_EQ(SetTimer(timer, 1), STATUS_SUCCESS);  // long past
  EXPECT_EQ(Poll(timer), STATUS_SUCCESS);
  time.QuadPart = -10;
  EXPECT_EQ(ToNtStatus(ex::NtSetTimer(thread, timer, thread.In(&time), {}, {}, TRUE, 0, {})),
            STATUS_TIMER_RESUME_IGNORED);
}

TEST_F(ExTest, TimerApcs) {
  HANDLE timer = Timer(SynchronizationTimer);
  EXPECT_EQ(SetTimer(timer, -1000, 1, 0x1234), STATUS_SUCCESS);
  EXPECT_EQ(Poll(timer, TRUE), STATUS_TIMEOUT);
  system.Advance(1000);
  // A second expiry before the first was delivered adds nothing.
  system.Advance(10'000);
  EXPECT_EQ(Poll(timer, TRUE), STATUS_SUCCESS);
  EXPECT_EQ(Poll(timer, TRUE), STATUS_USER_APC);
  auto call = thread.waiter.TakeApc();
  ASSERT_TRUE(call);
  EXPECT_EQ(call->normal_routine, reinterpret_cast<PVOID>(0x1234));
  EXPECT_EQ(call->normal_context, reinterpret_cast<PVOID>(0x77));
  std::uint64_t low = reinterpret_cast<std::uintptr_t>(call->system_argument1);
  std::uint64_t high = reinterpret_cast<std::uintptr_t>(call->system_argument2);
  EXPECT_EQ(low | high << 32, system.clocks.SystemTime() - 10'000);
  EXPECT_EQ(Poll(timer, TRUE), STATUS_TIMEOUT);
  system.Advance(10'000);
  EXPECT_EQ(Poll(timer, TRUE), STATUS_SUCCESS);
  // Cancelling takes back what was not delivered.
  EXPECT_EQ(ToNtStatus(ex::NtCancelTimer(thread, timer, {})), STATUS_SUCCESS);
  EXPECT_EQ(Poll(timer, TRUE), STATUS_TIMEOUT);
}

TEST_F(ExTest, ATimerWithAnApcOutlivesItsHandle) {
  ULONG before = ex::Timer::kType.objects;
  HANDLE timer = Timer();
  EXPECT_EQ(SetTimer(timer, -1000, 0, 0x1234), STATUS_SUCCESS);
  Close(timer);
  EXPECT_EQ(ex::Timer::kType.objects, before + 1);
  system.Advance(1000);
  EXPECT_EQ(ex::Timer::kType.objects, before + 1);
  EXPECT_EQ(thread.waiter.TestAlert(), STATUS_SUCCESS);
  EXPECT_TRUE(thread.waiter.TakeApc());
  EXPECT_EQ(ex::Timer::kType.objects, before);
  // Without one it goes with the handle.
  timer = Timer();
  EXPECT_EQ(SetTimer(timer, -1000, 5), STATUS_SUCCESS);
  Close(timer);
  EXPECT_EQ(ex::Timer::kType.objects, before);
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), ke::kNever);
}

TEST_F(ExTest, TheEndOfTheThreadCancelsItsTimers) {
  ULONG before = ex::Timer::kType.objects;
  HANDLE pending = Timer();
  HANDLE fired = Timer();
  HANDLE closed = Timer();
  {
    support::Thread dying(memory, handles, system.dispatcher);
    EXPECT_EQ(SetTimer(fired, -500, 3, 0x1234, &dying), STATUS_SUCCESS);
    system.Advance(500);
    EXPECT_EQ(SetTimer(pending, -1000, 0, 0x1234, &dying), STATUS_SUCCESS);
    EXPECT_EQ(SetTimer(closed, -1000, 3, 0x1234, &dying), STATUS_SUCCESS);
    Close(closed);
    EXPECT_EQ(ex::Timer::kType.objects, before + 3);
    dying.waiter.Rundown();
  }
  EXPECT_EQ(ex::Timer::kType.objects, before + 2);
  EXPECT_EQ(system.dispatcher.Timers().NextDeadline(), ke::kNever);
  system.Advance(1'000'000);
  EXPECT_EQ(Poll(pending), STATUS_TIMEOUT);
}

TEST_F(ExTest, Clocks) {
  LARGE_INTEGER value = {};
  LARGE_INTEGER frequency = {};
  EXPECT_EQ(ToNtStatus(ex::NtQuerySystemTime(thread, thread.Out(&value))), STATUS_SUCCESS);
  EXPECT_EQ(value.QuadPart, static_cast<LONGLONG>(system.clocks.SystemTime()));
  EXPECT_EQ(ToNtStatus(ex::NtQueryPerformanceCounter(thread, thread.Out(&value), {})), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ex::NtQueryPerformanceCounter(thread, thread.Out(&value), thread.Out(&frequency))),
            STATUS_SUCCESS);
  EXPECT_EQ(frequency.QuadPart, 10'000'000);
  EXPECT_EQ(ToNtStatus(ex::NtQuerySystemTime(thread, thread.Out(reinterpret_cast<LARGE_INTEGER *>(16)))),
            STATUS_ACCESS_VIOLATION);
  ULONG a = 0, b = 0, c = 0;
  EXPECT_EQ(ToNtStatus(ex::NtQueryTimerResolution(thread, thread.Out(&a), thread.Out(&b), thread.Out(&c))),
            STATUS_SUCCESS);
  EXPECT_EQ(a, 156'250u);
  EXPECT_LE(b, c);
  EXPECT_LE(c, a);
  EXPECT_EQ(ToNtStatus(ex::NtSetTimerResolution(thread, 10'000, TRUE, thread.Out(&a))), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ex::NtSetTimerResolution(thread, 10'000, FALSE, thread.Out(&a))),
            STATUS_TIMER_RESOLUTION_NOT_SET);
  EXPECT_EQ(ToNtStatus(ex::NtYieldExecution(thread)), STATUS_NO_YIELD_PERFORMED);
}

TEST_F(ExTest, IdentifiersAreNeverUsedTwice) {
  LUID first = {};
  LUID second = {};
  EXPECT_EQ(ToNtStatus(ex::NtAllocateLocallyUniqueId(thread, thread.Out(&first))), STATUS_SUCCESS);
  EXPECT_EQ(ToNtStatus(ex::NtAllocateLocallyUniqueId(thread, thread.Out(&second))), STATUS_SUCCESS);
  EXPECT_GT(first.LowPart, 1000u);
  EXPECT_EQ(second.LowPart, first.LowPart + 1);
}

TEST_F(ExTest, NothingIsLeftWhenMemoryRunsOut) {
  auto check = [&](auto create) {
    support::FailAllocationsAfter(0);
    NTSTATUS status = create();
    support::FailAllocationsAfter(-1);
    EXPECT_EQ(status, STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(handles.Count(), 0u);
    EXPECT_EQ(create(), STATUS_SUCCESS);
    Close(last);
  };
  check([&] { return CreateEvent({}); });
  check([&] { return CreateMutant({}); });
  check([&] { return ToNtStatus(ex::NtCreateSemaphore(thread, thread.Out(&last), kAll, {}, 0, 1)); });
  check([&] { return ToNtStatus(ex::NtCreateTimer(thread, thread.Out(&last), kAll, {}, NotificationTimer)); });
}

}  // namespace
