#pragma once
// Patience with a driver: a task that is given up at a deadline.

#include <coro/task.hpp>
#include <ke/dispatcher.hpp>

#include <optional>

namespace pnp {

// `co_await Timed(dispatcher, patience, task)` gives the task's result, or STATUS_IO_TIMEOUT after `patience`; the task
// is dropped then.
template <typename T>
class [[nodiscard]] Timed final : private ke::Runnable, private ke::TimerEntry {
 public:
  Timed(ke::Dispatcher &dispatcher, ke::InterruptTime patience, coro::Task<T> task)
      : dispatcher_(dispatcher), patience_(patience), task_(std::move(task)) {}
  Timed(const Timed &) = delete;
  Timed &operator=(const Timed &) = delete;

  bool await_ready() {
    task_->Start();
    return task_->Done();
  }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    task_->OnDone(awaiter);
    dispatcher_.Timers().Insert(*this, dispatcher_.Time().Now() + patience_);
  }
  T await_resume() {
    if (!task_) {
      return Fail(STATUS_IO_TIMEOUT);
    }
    dispatcher_.Timers().Cancel(*this);
    return task_->Take();
  }

 private:
  void Expired(ke::InterruptTime) override {
    if (task_->Done()) {
      return;  // its awaiter is about to run
    }
    task_.reset();
    dispatcher_.Runs().Push(*this);
  }
  void Run() override { awaiter_.resume(); }

  ke::Dispatcher &dispatcher_;
  ke::InterruptTime patience_;
  std::optional<coro::Task<T>> task_;
  std::coroutine_handle<> awaiter_ = nullptr;
};

// `co_await Delay(dispatcher, time)`: goes on after `time`.
class [[nodiscard]] Delay final : private ke::Runnable, private ke::TimerEntry {
 public:
  Delay(ke::Dispatcher &dispatcher, ke::InterruptTime time) : dispatcher_(dispatcher), time_(time) {}
  Delay(const Delay &) = delete;
  Delay &operator=(const Delay &) = delete;

  bool await_ready() const { return time_ == 0; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    awaiter_ = awaiter;
    dispatcher_.Timers().Insert(*this, dispatcher_.Time().Now() + time_);
  }
  void await_resume() const {}

 private:
  void Expired(ke::InterruptTime) override { dispatcher_.Runs().Push(*this); }
  void Run() override { awaiter_.resume(); }

  ke::Dispatcher &dispatcher_;
  ke::InterruptTime time_;
  std::coroutine_handle<> awaiter_ = nullptr;
};

}  // namespace pnp
