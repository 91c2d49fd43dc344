#include "object/notification.hpp"

#include "object/endpoint.hpp"
#include "sched/scheduler.hpp"

namespace kernel {
namespace {

void Wake(Tcb &tcb, Word badge) {
  SetState(tcb, ThreadState::kRunning);
  tcb.context.BadgeRegister() = badge;
  tcb.context.MessageInfo() = 0;
  PossibleSwitchTo(tcb);
}

}  // namespace

void SendSignal(Notification &notification, Word badge) {
  switch (notification.GetState()) {
    case Notification::State::kIdle: {
      Tcb *const bound = notification.bound;
      if (bound != nullptr && bound->state == ThreadState::kBlockedOnReceive) {
        CancelWait(*bound);
        Wake(*bound, badge);
      } else {
        notification.SetActive(badge);
      }
      break;
    }
    case Notification::State::kWaiting: {
      WaitQueue queue = notification.Queue();
      Tcb &waiter = *queue.head;
      queue.Remove(waiter);
      notification.SetQueue(queue);
      Wake(waiter, badge);
      break;
    }
    case Notification::State::kActive:
      notification.badge |= badge;
      break;
  }
}

void DeliverSignal(Notification &notification, Tcb &receiver) {
  receiver.context.BadgeRegister() = notification.badge;
  receiver.context.MessageInfo() = 0;
  notification.SetIdle();
}

void ReceiveSignal(Tcb &receiver, Notification &notification, bool blocking) {
  if (notification.GetState() == Notification::State::kActive) {
    DeliverSignal(notification, receiver);
    return;
  }
  if (!blocking) {
    receiver.context.BadgeRegister() = 0;
    return;
  }
  WaitQueue queue = notification.Queue();
  receiver.blocked_on = &notification;
  SetState(receiver, ThreadState::kBlockedOnNotification);
  queue.Append(receiver);
  notification.SetQueue(queue);
}

void CancelAllSignals(Notification &notification) {
  if (notification.GetState() != Notification::State::kWaiting) {
    return;
  }
  Tcb *tcb = notification.Queue().head;
  notification.SetQueue({});
  for (Tcb *next; tcb != nullptr; tcb = next) {
    next = tcb->waiting.next;
    SetState(*tcb, ThreadState::kRestart);
    ReadyInsertFront(*tcb);
  }
  RescheduleRequired();
}

void RemoveWaiter(Notification &notification, Tcb &tcb) {
  WaitQueue queue = notification.Queue();
  queue.Remove(tcb);
  notification.SetQueue(queue);
}

void Bind(Tcb &tcb, Notification &notification) {
  notification.bound = &tcb;
  tcb.bound_notification = &notification;
}

void Unbind(Tcb &tcb) {
  if (tcb.bound_notification != nullptr) {
    tcb.bound_notification->bound = nullptr;
    tcb.bound_notification = nullptr;
  }
}

void Unbind(Notification &notification) {
  if (notification.bound != nullptr) {
    Unbind(*notification.bound);
  }
}

}  // namespace kernel
