#include "object/endpoint.hpp"

#include "api/transfer.hpp"
#include "object/notification.hpp"
#include "sched/scheduler.hpp"

namespace kernel {
namespace {

/// Makes `receiver` hold the one reply capability to `caller`.
void SetupCaller(Tcb &caller, Tcb &receiver, bool grant) {
  SetState(caller, ThreadState::kBlockedOnReply);
  InsertDerived(Cap::ForReply(&caller, false, grant), caller.slots[kSlotReply], receiver.slots[kSlotCaller]);
}

/// A call that nobody can answer: the caller stops for good.
void FinishCall(Tcb &caller, Tcb &receiver, bool answerable, bool grant) {
  if (answerable) {
    SetupCaller(caller, receiver, grant);
  } else {
    SetState(caller, ThreadState::kInactive);
  }
}

}  // namespace

void SendIpc(Tcb &sender, Endpoint &endpoint, Word badge, SendMode mode) {
  WaitQueue queue = endpoint.Queue();
  if (endpoint.GetState() != Endpoint::State::kReceive) {
    if (!mode.blocking) {
      return;
    }
    sender.blocked_on = &endpoint;
    sender.badge = badge;
    sender.can_grant = mode.grant;
    sender.can_grant_reply = mode.grant_reply;
    sender.is_call = mode.call;
    SetState(sender, ThreadState::kBlockedOnSend);
    queue.Append(sender);
    endpoint.Set(queue, Endpoint::State::kSend);
    return;
  }
  Tcb &receiver = *queue.head;
  queue.Remove(receiver);
  endpoint.Set(queue, Endpoint::State::kReceive);
  TransferMessage(sender, &endpoint, badge, mode.grant, receiver);
  const bool reply_grant = receiver.can_grant;
  SetState(receiver, ThreadState::kRunning);
  PossibleSwitchTo(receiver);
  if (mode.call) {
    FinishCall(sender, receiver, mode.grant || mode.grant_reply, reply_grant);
  }
}

void ReceiveIpc(Tcb &receiver, const Cap &cap, bool blocking) {
  Notification *const bound = receiver.bound_notification;
  if (bound != nullptr && bound->GetState() == Notification::State::kActive) {
    DeliverSignal(*bound, receiver);
    return;
  }
  Endpoint &endpoint = *cap.Object<Endpoint>();
  WaitQueue queue = endpoint.Queue();
  if (endpoint.GetState() != Endpoint::State::kSend) {
    if (!blocking) {
      receiver.context.BadgeRegister() = 0;
      return;
    }
    receiver.blocked_on = &endpoint;
    receiver.can_grant = cap.CanGrant();
    SetState(receiver, ThreadState::kBlockedOnReceive);
    queue.Append(receiver);
    endpoint.Set(queue, Endpoint::State::kReceive);
    return;
  }
  Tcb &sender = *queue.head;
  queue.Remove(sender);
  endpoint.Set(queue, Endpoint::State::kSend);
  TransferMessage(sender, &endpoint, sender.badge, sender.can_grant, receiver);
  if (sender.is_call) {
    FinishCall(sender, receiver, sender.can_grant || sender.can_grant_reply, cap.CanGrant());
  } else {
    SetState(sender, ThreadState::kRunning);
    PossibleSwitchTo(sender);
  }
}

void TransferReply(Tcb &sender, Tcb &receiver, Slot &slot, bool grant) {
  if (receiver.fault.type == seL4_Fault_NullFault) {
    TransferMessage(sender, nullptr, 0, grant, receiver);
    DeleteOne(slot);
    SetState(receiver, ThreadState::kRunning);
    PossibleSwitchTo(receiver);
    return;
  }
  DeleteOne(slot);
  const bool resume = TransferFaultReply(sender, receiver);
  receiver.fault.type = seL4_Fault_NullFault;
  if (resume) {
    SetState(receiver, ThreadState::kRestart);
    PossibleSwitchTo(receiver);
  } else {
    SetState(receiver, ThreadState::kInactive);
  }
}

void CancelAll(Endpoint &endpoint) {
  Tcb *tcb = endpoint.Queue().head;
  if (tcb == nullptr) {
    return;
  }
  endpoint.Set({}, Endpoint::State::kIdle);
  for (Tcb *next; tcb != nullptr; tcb = next) {
    next = tcb->waiting.next;
    SetState(*tcb, ThreadState::kRestart);
    ReadyInsertFront(*tcb);
  }
  RescheduleRequired();
}

void CancelBadgedSends(Endpoint &endpoint, Word badge) {
  if (endpoint.GetState() != Endpoint::State::kSend) {
    return;
  }
  WaitQueue queue = endpoint.Queue();
  for (Tcb *tcb = queue.head, *next; tcb != nullptr; tcb = next) {
    next = tcb->waiting.next;
    if (tcb->badge == badge) {
      queue.Remove(*tcb);
      SetState(*tcb, ThreadState::kRestart);
      ReadyInsertFront(*tcb);
    }
  }
  endpoint.Set(queue, Endpoint::State::kSend);
  RescheduleRequired();
}

void RemoveWaiter(Endpoint &endpoint, Tcb &tcb) {
  WaitQueue queue = endpoint.Queue();
  queue.Remove(tcb);
  endpoint.Set(queue, endpoint.GetState());
}

}  // namespace kernel
