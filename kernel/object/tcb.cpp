#include "object/tcb.hpp"

#include "arch/x86_64/thread.hpp"
#include "object/endpoint.hpp"
#include "object/notification.hpp"
#include "sched/scheduler.hpp"

namespace kernel {

void InitTcb(Tcb &tcb) {
  // FNINIT state: control word 0x37f, MXCSR 0x1f80.
  tcb.fpu[0] = 0x7f;
  tcb.fpu[1] = 0x03;
  tcb.fpu[24] = 0x80;
  tcb.fpu[25] = 0x1f;
  tcb.context.cs = kUserCs;
  tcb.context.ss = kUserSs;
  tcb.context.rflags = kInitialFlags;
  tcb.state = ThreadState::kInactive;
  tcb.ticks_left = seL4_TimeSliceTicks;
}

void SetupReplyMaster(Tcb &tcb) {
  Slot &slot = tcb.slots[kSlotReply];
  if (slot.Empty()) {
    slot.cap = Cap::ForReply(&tcb, true, true);
    slot.SetLinks(nullptr, nullptr, Slot::kRevocable | Slot::kFirstBadged);
  }
}

void CancelWait(Tcb &tcb) {
  switch (tcb.state) {
    case ThreadState::kBlockedOnSend:
    case ThreadState::kBlockedOnReceive:
      RemoveWaiter(*static_cast<Endpoint *>(tcb.blocked_on), tcb);
      SetState(tcb, ThreadState::kInactive);
      break;
    case ThreadState::kBlockedOnNotification:
      RemoveWaiter(*static_cast<Notification *>(tcb.blocked_on), tcb);
      SetState(tcb, ThreadState::kInactive);
      break;
    case ThreadState::kBlockedOnReply: {
      tcb.fault.type = seL4_Fault_NullFault;
      if (Slot *const reply = tcb.slots[kSlotReply].Next()) {
        DeleteOne(*reply);
      }
      break;
    }
    default:
      break;
  }
}

void Suspend(Tcb &tcb) {
  CancelWait(tcb);
  if (tcb.state == ThreadState::kRunning) {
    // Its system call is over: a restart goes on behind it.
    tcb.context.SetRestartIp(tcb.context.rip);
  }
  SetState(tcb, ThreadState::kInactive);
  ReadyRemove(tcb);
}

void Restart(Tcb &tcb) {
  if (!tcb.Stopped()) {
    return;
  }
  CancelWait(tcb);
  SetupReplyMaster(tcb);
  SetState(tcb, ThreadState::kRestart);
  ReadyInsertFront(tcb);
  PossibleSwitchTo(tcb);
}

}  // namespace kernel
