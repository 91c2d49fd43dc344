#include "fake_ke.hpp"

#include "ke/interrupt.hpp"
#include "ke/objects.hpp"
#include "ke/thread.hpp"

#include <setjmp.h>
#include <ucontext.h>
#include <unistd.h>

#include <deque>
#include <map>
#include <memory>
#include <vector>

namespace {

constexpr size_t kFiberStack = 256 * 1024;

struct Fiber {
  ke::Thread thread = {};
  ucontext_t context = {};
  std::vector<char> stack = std::vector<char>(kFiberStack);
  std::function<void()> body;
};

struct Interrupt {
  KIRQL level;
  std::function<void()> routine;
};

std::vector<std::unique_ptr<Fiber>> fibers;
std::deque<ke::Thread *> ready;
std::vector<Interrupt> interrupts;
Fiber *loop = nullptr;
uint64_t now = 0;
std::string order;
jmp_buf escape;
bool escaping = false;
ULONG code = 0;

Fiber *Of(ke::Thread *thread) { return CONTAINING_RECORD(thread, Fiber, thread); }

Fiber *NewFiber() {
  fibers.push_back(std::make_unique<Fiber>());
  Fiber *fiber = fibers.back().get();
  ke::InitialiseHeader(fiber->thread.header, ke::kThread, sizeof(ke::Thread), 0);
  InitializeListHead(&fiber->thread.mutants);
  KeInitializeTimer(&fiber->thread.timeout);
  fiber->thread.timeout.Header.Type = ke::kTimeout;
  fiber->thread.kind = ke::ThreadKind::kFiber;
  return fiber;
}

void Body() {
  Fiber *fiber = Of(ke::current_thread);
  ke::Lower(ke::kPassive);
  fiber->body();
  ke::RequireNothingHeld(&fiber->thread);
  ke::Raise(ke::kDispatch);
  ke::LeaveQueue(&fiber->thread);
  fiber->thread.state = ke::ThreadState::kEnded;
  fiber->thread.header.SignalState = 1;
  ke::Satisfy(fiber->thread.header);
  ke::SwitchAway();
}

// To the test that expects it; otherwise (a death test, a mistake) the process ends with the code.
[[noreturn]] void Escape(ULONG value) {
  code = value;
  if (escaping) {
    longjmp(escape, 1);
  }
  _exit(static_cast<int>(value & 0xff));
}

ULONG Catch(const std::function<void()> &body) {
  KIRQL irql = ke::CurrentIrql();
  code = 0;
  escaping = true;
  if (setjmp(escape) == 0) {
    body();
  }
  escaping = false;
  ke::Raise(irql);
  return code;
}

}  // namespace

namespace ke {

Thread *current_thread = nullptr;

Thread *CurrentThread() { return current_thread; }
uint64_t InterruptTime() { return now; }
uint64_t SystemTime() { return now + 1'000'000'000; }
uint64_t Deadline(const LARGE_INTEGER &timeout) {
  if (timeout.QuadPart < 0) {
    return now + static_cast<uint64_t>(-timeout.QuadPart);
  }
  uint64_t system = SystemTime();
  auto due = static_cast<uint64_t>(timeout.QuadPart);
  return due <= system ? now : now + (due - system);
}

void MakeReady(Thread *thread) { ready.push_back(thread); }

void SwitchAway() { swapcontext(&Of(current_thread)->context, &loop->context); }

void Yield() {
  KIRQL old = Raise(kDispatch);
  MakeReady(current_thread);
  SwitchAway();
  Lower(old);
}

bool AnyRecordedInterrupt() { return !interrupts.empty(); }

bool RunRecordedInterrupt(KIRQL level) {
  auto best = interrupts.end();
  for (auto it = interrupts.begin(); it != interrupts.end(); ++it) {
    if (it->level > level && (best == interrupts.end() || it->level > best->level)) {
      best = it;
    }
  }
  if (best == interrupts.end()) {
    return false;
  }
  Interrupt interrupt = *best;
  interrupts.erase(best);
  KIRQL old = Raise(interrupt.level);
  interrupt.routine();
  detail::irql = old;
  return true;
}

void PollInterrupts() {}

}  // namespace ke

extern "C" {

DECLSPEC_NORETURN VOID NTAPI KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR) {
  Escape(BugCheckCode);
}

DECLSPEC_NORETURN VOID NTAPI ExRaiseStatus(NTSTATUS Status) { Escape(static_cast<ULONG>(Status)); }

}  // extern "C"

namespace fake {

void Reset() {
  ready.clear();
  interrupts.clear();
  fibers.clear();
  order.clear();
  now = 1000;
  loop = NewFiber();
  loop->thread.kind = ke::ThreadKind::kLoop;
  ke::current_thread = &loop->thread;
  ke::detail::irql = ke::kPassive;
}

PVOID Spawn(std::function<void()> body) {
  Fiber *fiber = NewFiber();
  fiber->body = std::move(body);
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = fiber->stack.data();
  fiber->context.uc_stack.ss_size = fiber->stack.size();
  fiber->context.uc_link = nullptr;
  makecontext(&fiber->context, Body, 0);
  ready.push_back(&fiber->thread);
  return &fiber->thread;
}

void RunReady() {
  while (!ready.empty()) {
    ke::Thread *thread = ready.front();
    ready.pop_front();
    ke::Raise(ke::kDispatch);
    ke::current_thread = thread;
    swapcontext(&loop->context, &Of(thread)->context);
    ke::current_thread = &loop->thread;
    ke::Lower(ke::kPassive);
  }
}

void Run() {
  for (;;) {
    RunReady();
    uint64_t next = ke::NextDeadline();
    if (next == ke::kNever) {
      return;
    }
    now = next > now ? next : now;
    ke::ExpireTimers();
  }
}

void Advance(ULONGLONG units) {
  now += units;
  ke::ExpireTimers();
}

ULONG BugCheck(const std::function<void()> &body) { return Catch(body); }
NTSTATUS Raised(const std::function<void()> &body) { return static_cast<NTSTATUS>(Catch(body)); }

void Mark(char letter) { order += letter; }
std::string Took() { return std::exchange(order, std::string()); }

void RecordInterrupt(KIRQL level, std::function<void()> routine) {
  interrupts.push_back({level, std::move(routine)});
  ke::work_recorded = true;
}

}  // namespace fake
