#pragma once
// Notifications: a word of signal bits, threads that wait for it, at most one bound thread.

#include "object/tcb.hpp"

namespace kernel {

struct Notification {
  enum class State : uint8_t { kIdle, kWaiting, kActive };

  Tcb *head_;
  Word tail_state_;
  Word badge;
  Tcb *bound;

  State GetState() const { return static_cast<State>(tail_state_ & 3); }
  WaitQueue Queue() const { return {head_, reinterpret_cast<Tcb *>(tail_state_ & ~Word{3})}; }
  void SetQueue(const WaitQueue &queue) {
    head_ = queue.head;
    tail_state_ =
        reinterpret_cast<Word>(queue.tail) | static_cast<Word>(queue.head != nullptr ? State::kWaiting : State::kIdle);
  }
  void SetActive(Word word) {
    tail_state_ = static_cast<Word>(State::kActive);
    badge = word;
  }
  void SetIdle() { tail_state_ = static_cast<Word>(State::kIdle); }
};
static_assert(sizeof(Notification) == Bit(seL4_NotificationBits));

/// ORs the badge into the notification or wakes one thread with it.
void SendSignal(Notification &notification, Word badge);
/// Waits for (or polls) the notification.
void ReceiveSignal(Tcb &receiver, Notification &notification, bool blocking);
/// Gives an active notification's word to a thread.
void DeliverSignal(Notification &notification, Tcb &receiver);
void CancelAllSignals(Notification &notification);
void RemoveWaiter(Notification &notification, Tcb &tcb);
void Bind(Tcb &tcb, Notification &notification);
/// Undoes Bind from either side; nothing when not bound.
void Unbind(Tcb &tcb);
void Unbind(Notification &notification);

}  // namespace kernel
