#pragma once
// Task<T>: a lazy coroutine with one owner and one awaiter (STYLE.md section 5).

#include <rtl/result.hpp>

#include <coroutine>
#include <new>
#include <optional>
#include <utility>

namespace coro {

// Memory for frames; the Executive and the host tests each give one. Returns nullptr when there is none.
void *AllocateFrame(std::size_t size) noexcept;
void FreeFrame(void *frame, std::size_t size) noexcept;

// T is a Result: the task whose frame could not be allocated yields STATUS_INSUFFICIENT_RESOURCES.
template <typename T>
class [[nodiscard]] Task {
 public:
  struct promise_type {
    std::optional<T> value;
    std::coroutine_handle<> awaiter = nullptr;

    static void *operator new(std::size_t size, const std::nothrow_t &) noexcept { return AllocateFrame(size); }
    static void *operator new(std::size_t size) noexcept { return AllocateFrame(size); }
    static void operator delete(void *frame, std::size_t size) noexcept { FreeFrame(frame, size); }

    Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    static Task get_return_object_on_allocation_failure() { return Task(nullptr); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    auto final_suspend() noexcept {
      struct ToAwaiter {
        bool await_ready() noexcept { return false; }
        std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
          std::coroutine_handle<> next = self.promise().awaiter;
          return next ? next : std::noop_coroutine();
        }
        void await_resume() noexcept {}
      };
      return ToAwaiter{};
    }
    template <typename U>
    void return_value(U &&result) {
      value.emplace(std::forward<U>(result));
    }
    void unhandled_exception() { __builtin_trap(); }
  };

  Task() = default;
  Task(Task &&other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task &operator=(Task &&other) noexcept {
    std::swap(frame_, other.frame_);
    return *this;
  }
  // Destroying a suspended task drops its frame and everything it owns: this is how a wait is abandoned.
  ~Task() {
    if (frame_) {
      frame_.destroy();
    }
  }

  // Runs until the first real wait or the end. Only for the owner of a task that nobody awaits.
  void Start() {
    if (frame_) {
      frame_.resume();
    }
  }
  bool Done() const { return !frame_ || frame_.done(); }
  // The result of a finished task.
  T Take() {
    if (!frame_) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    return std::move(*frame_.promise().value);
  }
  // Who is resumed at the end.
  void OnDone(std::coroutine_handle<> awaiter) {
    if (frame_) {
      frame_.promise().awaiter = awaiter;
    }
  }

  bool await_ready() const { return Done(); }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) {
    frame_.promise().awaiter = awaiter;
    return frame_;
  }
  T await_resume() { return Take(); }

 private:
  explicit Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}
  std::coroutine_handle<promise_type> frame_ = nullptr;
};

}  // namespace coro
