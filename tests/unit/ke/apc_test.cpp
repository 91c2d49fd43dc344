#include <support/executive.hpp>

#include <gtest/gtest.h>

#include <new>
#include <vector>

namespace {

using support::Running;
using support::System;
using Event = ke::Standalone<ke::Event>;

coro::Task<Result<NTSTATUS>> One(Ref<ke::Waitable> object, ke::Waiter &waiter, bool alertable) {
  co_return co_await ke::WaitOne(std::move(object), waiter, alertable, ke::kNever);
}

struct OwnedApc final : ke::Apc {
  explicit OwnedApc(std::uintptr_t id) : Apc({.normal_routine = reinterpret_cast<PVOID>(id)}) {}
  ~OwnedApc() = default;
  void Left(bool delivered) override { left.push_back(delivered); }
  std::vector<bool> left;
};

std::uintptr_t Routine(const std::optional<ke::ApcCall> &call) {
  return call ? reinterpret_cast<std::uintptr_t>(call->normal_routine) : 0;
}

class ApcTest : public testing::Test {
 protected:
  System system;
  ke::Waiter thread{system.dispatcher};
  Ref<Event> event = Adopt(new Event(SynchronizationEvent));
};

TEST_F(ApcTest, BreaksAlertableWaitsOnly) {
  OwnedApc apc(1);
  Running deaf(One(event, thread, false));
  EXPECT_TRUE(thread.QueueApc(apc));
  EXPECT_FALSE(thread.QueueApc(apc));
  system.Run();
  EXPECT_FALSE(deaf.Done());
  EXPECT_FALSE(thread.ApcPending());
  event->Set();
  system.Run();
  EXPECT_EQ(deaf.Take(), STATUS_SUCCESS);
  EXPECT_EQ(thread.TakeApc(), std::nullopt);

  // The next alertable wait is broken before it begins; an object that is signalled comes first.
  event->Set();
  EXPECT_EQ(ke::TryWaitNow(*event, thread, true, ke::kNever), STATUS_SUCCESS);
  EXPECT_EQ(ke::TryWaitNow(*event, thread, true, 0), STATUS_USER_APC);
  EXPECT_TRUE(thread.ApcPending());
  EXPECT_EQ(Routine(thread.TakeApc()), 1u);
  EXPECT_EQ(apc.left, std::vector{true});
  EXPECT_FALSE(thread.ApcPending());
}

TEST_F(ApcTest, WakesAnAlertableWait) {
  OwnedApc apc(7);
  Running wait(One(event, thread, true));
  EXPECT_TRUE(thread.WaitingAlertable());
  EXPECT_TRUE(thread.QueueApc(apc));
  EXPECT_TRUE(thread.ApcPending());
  system.Run();
  EXPECT_EQ(wait.Take(), STATUS_USER_APC);
  EXPECT_EQ(Routine(thread.TakeApc()), 7u);
}

TEST_F(ApcTest, OneAtATimeInOrder) {
  OwnedApc first(1), second(2);
  thread.QueueApc(first);
  thread.QueueApc(second);
  EXPECT_EQ(thread.TestAlert(), STATUS_SUCCESS);
  EXPECT_EQ(Routine(thread.TakeApc()), 1u);
  EXPECT_EQ(thread.TakeApc(), std::nullopt);
  EXPECT_EQ(thread.TestAlert(), STATUS_SUCCESS);
  EXPECT_EQ(Routine(thread.TakeApc()), 2u);
  EXPECT_EQ(thread.TestAlert(), STATUS_SUCCESS);
  EXPECT_FALSE(thread.ApcPending());
}

TEST_F(ApcTest, AlertsAreKeptAndBreakWaits) {
  thread.Alert();
  EXPECT_EQ(ke::TryWaitNow(*event, thread, false, 0), STATUS_TIMEOUT);
  EXPECT_EQ(ke::TryWaitNow(*event, thread, true, 0), STATUS_ALERTED);
  EXPECT_EQ(ke::TryWaitNow(*event, thread, true, 0), STATUS_TIMEOUT);
  Running wait(One(event, thread, true));
  thread.Alert();
  system.Run();
  EXPECT_EQ(wait.Take(), STATUS_ALERTED);
  EXPECT_EQ(thread.TestAlert(), STATUS_SUCCESS);
  thread.Alert();
  EXPECT_EQ(thread.TestAlert(), STATUS_ALERTED);
  EXPECT_EQ(thread.TestAlert(), STATUS_SUCCESS);
}

TEST_F(ApcTest, TheThreadsEndDropsThem) {
  OwnedApc apc(1);
  thread.QueueApc(apc);
  auto *allocated = new ke::AllocatedApc();
  thread.QueueApc(*allocated);
  thread.Rundown();
  EXPECT_EQ(apc.left, std::vector{false});
  EXPECT_FALSE(thread.QueueApc(apc));
}

TEST_F(ApcTest, RemovedOrDestroyedApcsAreForgotten) {
  OwnedApc removed(1);
  {
    OwnedApc dying(2);
    thread.QueueApc(dying);
  }
  thread.QueueApc(removed);
  EXPECT_TRUE(removed.Remove());
  EXPECT_FALSE(removed.Remove());
  EXPECT_TRUE(removed.left.empty());
  EXPECT_EQ(thread.TestAlert(), STATUS_SUCCESS);
  EXPECT_EQ(thread.TakeApc(), std::nullopt);
}

}  // namespace
