#pragma once
// A coroutine that nobody awaits: it starts at once and owns itself.

#include <coro/task.hpp>

namespace coro {

struct Detached {
  struct promise_type {
    static void *operator new(std::size_t size) noexcept { return AllocateFrame(size); }
    static void operator delete(void *frame, std::size_t size) noexcept { FreeFrame(frame, size); }
    static Detached get_return_object_on_allocation_failure() { return {false}; }
    Detached get_return_object() { return {true}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { __builtin_trap(); }
  };
  bool started;  // false: there was no memory for its frame
};

}  // namespace coro
