#include "api/syscall.hpp"

#include "api/invoke.hpp"
#include "api/lookup.hpp"
#include "api/transfer.hpp"
#include "arch/x86_64/apic.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "base/print.hpp"
#include "object/interrupt.hpp"
#include "object/notification.hpp"
#include "sched/scheduler.hpp"

namespace kernel {
namespace {

void ReceiveFault(Cptr cptr) {
  current_fault = {seL4_Fault_CapFault, true, cptr, 0, lookup_failure};
  RaiseFault(*current);
}

void Receive(bool blocking) {
  Tcb &caller = *current;
  const Cptr cptr = caller.context.CapRegister();
  const Slot *const slot = LookupSlot(caller, cptr);
  if (slot == nullptr) {
    ReceiveFault(cptr);
    return;
  }
  const Cap &cap = slot->cap;
  if (cap.Is(CapType::kEndpoint) && cap.CanReceive()) {
    // By value: deleting the caller capability may change slots.
    const Cap endpoint = cap;
    DeleteOne(caller.slots[kSlotCaller]);
    ReceiveIpc(caller, endpoint, blocking);
    return;
  }
  if (cap.Is(CapType::kNotification) && cap.CanReceive()) {
    Notification &notification = *cap.Object<Notification>();
    if (notification.bound == nullptr || notification.bound == &caller) {
      ReceiveSignal(caller, notification, blocking);
      return;
    }
  }
  SetMissingCapability(0);
  ReceiveFault(cptr);
}

void Reply() {
  Slot &slot = current->slots[kSlotCaller];
  if (slot.cap.Is(CapType::kReply)) {
    TransferReply(*current, *slot.cap.Object<Tcb>(), slot, slot.cap.CanGrant());
  }
}

void RaiseUnknownSyscall(Word number) {
  current_fault = {seL4_Fault_UnknownSyscall, false, number, 0, {}};
  RaiseFault(*current);
}

constexpr Word kVectorPageFault = 14;

void HandleException(Word vector, Word error) {
  if (vector == kVectorPageFault) {
    current_fault = {seL4_Fault_VMFault, false, cpu::ReadCr2(), error, {}};
  } else {
    current_fault = {seL4_Fault_UserException, false, vector, error, {}};
  }
  RaiseFault(*current);
}

void HandleInterrupt(Word vector) {
  if (vector == apic::kTimerVector) {
    TimerTick();
    apic::EndOfInterrupt();
  } else if (vector >= apic::kFirstUserVector && vector < apic::kFirstUserVector + kUserIrqs) {
    HandleIrq(vector - apic::kFirstUserVector);
    apic::EndOfInterrupt();
  }
  // Spurious ones and those of the masked PIC need nothing.
}

}  // namespace

extern "C" void HandleSyscall(Word number) {
  // A preempted call leaves its thread in Restart with its registers untouched; the interrupt that stopped it is taken
  // as soon as the kernel is left.
  switch (static_cast<seL4_SignedWord>(number)) {
    case seL4_SysCall:
      Invoke(true, true);
      break;
    case seL4_SysReplyRecv:
      Reply();
      Receive(true);
      break;
    case seL4_SysSend:
      Invoke(true, false);
      break;
    case seL4_SysNBSend:
      Invoke(false, false);
      break;
    case seL4_SysRecv:
      Receive(true);
      break;
    case seL4_SysReply:
      Reply();
      break;
    case seL4_SysYield:
      Yield();
      break;
    case seL4_SysNBRecv:
      Receive(false);
      break;
    default:
      if (!HandleDebugSyscall(number)) {
        RaiseUnknownSyscall(number);
      }
      break;
  }
  Schedule();
}

extern "C" void HandleVector(Word vector, Word error) {
  if (vector < kFirstInterruptVector) {
    HandleException(vector, error);
  } else if (vector >= kFirstTrapVector) {
    // int n: the fault names the instruction, not what follows it.
    current->context.rip -= 2;
    const Word low = (vector << 24) | (current->context.rax & 0xffffff);
    RaiseUnknownSyscall(static_cast<Word>(static_cast<int64_t>(static_cast<int32_t>(low))));
  } else {
    HandleInterrupt(vector);
  }
  Schedule();
}

extern "C" void HandleKernelFault(Word vector, Word error, Word ip) {
  Print("kernel: fault in the kernel, vector ");
  PrintHex(vector);
  Print(" error ");
  PrintHex(error);
  Print(" cr2 ");
  PrintHex(cpu::ReadCr2());
  Panic(" ip", ip);
}

}  // namespace kernel
