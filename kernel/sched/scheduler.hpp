#pragma once
// The scheduler: 256 priorities, first in first out within one, a time slice of 5 ticks of 2 ms. The running thread is
// in no ready queue. The tick runs only while somebody of the running thread's priority waits for the processor.

#include "object/tcb.hpp"

namespace kernel {

/// The thread whose registers are in the processor, or the idle thread.
extern Tcb *current;
/// Runs when nothing else can: halts with interrupts on.
extern Tcb idle_thread;

/// What Schedule is to do: null keep the current thread, kChooseNew look at the queues, otherwise that thread is a
/// candidate.
extern Tcb *scheduler_action;
inline Tcb *ChooseNew() { return reinterpret_cast<Tcb *>(~Word{0}); }

/// The ready queues: prev = tail, next = head; a bit for each that is not empty, and one for each word of bits.
constexpr Word kPriorities = seL4_MaxPrio + 1;
extern TcbLinks ready_queues[kPriorities];
extern Word ready_bits[kPriorities / 64];
extern Word ready_words;

void SchedulerInit();

/// A new state; the current thread, when it can no longer run, makes the scheduler choose.
void SetState(Tcb &tcb, ThreadState state);
void ReadyInsertFront(Tcb &tcb);
void ReadyAppend(Tcb &tcb);
void ReadyRemove(Tcb &tcb);
/// The scheduler looks at all queues before the kernel is left.
void RescheduleRequired();
/// `tcb` has become runnable: switch to it if it beats the current thread.
void PossibleSwitchTo(Tcb &tcb);
void SetPriority(Tcb &tcb, Word priority);

/// Chooses the thread to leave the kernel with and makes it current, ready to run.
void Schedule();
/// System call Yield.
void Yield();
/// The timer interrupt.
void TimerTick();
/// Does anybody of the priority wait in a ready queue?
inline bool ReadyQueueEmpty(Word priority) { return ready_queues[priority].next == nullptr; }
/// Highest priority of a ready thread, or -1.
inline int HighestReady() {
  if (ready_words == 0) {
    return -1;
  }
  const int word = 63 ^ __builtin_clzll(ready_words);
  return word * 64 + (63 ^ __builtin_clzll(ready_bits[word]));
}
/// Has no ready thread a higher priority than this?
inline bool IsHighestReady(Word priority) { return HighestReady() <= static_cast<int>(priority); }
/// Prints the current thread and those that are ready (debug kernels).
void DumpScheduler();

}  // namespace kernel
