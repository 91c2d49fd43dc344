#include "fixture.hpp"

#include <array>

namespace {

using support::Running;

class WaitServicesTest : public ObTest {
 protected:
  ~WaitServicesTest() override { EXPECT_EQ(support::LiveFrames(), 0); }

  HANDLE Event(EVENT_TYPE kind = SynchronizationEvent, BOOLEAN state = FALSE, ACCESS_MASK access = kAll) {
    HANDLE handle = nullptr;
    EXPECT_EQ(ToNtStatus(ex::NtCreateEvent(thread, thread.Out(&handle), access, {}, kind, state)), STATUS_SUCCESS);
    return handle;
  }
  HANDLE Semaphore(LONG count, LONG limit) {
    HANDLE handle = nullptr;
    EXPECT_EQ(ToNtStatus(ex::NtCreateSemaphore(thread, thread.Out(&handle), kAll, {}, count, limit)), STATUS_SUCCESS);
    return handle;
  }
  void Set(HANDLE handle) { EXPECT_EQ(ToNtStatus(ex::NtSetEvent(thread, handle, {})), STATUS_SUCCESS); }
  UserIn<LARGE_INTEGER> Timeout(LONGLONG value) {
    timeout.QuadPart = value;
    return thread.In(&timeout);
  }
  NTSTATUS Try(HANDLE handle, LONGLONG value = 0) {
    std::optional<ex::Answer> answer = ex::TryNtWaitForSingleObject(thread, handle, FALSE, Timeout(value));
    return answer ? ToNtStatus(*answer) : STATUS_PENDING;
  }
  template <std::size_t N>
  NTSTATUS TryMany(const std::array<HANDLE, N> &objects, WAIT_TYPE type, ULONG count = N) {
    std::optional<ex::Answer> answer =
        ex::TryNtWaitForMultipleObjects(thread, count, thread.Pointer(objects.data()), type, FALSE, Timeout(0));
    return answer ? ToNtStatus(*answer) : STATUS_PENDING;
  }
  LARGE_INTEGER timeout = {};
};

TEST_F(WaitServicesTest, WhatNeedNotWait) {
  EXPECT_EQ(Try(Event(NotificationEvent, TRUE)), STATUS_SUCCESS);
  EXPECT_EQ(Try(Event()), STATUS_TIMEOUT);
  EXPECT_EQ(Try(Event(), -1), STATUS_PENDING);
  EXPECT_EQ(Try(nullptr), STATUS_INVALID_HANDLE);
  EXPECT_EQ(Try(Event(NotificationEvent, TRUE, EVENT_MODIFY_STATE)), STATUS_ACCESS_DENIED);
  ASSERT_EQ(CreateDirectory({}), STATUS_SUCCESS);
  EXPECT_EQ(Try(last), STATUS_ACCESS_DENIED);  // directories have no SYNCHRONIZE
  EXPECT_EQ(ToNtStatus(
                *ex::TryNtWaitForSingleObject(thread, Event(), FALSE, thread.In(reinterpret_cast<LARGE_INTEGER *>(8)))),
            STATUS_ACCESS_VIOLATION);
}

TEST_F(WaitServicesTest, WaitsUntilSignalled) {
  HANDLE event = Event();
  Running wait(ex::NtWaitForSingleObject(thread, event, FALSE, {}));
  EXPECT_FALSE(wait.Done());
  Set(event);
  system.Run();
  ASSERT_TRUE(wait.Done());
  EXPECT_EQ(ToNtStatus(wait.Take()), STATUS_SUCCESS);
  EXPECT_EQ(Try(event), STATUS_TIMEOUT);
}

TEST_F(WaitServicesTest, ClosingTheHandleDoesNotEndTheWait) {
  HANDLE event = Event();
  HANDLE copy = nullptr;
  ASSERT_EQ(ToNtStatus(ob::NtDuplicateObject(thread, NtCurrentProcess(), event, NtCurrentProcess(), thread.Out(&copy),
                                             0, 0, DUPLICATE_SAME_ACCESS)),
            STATUS_SUCCESS);
  Running wait(ex::NtWaitForSingleObject(thread, event, FALSE, {}));
  Close(event);
  EXPECT_FALSE(wait.Done());
  Set(copy);
  system.Run();
  EXPECT_TRUE(wait.Done());
}

TEST_F(WaitServicesTest, TimesOut) {
  Running wait(ex::NtWaitForSingleObject(thread, Event(), FALSE, Timeout(-100)));
  system.Advance(99);
  EXPECT_FALSE(wait.Done());
  system.Advance(1);
  EXPECT_EQ(ToNtStatus(wait.Take()), STATUS_TIMEOUT);
}

TEST_F(WaitServicesTest, ManyChecksItsArguments) {
  std::array<HANDLE, 65> objects;
  objects.fill(Event());
  EXPECT_EQ(TryMany(objects, WaitAny, 0), STATUS_INVALID_PARAMETER_1);
  EXPECT_EQ(TryMany(objects, WaitAny, 65), STATUS_INVALID_PARAMETER_1);
  EXPECT_EQ(TryMany(objects, static_cast<WAIT_TYPE>(9), 2), STATUS_INVALID_PARAMETER_3);
  EXPECT_EQ(TryMany(objects, WaitAll, 2), STATUS_INVALID_PARAMETER_MIX);
  EXPECT_EQ(TryMany(objects, WaitAny, 64), STATUS_TIMEOUT);
  objects[63] = nullptr;
  EXPECT_EQ(TryMany(objects, WaitAny, 64), STATUS_INVALID_HANDLE);
  EXPECT_EQ(ToNtStatus(*ex::TryNtWaitForMultipleObjects(thread, 2, {&memory, 16}, WaitAny, FALSE, {})),
            STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ToNtStatus(*ex::TryNtWaitForMultipleObjects(thread, 2, {&memory, 0x10001}, WaitAny, FALSE, {})),
            STATUS_DATATYPE_MISALIGNMENT);
}

TEST_F(WaitServicesTest, AnyAndAll) {
  std::array<HANDLE, 3> objects = {Event(), Event(), Semaphore(0, 3)};
  Running any(ex::NtWaitForMultipleObjects(thread, 3, thread.Pointer(objects.data()), WaitAny, FALSE, {}));
  EXPECT_EQ(ToNtStatus(ex::NtReleaseSemaphore(thread, objects[2], 2, {})), STATUS_SUCCESS);
  system.Run();
  EXPECT_EQ(ToNtStatus(any.Take()), STATUS_WAIT_2);
  Running all(ex::NtWaitForMultipleObjects(thread, 3, thread.Pointer(objects.data()), WaitAll, FALSE, Timeout(-50)));
  Set(objects[0]);
  system.Advance(50);
  EXPECT_EQ(ToNtStatus(all.Take()), STATUS_TIMEOUT);
  Set(objects[1]);
  EXPECT_EQ(TryMany(objects, WaitAll), STATUS_SUCCESS);
  EXPECT_EQ(TryMany(objects, WaitAny), STATUS_TIMEOUT);
}

TEST_F(WaitServicesTest, SignalAndWait) {
  HANDLE signal = Event();
  HANDLE event = Event();
  auto run = [&](HANDLE first, HANDLE second) {
    return ToNtStatus(Running(ex::NtSignalAndWaitForSingleObject(thread, first, second, FALSE, Timeout(0))).Take());
  };
  EXPECT_EQ(run(signal, event), STATUS_TIMEOUT);
  EXPECT_EQ(Try(signal), STATUS_SUCCESS);
  EXPECT_EQ(run(signal, nullptr), STATUS_INVALID_HANDLE);
  EXPECT_EQ(Try(signal), STATUS_TIMEOUT);
  EXPECT_EQ(run(nullptr, event), STATUS_INVALID_HANDLE);
  EXPECT_EQ(run(Semaphore(1, 1), event), STATUS_SEMAPHORE_LIMIT_EXCEEDED);
  EXPECT_EQ(run(Semaphore(0, 1), event), STATUS_TIMEOUT);
  ASSERT_EQ(CreateMutant({}), STATUS_SUCCESS);
  EXPECT_EQ(run(last, event), STATUS_MUTANT_NOT_OWNED);
  EXPECT_EQ(Try(last), STATUS_SUCCESS);
  EXPECT_EQ(run(last, event), STATUS_TIMEOUT);
  ASSERT_EQ(CreateDirectory({}), STATUS_SUCCESS);
  EXPECT_EQ(run(last, event), STATUS_OBJECT_TYPE_MISMATCH);
  EXPECT_EQ(run(Event(NotificationEvent, FALSE, SYNCHRONIZE), event), STATUS_ACCESS_DENIED);
  // The waiter that the signal wakes answers at once.
  support::Thread other(memory, handles, system.dispatcher);
  Running peer(ex::NtSignalAndWaitForSingleObject(other, event, signal, FALSE, {}));
  Running mine(ex::NtSignalAndWaitForSingleObject(thread, signal, event, FALSE, {}));
  system.Run();
  EXPECT_TRUE(peer.Done());
  EXPECT_TRUE(mine.Done());
}

TEST_F(WaitServicesTest, Delays) {
  EXPECT_EQ(ToNtStatus(*ex::TryNtDelayExecution(thread, FALSE, Timeout(0))), STATUS_SUCCESS);
  EXPECT_EQ(ex::TryNtDelayExecution(thread, FALSE, Timeout(-10)), std::nullopt);
  EXPECT_EQ(ToNtStatus(*ex::TryNtDelayExecution(thread, FALSE, thread.In<LARGE_INTEGER>(nullptr))),
            STATUS_ACCESS_VIOLATION);
  Running delay(ex::NtDelayExecution(thread, FALSE, Timeout(-10)));
  system.Advance(10);
  EXPECT_EQ(ToNtStatus(delay.Take()), STATUS_SUCCESS);
  Running alertable(ex::NtDelayExecution(thread, TRUE, Timeout(-10)));
  thread.waiter.Alert();
  system.Run();
  EXPECT_EQ(ToNtStatus(alertable.Take()), STATUS_ALERTED);
}

TEST_F(WaitServicesTest, ApcsAndTermination) {
  Running wait(ex::NtWaitForSingleObject(thread, Event(), TRUE, {}));
  auto *apc = new ke::AllocatedApc({.normal_routine = &timeout});
  EXPECT_TRUE(thread.waiter.QueueApc(*apc));
  system.Run();
  EXPECT_EQ(ToNtStatus(wait.Take()), STATUS_USER_APC);
  EXPECT_EQ(thread.waiter.TakeApc()->normal_routine, &timeout);
  Running last_wait(ex::NtDelayExecution(thread, TRUE, Timeout(-10)));
  thread.waiter.Terminate();
  system.Run();
  Result<NTSTATUS> answer = last_wait.Take();
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().Code(), STATUS_THREAD_IS_TERMINATING);
}

TEST_F(WaitServicesTest, NoMemoryForTheCoroutine) {
  HANDLE event = Event();
  support::FailAllocationsAfter(0);
  Running wait(ex::NtWaitForSingleObject(thread, event, FALSE, {}));
  support::FailAllocationsAfter(-1);
  EXPECT_EQ(ToNtStatus(wait.Take()), STATUS_INSUFFICIENT_RESOURCES);
}

}  // namespace
