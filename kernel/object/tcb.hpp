#pragma once
// Thread control block: one object of 2 KiB with the thread's own capability slots in front.

#include "api/error.hpp"
#include "arch/x86_64/context.hpp"
#include "object/slot.hpp"

namespace kernel {

enum class ThreadState : uint8_t {
  kInactive,
  kRunning,
  kRestart,
  kBlockedOnReceive,
  kBlockedOnSend,
  kBlockedOnReply,
  kBlockedOnNotification,
  kIdle,
};

enum TcbSlot : Word { kSlotCSpace, kSlotVSpace, kSlotReply, kSlotCaller, kSlotBuffer, kTcbSlotCount };

/// Queue links in an endpoint, notification or ready queue.
struct TcbLinks {
  Tcb *prev;
  Tcb *next;
};

struct Tcb {
  Slot slots[8];  // kTcbSlotCount of them used
  alignas(16) uint8_t fpu[512];
  alignas(16) Context context;

  ThreadState state;
  bool queued;  // in a ready queue
  bool fpu_disabled;
  // Of a blocked sender or receiver.
  bool is_call;
  bool can_grant;
  bool can_grant_reply;
  uint8_t priority;
  uint8_t max_priority;
  void *blocked_on;
  Word badge;

  uint32_t ticks_left;
  TcbLinks ready;
  TcbLinks waiting;
  Notification *bound_notification;
  Cptr fault_handler;
  Vaddr ipc_buffer;
  Fault fault;
#if NEPTUNE_DEBUG
  char name[32];
#endif

  bool Runnable() const { return state == ThreadState::kRunning || state == ThreadState::kRestart; }
  bool Stopped() const { return !Runnable() && state != ThreadState::kIdle; }
  bool CanBlockOnReceive() const { return state == ThreadState::kBlockedOnReceive; }
};

static_assert(offsetof(Tcb, slots) == 0);
static_assert(sizeof(Tcb) <= Bit(seL4_TCBBits));
static_assert((offsetof(Tcb, context) + sizeof(Context)) % 16 == 0, "the processor aligns RSP0 to 16");

/// Brings zeroed memory to the state of a new, inactive thread.
void InitTcb(Tcb &tcb);

/// A queue of waiting threads (endpoint, notification): first in, first out.
struct WaitQueue {
  Tcb *head = nullptr;
  Tcb *tail = nullptr;

  void Append(Tcb &tcb) {
    tcb.waiting = {tail, nullptr};
    (tail != nullptr ? tail->waiting.next : head) = &tcb;
    tail = &tcb;
  }
  void Remove(Tcb &tcb) {
    (tcb.waiting.prev != nullptr ? tcb.waiting.prev->waiting.next : head) = tcb.waiting.next;
    (tcb.waiting.next != nullptr ? tcb.waiting.next->waiting.prev : tail) = tcb.waiting.prev;
  }
};

/// Stops a thread for good until it is restarted; whatever it waited for is cancelled.
void Suspend(Tcb &tcb);
/// Makes a stopped thread run its current instruction (again).
void Restart(Tcb &tcb);
/// Ends a wait on an endpoint, notification or reply; the thread's new state is the caller's business.
void CancelWait(Tcb &tcb);
/// Makes sure the thread has the master reply capability its callers' replies are derived from.
void SetupReplyMaster(Tcb &tcb);

}  // namespace kernel
