#include "api/invoke.hpp"

#include "api/lookup.hpp"
#include "api/message.hpp"
#include "api/transfer.hpp"
#include "object/cnode.hpp"
#include "object/domain.hpp"
#include "object/interrupt.hpp"
#include "object/io_port.hpp"
#include "object/notification.hpp"
#include "object/tcb_invocation.hpp"
#include "object/untyped.hpp"
#include "sched/scheduler.hpp"
#include "vspace/vspace.hpp"

namespace kernel {
namespace {

Status InvokeEndpoint(const Arguments &arguments, bool blocking) {
  const Cap &cap = arguments.slot->cap;
  if (!cap.CanSend()) {
    return FailCapability(0);
  }
  arguments.Commit();
  SendIpc(*arguments.caller, *cap.Object<Endpoint>(), cap.Badge(),
          {blocking, arguments.is_call, cap.CanGrant(), cap.CanGrantReply()});
  return Status::kOk;
}

Status InvokeNotification(const Arguments &arguments) {
  const Cap &cap = arguments.slot->cap;
  if (!cap.CanSend()) {
    return FailCapability(0);
  }
  arguments.Commit();
  SendSignal(*cap.Object<Notification>(), cap.Badge());
  return Status::kOk;
}

Status InvokeReply(const Arguments &arguments) {
  const Cap cap = arguments.slot->cap;
  if (cap.ReplyMaster()) {
    return FailCapability(0);
  }
  arguments.Commit();
  TransferReply(*arguments.caller, *cap.Object<Tcb>(), *arguments.slot, cap.CanGrant());
  return Status::kOk;
}

Status Dispatch(const Arguments &arguments, bool blocking) {
  switch (arguments.slot->cap.Type()) {
    case CapType::kNull:
    case CapType::kZombie:
      return FailCapability(0);
    case CapType::kEndpoint:
      return InvokeEndpoint(arguments, blocking);
    case CapType::kNotification:
      return InvokeNotification(arguments);
    case CapType::kReply:
      return InvokeReply(arguments);
    case CapType::kCNode:
      return DecodeCNode(arguments);
    case CapType::kUntyped:
      return DecodeUntyped(arguments);
    case CapType::kThread:
      return DecodeTcb(arguments);
    case CapType::kDomain:
      return DecodeDomain(arguments);
    case CapType::kIrqControl:
      return DecodeIrqControl(arguments);
    case CapType::kIrqHandler:
      return DecodeIrqHandler(arguments);
    case CapType::kIoPortControl:
      return DecodeIoPortControl(arguments);
    case CapType::kIoPort:
      return DecodeIoPort(arguments);
    case CapType::kFrame:
      return vspace::DecodeFrame(arguments);
    case CapType::kPageTable:
    case CapType::kPageDirectory:
    case CapType::kPdpt:
      return vspace::DecodeTable(arguments);
    case CapType::kPml4:
      return Fail(seL4_IllegalOperation);
    case CapType::kAsidControl:
      return vspace::DecodeAsidControl(arguments);
    case CapType::kAsidPool:
      return vspace::DecodeAsidPool(arguments);
  }
  return FailCapability(0);
}

}  // namespace

Status Invoke(bool blocking, bool call) {
  Tcb &caller = *current;
  const Cptr cptr = caller.context.CapRegister();
  const seL4_MessageInfo_t info = SentMessageInfo(caller);

  Arguments arguments;
  arguments.slot = LookupSlot(caller, cptr);
  if (arguments.slot == nullptr) [[unlikely]] {
    if (blocking) {
      current_fault = {seL4_Fault_CapFault, false, cptr, 0, lookup_failure};
      RaiseFault(caller);
    }
    return Status::kOk;
  }
  arguments.label = seL4_MessageInfo_get_label(info);
  arguments.is_call = call;
  arguments.caller = &caller;
  arguments.buffer = LookupIpcBuffer(caller, false);
  if (LookupExtraCaps(caller, arguments.buffer, info, arguments.extra) != Status::kOk) [[unlikely]] {
    if (blocking) {
      RaiseFault(caller);
    }
    return Status::kOk;
  }
  arguments.length = seL4_MessageInfo_get_length(info);
  if (arguments.buffer == nullptr) {
    arguments.length = Min(arguments.length, kMessageRegisters);
  }

  switch (Dispatch(arguments, blocking)) {
    case Status::kPreempted:
      return Status::kPreempted;
    case Status::kError:
      if (call) {
        ReplyWithError(caller);
      }
      return Status::kOk;
    default:
      break;
  }
  if (caller.state == ThreadState::kRestart) {
    if (call) {
      ReplyWithSuccess(caller);
    }
    caller.state = ThreadState::kRunning;
  }
  return Status::kOk;
}

}  // namespace kernel
