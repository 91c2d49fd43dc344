#include <coro/task.hpp>
#include <support/executive.hpp>

#include <gtest/gtest.h>

namespace {

using Number = coro::Task<Result<int>>;

// Suspends until it is resumed by hand.
struct Gate {
  std::coroutine_handle<> waiter = nullptr;
  bool await_ready() { return false; }
  void await_suspend(std::coroutine_handle<> coroutine) { waiter = coroutine; }
  void await_resume() {}
  void Open() { std::exchange(waiter, nullptr).resume(); }
};

struct Watched {
  explicit Watched(int &to) : count(to) { count += 1; }
  Watched(const Watched &) = delete;
  Watched &operator=(const Watched &) = delete;
  ~Watched() { count -= 1; }
  int &count;
};

class TaskTest : public testing::Test {
 protected:
  ~TaskTest() override { EXPECT_EQ(support::LiveFrames(), 0); }
  int live = 0;
  Gate gate;
};

Number Give(int value) { co_return value; }
Number FailWith(NTSTATUS status) { co_return Fail(status); }
Number Wait(Gate &gate, int &live) {
  Watched watched(live);
  co_await gate;
  co_return 7;
}
Number Twice(Gate &gate, int &live) {
  Watched watched(live);
  int value = CO_TRY(co_await Wait(gate, live));
  co_return value * 2;
}
Number Pass(NTSTATUS status) {
  int value = CO_TRY(co_await FailWith(status));
  co_return value;
}

TEST_F(TaskTest, IsLazy) {
  Number task = Wait(gate, live);
  EXPECT_EQ(live, 0);
  EXPECT_FALSE(task.Done());
  task.Start();
  EXPECT_EQ(live, 1);
}

TEST_F(TaskTest, GivesItsResult) {
  Number task = Give(5);
  task.Start();
  ASSERT_TRUE(task.Done());
  EXPECT_EQ(task.Take(), 5);
}

TEST_F(TaskTest, FailuresPass) {
  Number task = Pass(STATUS_ACCESS_DENIED);
  task.Start();
  EXPECT_EQ(task.Take().error().Code(), STATUS_ACCESS_DENIED);
}

TEST_F(TaskTest, ResumesThroughItsAwaiters) {
  Number task = Twice(gate, live);
  task.Start();
  EXPECT_FALSE(task.Done());
  EXPECT_EQ(live, 2);
  gate.Open();
  ASSERT_TRUE(task.Done());
  EXPECT_EQ(task.Take(), 14);
  EXPECT_EQ(live, 0);
}

TEST_F(TaskTest, DroppingItDropsWhatItAwaits) {
  {
    Number task = Twice(gate, live);
    task.Start();
    EXPECT_EQ(live, 2);
  }
  EXPECT_EQ(live, 0);
}

TEST_F(TaskTest, MovesItsOwnership) {
  Number task = Twice(gate, live);
  task.Start();
  Number other = std::move(task);
  EXPECT_TRUE(task.Done());  // NOLINT(bugprone-use-after-move): an empty task is done
  gate.Open();
  EXPECT_EQ(other.Take(), 14);
}

TEST_F(TaskTest, NoMemoryIsAStatusAtEveryLevel) {
  for (int allowed = 0; allowed < 2; allowed += 1) {
    support::FailAllocationsAfter(allowed);
    Number task = Twice(gate, live);
    task.Start();
    support::FailAllocationsAfter(-1);
    ASSERT_TRUE(task.Done());
    EXPECT_EQ(task.Take().error().Code(), STATUS_INSUFFICIENT_RESOURCES);
    EXPECT_EQ(live, 0);
  }
}

Number Deep(int depth) {
  if (depth == 0) {
    co_return 0;
  }
  int below = CO_TRY(co_await Deep(depth - 1));
  co_return below + 1;
}

Number ManyAwaits(int count) {
  int sum = 0;
  for (int i = 0; i < count; i += 1) {
    sum += CO_TRY(co_await Give(1));
  }
  co_return sum;
}

TEST_F(TaskTest, DeepAndLongChains) {
  Number deep = Deep(100);
  deep.Start();
  EXPECT_EQ(deep.Take(), 100);
  Number many = ManyAwaits(1000);
  many.Start();
  EXPECT_EQ(many.Take(), 1000);
}

TEST_F(TaskTest, TellsWhoAskedAtTheEnd) {
  struct Note {
    struct promise_type {
      Note get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() {}
    };
  };
  int ended = 0;
  struct Park {
    std::coroutine_handle<> *to;
    bool await_ready() { return false; }
    void await_suspend(std::coroutine_handle<> handle) { *to = handle; }
    void await_resume() {}
  };
  std::coroutine_handle<> note;
  auto body = [](std::coroutine_handle<> *to, int *count) -> Note {
    co_await Park{to};
    *count += 1;
  };
  body(&note, &ended);
  Number task = Wait(gate, live);
  task.OnDone(note);
  task.Start();
  EXPECT_EQ(ended, 0);
  gate.Open();
  EXPECT_EQ(ended, 1);
}

}  // namespace
