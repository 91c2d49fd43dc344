#include "sched/scheduler.hpp"

#include "arch/x86_64/apic.hpp"
#include "arch/x86_64/thread.hpp"
#include "base/print.hpp"

namespace kernel {

Tcb *current;
constinit Tcb idle_thread{};
Tcb *scheduler_action;
TcbLinks ready_queues[kPriorities];
Word ready_bits[kPriorities / 64];
Word ready_words;

namespace {

void MarkReady(Word priority) {
  ready_bits[priority / 64] |= Bit(priority % 64);
  ready_words |= Bit(priority / 64);
}

void MarkEmpty(Word priority) {
  ready_bits[priority / 64] &= ~Bit(priority % 64);
  if (ready_bits[priority / 64] == 0) {
    ready_words &= ~Bit(priority / 64);
  }
}

void ChooseThread() {
  const int priority = HighestReady();
  SwitchToThread(priority < 0 ? idle_thread : *ready_queues[priority].next);
}

}  // namespace

void SchedulerInit() {
  InitIdleThread(idle_thread);
  current = &idle_thread;
  scheduler_action = ChooseNew();
}

void ReadyInsertFront(Tcb &tcb) {
  if (tcb.queued) {
    return;
  }
  TcbLinks &queue = ready_queues[tcb.priority];
  tcb.ready = {nullptr, queue.next};
  if (queue.next != nullptr) {
    queue.next->ready.prev = &tcb;
  } else {
    queue.prev = &tcb;
    MarkReady(tcb.priority);
  }
  queue.next = &tcb;
  tcb.queued = true;
}

void ReadyAppend(Tcb &tcb) {
  if (tcb.queued) {
    return;
  }
  TcbLinks &queue = ready_queues[tcb.priority];
  tcb.ready = {queue.prev, nullptr};
  if (queue.prev != nullptr) {
    queue.prev->ready.next = &tcb;
  } else {
    queue.next = &tcb;
    MarkReady(tcb.priority);
  }
  queue.prev = &tcb;
  tcb.queued = true;
}

void ReadyRemove(Tcb &tcb) {
  if (!tcb.queued) {
    return;
  }
  TcbLinks &queue = ready_queues[tcb.priority];
  (tcb.ready.prev != nullptr ? tcb.ready.prev->ready.next : queue.next) = tcb.ready.next;
  (tcb.ready.next != nullptr ? tcb.ready.next->ready.prev : queue.prev) = tcb.ready.prev;
  if (queue.next == nullptr) {
    MarkEmpty(tcb.priority);
  }
  tcb.queued = false;
}

void SetState(Tcb &tcb, ThreadState state) {
  tcb.state = state;
  if (&tcb == current && scheduler_action == nullptr && !tcb.Runnable()) {
    RescheduleRequired();
  }
}

void RescheduleRequired() {
  if (scheduler_action != nullptr && scheduler_action != ChooseNew()) {
    ReadyInsertFront(*scheduler_action);
  }
  scheduler_action = ChooseNew();
}

void PossibleSwitchTo(Tcb &tcb) {
  if (scheduler_action != nullptr) {
    RescheduleRequired();
    ReadyInsertFront(tcb);
  } else {
    scheduler_action = &tcb;
  }
}

void SetPriority(Tcb &tcb, Word priority) {
  ReadyRemove(tcb);
  tcb.priority = static_cast<uint8_t>(priority);
  if (!tcb.Runnable()) {
    return;
  }
  if (&tcb == current) {
    RescheduleRequired();
  } else {
    PossibleSwitchTo(tcb);
  }
}

void Schedule() {
  Tcb *const candidate = scheduler_action;
  if (candidate != nullptr) {
    scheduler_action = nullptr;
    const bool was_runnable = current->Runnable();
    if (was_runnable) {
      ReadyInsertFront(*current);
    }
    if (candidate == ChooseNew()) {
      ChooseThread();
    } else if ((current == &idle_thread || candidate->priority < current->priority) &&
               !IsHighestReady(candidate->priority)) {
      ReadyInsertFront(*candidate);
      ChooseThread();
    } else if (was_runnable && candidate->priority == current->priority) {
      // Nobody is preempted by an equal: the candidate goes behind.
      ReadyAppend(*candidate);
      ChooseThread();
    } else {
      SwitchToThread(*candidate);
    }
  }
  if (current->state == ThreadState::kRestart) {
    current->context.Rewind();
    current->state = ThreadState::kRunning;
  }
  if (current != &idle_thread && !ReadyQueueEmpty(current->priority)) [[unlikely]] {
    apic::StartTick();
  }
}

void Yield() {
  ReadyRemove(*current);
  ReadyAppend(*current);
  RescheduleRequired();
}

void TimerTick() {
  apic::TickExpired();
  if (!current->Runnable()) {
    return;
  }
  if (current->ticks_left > 1) {
    --current->ticks_left;
    return;
  }
  current->ticks_left = seL4_TimeSliceTicks;
  ReadyAppend(*current);
  RescheduleRequired();
}

#if NEPTUNE_DEBUG
namespace {

void DumpThread(const Tcb &tcb) {
  Print("  ");
  PrintHex(reinterpret_cast<Word>(&tcb));
  Print(" priority ");
  PrintHex(tcb.priority);
  Print(" ip ");
  PrintHex(tcb.context.RestartIp());
  Print(" ");
  Print(tcb.name);
  Print("\n");
}

}  // namespace

void DumpScheduler() {
  Print("kernel: current and ready threads\n");
  DumpThread(*current);
  for (Word priority = kPriorities; priority-- > 0;) {
    for (const Tcb *tcb = ready_queues[priority].next; tcb != nullptr; tcb = tcb->ready.next) {
      DumpThread(*tcb);
    }
  }
}
#endif

}  // namespace kernel
