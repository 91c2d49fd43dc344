#include "api/lookup.hpp"
#include "api/transfer.hpp"
#include "base/print.hpp"
#include "sched/scheduler.hpp"

namespace kernel {
namespace {

// A thread that faults with nobody to tell. Debug kernels say so.
void StopUnhandled([[maybe_unused]] Tcb &tcb, [[maybe_unused]] const Fault &fault) {
#if NEPTUNE_DEBUG
  Print("kernel: unhandled fault, type ");
  PrintHex(static_cast<Word>(fault.type));
  Print(" address ");
  PrintHex(fault.address);
  Print(" code ");
  PrintHex(fault.code);
  Print(" ip ");
  PrintHex(tcb.context.RestartIp());
  Print(" sp ");
  PrintHex(tcb.context.rsp);
  Print(" thread ");
  Print(tcb.name);
  Print("\n");
#endif
}

}  // namespace

void RaiseFault(Tcb &tcb) {
  const Fault fault = current_fault;
  const Slot *const slot = LookupSlot(tcb, tcb.fault_handler);
  if (slot != nullptr && slot->cap.Is(CapType::kEndpoint) && slot->cap.CanSend() &&
      (slot->cap.CanGrant() || slot->cap.CanGrantReply())) {
    tcb.fault = fault;
    SendIpc(tcb, *slot->cap.Object<Endpoint>(), slot->cap.Badge(), {true, true, slot->cap.CanGrant(), true});
    return;
  }
  StopUnhandled(tcb, fault);
  SetState(tcb, ThreadState::kInactive);
}

}  // namespace kernel
