// Which fiber runs: ready lists by priority, and the switch from and to the baton loop.

#include "objects.hpp"
#include "thread.hpp"

#include <wdmp/arch.hpp>

namespace ke {
namespace {

constexpr int kPriorities = 32;

LIST_ENTRY ready[kPriorities];
uint32_t ready_mask = 0;
Thread *loop_thread = nullptr;

// The exception dispatcher takes a frame for a frame only within these bounds.
void UseStack(uintptr_t low, uintptr_t high) {
  PTEB teb = NtCurrentTeb();
  teb->NtTib.StackBase = reinterpret_cast<PVOID>(high);
  teb->NtTib.StackLimit = reinterpret_cast<PVOID>(low);
}

void NTAPI FiberMain(void *argument) {
  auto *thread = static_cast<Thread *>(argument);
  Lower(kPassive);
  thread->routine(thread->context);
  EndFiber(STATUS_SUCCESS);
}

}  // namespace

constinit Thread *current_thread = nullptr;

Thread *CurrentThread() { return current_thread; }

bool StartThreads() {
  for (LIST_ENTRY &list : ready) {
    InitializeListHead(&list);
  }
  loop_thread = CreateThread(nullptr, nullptr, 0, ThreadKind::kLoop);
  if (loop_thread == nullptr) {
    return false;
  }
  loop_thread->state = ThreadState::kRunning;
  current_thread = loop_thread;
  return true;
}

void MakeReady(Thread *thread) {
  thread->state = ThreadState::kReady;
  InsertTailList(&ready[thread->priority], &thread->link);
  ready_mask |= uint32_t{1} << thread->priority;
}

bool AnyReady() { return *const_cast<volatile uint32_t *>(&ready_mask) != 0; }

Thread *TakeReady() {
  if (ready_mask == 0) {
    return nullptr;
  }
  int priority = 31 - __builtin_clz(ready_mask);
  LIST_ENTRY *entry = RemoveHeadList(&ready[priority]);
  if (IsListEmpty(&ready[priority])) {
    ready_mask &= ~(uint32_t{1} << priority);
  }
  return CONTAINING_RECORD(entry, Thread, link);
}

void RemoveReady(Thread *thread) {
  if (RemoveEntryList(&thread->link)) {
    ready_mask &= ~(uint32_t{1} << thread->priority);
  }
}

void SwitchAway() {
  Thread *self = current_thread;
  PTEB teb = NtCurrentTeb();
  self->exception_list = teb->NtTib.ExceptionList;
  KiSwitchFiber(&self->saved, loop_thread->saved);
}

bool PrepareFiber(Thread *thread) {
  if (thread->stack == nullptr) {
    thread->stack = TakeStack();
    if (thread->stack == nullptr) {
      return false;
    }
    thread->saved = KiPrepareFiber(reinterpret_cast<void *>(thread->stack->high), FiberMain, thread);
    thread->exception_list = reinterpret_cast<void *>(sizeof(void *) == 8 ? 0 : ~uintptr_t{0});
  }
  return true;
}

void RunFiber(Thread *thread) {
  PTEB teb = NtCurrentTeb();
  uintptr_t low = reinterpret_cast<uintptr_t>(teb->NtTib.StackLimit);
  uintptr_t high = reinterpret_cast<uintptr_t>(teb->NtTib.StackBase);
  PVOID allocation = teb->DeallocationStack;
  PVOID exceptions = teb->NtTib.ExceptionList;

  thread->state = ThreadState::kRunning;
  thread->turns += 1;
  current_thread = thread;
  UseStack(thread->stack->low, thread->stack->high);
  teb->DeallocationStack = reinterpret_cast<PVOID>(thread->stack->low);
  teb->NtTib.ExceptionList = static_cast<decltype(teb->NtTib.ExceptionList)>(thread->exception_list);
  KiSwitchFiber(&loop_thread->saved, thread->saved);

  current_thread = loop_thread;
  UseStack(low, high);
  teb->DeallocationStack = allocation;
  teb->NtTib.ExceptionList = static_cast<decltype(teb->NtTib.ExceptionList)>(exceptions);
  if (thread->state == ThreadState::kEnded) {
    GiveStack(thread->stack);
    thread->stack = nullptr;
    Dereference(thread);
  }
}

void EndFiber(NTSTATUS status) {
  Thread *self = current_thread;
  RequireNothingHeld(self);
  Raise(kDispatch);
  self->exit_status = status;
  self->state = ThreadState::kEnded;
  LeaveQueue(self);
  self->header.SignalState = 1;
  Satisfy(self->header);
  SwitchAway();
  __builtin_unreachable();
}

void Yield() {
  if (current_thread == loop_thread) {
    return;
  }
  KIRQL old = Raise(kDispatch);
  RequireWaiting(old);
  MakeReady(current_thread);
  SwitchAway();
  Lower(old);
}

void Park(Parking &parking) {
  AtDispatch guard;
  if (parking.ended) {
    return;
  }
  RequireWaiting(guard.Old());
  parking.thread = current_thread;
  current_thread->state = ThreadState::kWaiting;
  SwitchAway();
}

void Unpark(Parking &parking) {
  AtDispatch guard;
  parking.ended = true;
  if (Thread *thread = parking.thread; thread != nullptr) {
    parking.thread = nullptr;
    MakeReady(thread);
  }
}

StackBounds CurrentStack() {
  PTEB teb = NtCurrentTeb();
  return {reinterpret_cast<uintptr_t>(teb->NtTib.StackLimit), reinterpret_cast<uintptr_t>(teb->NtTib.StackBase)};
}

}  // namespace ke
