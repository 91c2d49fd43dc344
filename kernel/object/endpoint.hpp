#pragma once
// Endpoints: synchronous messages.

#include "object/tcb.hpp"

namespace kernel {

/// 16 bytes: a queue of threads that all send or all receive. Idle means an empty queue.
struct Endpoint {
  enum class State : uint8_t { kIdle, kSend, kReceive };

  Tcb *head_;
  Word tail_state_;  // TCBs are aligned: the low bits hold the state

  State GetState() const { return static_cast<State>(tail_state_ & 3); }
  WaitQueue Queue() const { return {head_, reinterpret_cast<Tcb *>(tail_state_ & ~Word{3})}; }
  /// Stores a queue; an empty one makes the endpoint idle.
  void Set(const WaitQueue &queue, State state) {
    head_ = queue.head;
    tail_state_ = reinterpret_cast<Word>(queue.tail) | static_cast<Word>(queue.head != nullptr ? state : State::kIdle);
  }
};
static_assert(sizeof(Endpoint) == Bit(seL4_EndpointBits));

/// How a message goes: what the sender's capability allows and what it wants.
struct SendMode {
  bool blocking;
  bool call;
  bool grant;
  bool grant_reply;
};

/// Sends the sender's message (or its fault) to the endpoint.
void SendIpc(Tcb &sender, Endpoint &endpoint, Word badge, SendMode mode);
/// Receives from an endpoint capability that has the right to.
void ReceiveIpc(Tcb &receiver, const Cap &cap, bool blocking);
/// Answers a caller; `slot` held the reply capability and is emptied.
void TransferReply(Tcb &sender, Tcb &receiver, Slot &slot, bool grant);
/// Ends every wait on the endpoint: the threads run their system call again.
void CancelAll(Endpoint &endpoint);
/// The same for senders of one badge.
void CancelBadgedSends(Endpoint &endpoint, Word badge);
/// A blocked thread leaves the endpoint's queue.
void RemoveWaiter(Endpoint &endpoint, Tcb &tcb);

}  // namespace kernel
