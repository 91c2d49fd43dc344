#pragma once
// What host tests of the Executive need: clocks set by hand, memory that runs out on command, a caller whose user
// memory is the test's own, coroutines that run until they wait.

#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <ke/dispatcher.hpp>
#include <ob/handle_table.hpp>

#include <cstdint>
#include <optional>

namespace support {

// The n-th allocation from now on (operator new (std::nothrow), coroutine frames) fails, and all after it; -1: none.
void FailAllocationsAfter(int count);
// Coroutine frames that are alive.
int LiveFrames();

class Clocks final : public ke::TimeSource {
 public:
  ke::InterruptTime Now() const override { return now; }
  std::uint64_t SystemTime() const override { return now + kBoot; }

  static constexpr std::uint64_t kBoot = 133'000'000'000'000'000;  // some day in 2022
  ke::InterruptTime now = 1'000'000;
};

// Clocks and a dispatcher; Run() is the event loop.
struct System {
  Clocks clocks;
  ke::Dispatcher dispatcher{clocks};

  void Run() {
    dispatcher.Tick();
    while (dispatcher.Runs().Drain() != 0) {
      dispatcher.Tick();
    }
  }
  void Advance(ke::InterruptTime by) {
    clocks.now += by;
    Run();
  }
};

// The test's own memory, all but the first page and a page that is made bad.
class Memory final : public ke::UserSpace {
 public:
  Result<std::span<std::byte>> Resolve(ke::UserAddress address, bool write) override;
  // Accesses to this page fail.
  ke::UserAddress bad_page = 0;
  // Writes to this page fail.
  ke::UserAddress read_only_page = 0;
};

class Thread final : public ke::Caller {
 public:
  Thread(Memory &memory, ob::HandleTable &handles, ke::Dispatcher &dispatcher)
      : Caller(&memory, &handles, &waiter), waiter(dispatcher), memory_(memory) {}

  template <typename T>
  UserIn<T> In(const T *pointer) {
    return UserIn<T>(Pointer(pointer));
  }
  template <typename T>
  UserOut<T> Out(T *pointer) {
    return UserOut<T>(Pointer(pointer));
  }
  template <typename T>
  UserInOut<T> InOut(T *pointer) {
    return UserInOut<T>(Pointer(pointer));
  }
  UserPointer Pointer(const void *pointer) { return {&memory_, reinterpret_cast<ke::UserAddress>(pointer)}; }

  ke::Waiter waiter;

 private:
  Memory &memory_;
};

// A coroutine that was started.
template <typename T>
class Running {
 public:
  explicit Running(coro::Task<T> task) : task_(std::move(task)) { task_->Start(); }
  bool Done() const { return task_->Done(); }
  T Take() { return task_->Take(); }
  void Drop() { task_.reset(); }

 private:
  std::optional<coro::Task<T>> task_;
};
template <typename T>
Running(coro::Task<T>) -> Running<T>;

}  // namespace support
