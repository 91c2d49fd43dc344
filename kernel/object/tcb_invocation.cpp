// TCB invocations that set a thread's spaces, priorities and notification.
#include "object/tcb_invocation.hpp"

#include "object/notification.hpp"
#include "sched/scheduler.hpp"
#include "vspace/vspace.hpp"

namespace kernel {
namespace {

/// Capabilities to be put into a TCB, checked; null source: leave the slot empty.
struct NewSlot {
  Slot *source = nullptr;
  Cap cap{};
};

Status CheckPriority(Word priority, const Tcb &authority) {
  return priority > authority.max_priority ? FailRange(seL4_MinPrio, authority.max_priority) : Status::kOk;
}

Status CheckBuffer(Slot &source, Vaddr address, NewSlot &buffer) {
  if (address == 0) {
    return Status::kOk;
  }
  buffer.source = &source;
  if (const Status status = DeriveCap(source, source.cap, buffer.cap); status != Status::kOk) {
    return status;
  }
  if (!buffer.cap.Is(CapType::kFrame) || buffer.cap.FrameDevice()) {
    return Fail(seL4_IllegalOperation);
  }
  return (address & Mask(seL4_IPCBufferSizeBits)) != 0 ? Fail(seL4_AlignmentError) : Status::kOk;
}

/// A CNode or VSpace argument: its data applied, derived.
Status CheckSpace(Slot &source, Word data, NewSlot &space) {
  space.source = &source;
  const Cap cap = data != 0 ? UpdateData(source.cap, data, false) : source.cap;
  return DeriveCap(source, cap, space.cap);
}

/// Would emptying the slot take a CNode or TCB down? That may be long and is not for these invocations.
bool LongDelete(const Slot &slot) {
  const bool large = slot.cap.Is(CapType::kZombie) || slot.cap.Is(CapType::kThread) || slot.cap.Is(CapType::kCNode);
  return large && IsFinal(slot);
}

Status CheckSpaces(const Arguments &arguments, Tcb &tcb, Word cspace_data, Word vspace_data, NewSlot &cspace,
                   NewSlot &vspace) {
  if (LongDelete(tcb.slots[kSlotCSpace]) || LongDelete(tcb.slots[kSlotVSpace])) {
    return Fail(seL4_IllegalOperation);
  }
  if (const Status status = CheckSpace(*arguments.extra[0], cspace_data, cspace); status != Status::kOk) {
    return status;
  }
  if (!cspace.cap.Is(CapType::kCNode)) {
    return Fail(seL4_IllegalOperation);
  }
  if (const Status status = CheckSpace(*arguments.extra[1], vspace_data, vspace); status != Status::kOk) {
    return status;
  }
  return vspace.cap.Is(CapType::kPml4) && vspace.cap.Mapped() ? Status::kOk : Fail(seL4_IllegalOperation);
}

/// Replaces a slot of the TCB. The deletion may have taken the new capability's source or the TCB along.
Status Replace(const Arguments &arguments, Tcb &tcb, TcbSlot index, const NewSlot &content) {
  Slot &slot = tcb.slots[index];
  if (const Status status = DeleteSlot(slot, true); status != Status::kOk) {
    return status;
  }
  if (content.source != nullptr && SameObject(content.cap, content.source->cap) &&
      SameObject(Cap::ForObject(CapType::kThread, &tcb), arguments.slot->cap)) {
    InsertDerived(content.cap, *content.source, slot);
  }
  return Status::kOk;
}

Status SetSpaces(const Arguments &arguments, Tcb &tcb, const NewSlot &cspace, const NewSlot &vspace) {
  if (const Status status = Replace(arguments, tcb, kSlotCSpace, cspace); status != Status::kOk) {
    return status;
  }
  if (const Status status = Replace(arguments, tcb, kSlotVSpace, vspace); status != Status::kOk) {
    return status;
  }
  if (&tcb == current) {
    RescheduleRequired();
  }
  return Status::kOk;
}

Status SetBuffer(const Arguments &arguments, Tcb &tcb, Vaddr address, const NewSlot &buffer) {
  if (const Status status = Replace(arguments, tcb, kSlotBuffer, buffer); status != Status::kOk) {
    return status;
  }
  tcb.ipc_buffer = address;
  return Status::kOk;
}

Status Configure(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 4 || arguments.extra[0] == nullptr || arguments.extra[1] == nullptr ||
      arguments.extra[2] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Cptr fault_handler = arguments[0];
  const Vaddr address = arguments[3];
  NewSlot cspace, vspace, buffer;
  if (const Status status = CheckBuffer(*arguments.extra[2], address, buffer); status != Status::kOk) {
    return status;
  }
  if (const Status status = CheckSpaces(arguments, tcb, arguments[1], arguments[2], cspace, vspace);
      status != Status::kOk) {
    return status;
  }
  arguments.Commit();
  tcb.fault_handler = fault_handler;
  if (const Status status = SetSpaces(arguments, tcb, cspace, vspace); status != Status::kOk) {
    return status;
  }
  return SetBuffer(arguments, tcb, address, buffer);
}

Status SetSpace(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 3 || arguments.extra[0] == nullptr || arguments.extra[1] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Cptr fault_handler = arguments[0];
  NewSlot cspace, vspace;
  if (const Status status = CheckSpaces(arguments, tcb, arguments[1], arguments[2], cspace, vspace);
      status != Status::kOk) {
    return status;
  }
  arguments.Commit();
  tcb.fault_handler = fault_handler;
  return SetSpaces(arguments, tcb, cspace, vspace);
}

Status SetIpcBuffer(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 1 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  NewSlot buffer;
  const Vaddr address = arguments[0];
  if (const Status status = CheckBuffer(*arguments.extra[0], address, buffer); status != Status::kOk) {
    return status;
  }
  arguments.Commit();
  return SetBuffer(arguments, tcb, address, buffer);
}

/// SetPriority, SetMCPriority and SetSchedParams.
Status SetPriorities(const Arguments &arguments, Tcb &tcb) {
  const bool both = arguments.label == TCBSetSchedParams;
  if (arguments.length < (both ? 2u : 1u) || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Cap &authority_cap = arguments.extra[0]->cap;
  if (!authority_cap.Is(CapType::kThread)) {
    return FailCapability(1);
  }
  const Tcb &authority = *authority_cap.Object<Tcb>();
  const Word first = arguments[0], second = arguments[1];
  if (const Status status = CheckPriority(first, authority); status != Status::kOk) {
    return status;
  }
  if (both) {
    if (const Status status = CheckPriority(second, authority); status != Status::kOk) {
      return status;
    }
  }
  arguments.Commit();
  if (both || arguments.label == TCBSetMCPriority) {
    tcb.max_priority = static_cast<uint8_t>(first);
  }
  if (both || arguments.label == TCBSetPriority) {
    SetPriority(tcb, both ? second : first);
  }
  return Status::kOk;
}

Status BindNotification(const Arguments &arguments, Tcb &tcb) {
  if (arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Cap &cap = arguments.extra[0]->cap;
  if (tcb.bound_notification != nullptr || !cap.Is(CapType::kNotification) || !cap.CanReceive()) {
    return Fail(seL4_IllegalOperation);
  }
  Notification &notification = *cap.Object<Notification>();
  if (notification.GetState() == Notification::State::kWaiting || notification.bound != nullptr) {
    return Fail(seL4_IllegalOperation);
  }
  arguments.Commit();
  Bind(tcb, notification);
  return Status::kOk;
}

}  // namespace

Status DecodeTcb(const Arguments &arguments) {
  Tcb &tcb = *arguments.slot->cap.Object<Tcb>();
  switch (arguments.label) {
    case TCBReadRegisters:
      return DecodeReadRegisters(arguments, tcb);
    case TCBWriteRegisters:
      return DecodeWriteRegisters(arguments, tcb);
    case TCBCopyRegisters:
      return DecodeCopyRegisters(arguments, tcb);
    case TCBConfigure:
      return Configure(arguments, tcb);
    case TCBSetPriority:
    case TCBSetMCPriority:
    case TCBSetSchedParams:
      return SetPriorities(arguments, tcb);
    case TCBSetIPCBuffer:
      return SetIpcBuffer(arguments, tcb);
    case TCBSetSpace:
      return SetSpace(arguments, tcb);
    case TCBSuspend:
      arguments.Commit();
      Suspend(tcb);
      return Status::kOk;
    case TCBResume:
      arguments.Commit();
      Restart(tcb);
      return Status::kOk;
    case TCBBindNotification:
      return BindNotification(arguments, tcb);
    case TCBUnbindNotification:
      if (tcb.bound_notification == nullptr) {
        return Fail(seL4_IllegalOperation);
      }
      arguments.Commit();
      Unbind(tcb);
      return Status::kOk;
    case TCBSetTLSBase:
      return DecodeSetTlsBase(arguments, tcb);
    case TCBSetFlags:
      return DecodeSetFlags(arguments, tcb);
    default:
      return Fail(seL4_IllegalOperation);
  }
}

}  // namespace kernel
