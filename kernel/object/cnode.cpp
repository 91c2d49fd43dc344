#include "object/cnode.hpp"

#include "api/lookup.hpp"
#include "object/endpoint.hpp"

namespace kernel {
namespace {

/// Copy and mint.
Status Copy(const Arguments &arguments, Slot &source, Slot &destination) {
  const bool mint = arguments.label == CNodeMint;
  if (arguments.length < (mint ? 6u : 5u)) {
    return Fail(seL4_TruncatedMessage);
  }
  Cap cap = MaskRights(source.cap, arguments[4] & kAllRights);
  if (mint) {
    cap = UpdateData(cap, arguments[5], false);
  }
  Cap derived;
  if (const Status status = DeriveCap(source, cap, derived); status != Status::kOk) {
    return status;
  }
  if (derived.IsNull()) {
    return Fail(seL4_IllegalOperation);
  }
  arguments.Commit();
  InsertDerived(derived, source, destination);
  return Status::kOk;
}

/// Move and mutate.
Status Move(const Arguments &arguments, Slot &source, Slot &destination) {
  Cap cap = source.cap;
  if (arguments.label == CNodeMutate) {
    if (arguments.length < 5) {
      return Fail(seL4_TruncatedMessage);
    }
    cap = UpdateData(cap, arguments[4], true);
    if (cap.IsNull()) {
      return Fail(seL4_IllegalOperation);
    }
  }
  arguments.Commit();
  MoveSlot(cap, source, destination);
  return Status::kOk;
}

Status CopyOrMove(const Arguments &arguments, Slot &destination) {
  if (arguments.length < 4 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  if (const Status status = EnsureEmpty(destination); status != Status::kOk) {
    return status;
  }
  Slot *source;
  if (const Status status = LookupSourceSlot(arguments.extra[0]->cap, arguments[2], arguments[3], source);
      status != Status::kOk) {
    return status;
  }
  if (source->Empty()) {
    SetMissingCapability(arguments[3]);
    return FailLookup(true);
  }
  return arguments.label == CNodeCopy || arguments.label == CNodeMint ? Copy(arguments, *source, destination)
                                                                      : Move(arguments, *source, destination);
}

Status Rotate(const Arguments &arguments, Slot &destination) {
  if (arguments.length < 8 || arguments.extra[0] == nullptr || arguments.extra[1] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  Slot *source;
  Slot *pivot;
  if (const Status status = LookupSourceSlot(arguments.extra[1]->cap, arguments[6], arguments[7], source);
      status != Status::kOk) {
    return status;
  }
  if (const Status status = LookupSourceSlot(arguments.extra[0]->cap, arguments[3], arguments[4], pivot);
      status != Status::kOk) {
    return status;
  }
  if (pivot == source || pivot == &destination) {
    return Fail(seL4_IllegalOperation);
  }
  if (source != &destination && !destination.Empty()) {
    return Fail(seL4_DeleteFirst);
  }
  if (source->Empty()) {
    SetMissingCapability(arguments[7]);
    return FailLookup(true);
  }
  if (pivot->Empty()) {
    SetMissingCapability(arguments[4]);
    return FailLookup(false);
  }
  const Cap new_source = UpdateData(source->cap, arguments[5], true);
  const Cap new_pivot = UpdateData(pivot->cap, arguments[2], true);
  if (new_source.IsNull() || new_pivot.IsNull()) {
    return Fail(seL4_IllegalOperation);
  }
  arguments.Commit();
  if (source == &destination) {
    SwapSlots(new_source, *source, new_pivot, *pivot);
  } else {
    MoveSlot(new_pivot, *pivot, destination);
    MoveSlot(new_source, *source, *pivot);
  }
  return Status::kOk;
}

Status SaveCaller(const Arguments &arguments, Slot &destination) {
  if (const Status status = EnsureEmpty(destination); status != Status::kOk) {
    return status;
  }
  arguments.Commit();
  Slot &caller = arguments.caller->slots[kSlotCaller];
  if (!caller.Empty()) {
    MoveSlot(caller.cap, caller, destination);
  }
  return Status::kOk;
}

Status CancelSends(const Arguments &arguments, const Slot &slot) {
  if (!slot.cap.Is(CapType::kEndpoint) || slot.cap.Rights() != kAllRights) {
    return Fail(seL4_IllegalOperation);
  }
  arguments.Commit();
  if (slot.cap.Badge() != 0) {
    CancelBadgedSends(*slot.cap.Object<Endpoint>(), slot.cap.Badge());
  }
  return Status::kOk;
}

}  // namespace

Status DecodeCNode(const Arguments &arguments) {
  if (arguments.label < CNodeRevoke || arguments.label > CNodeSaveCaller) {
    return Fail(seL4_IllegalOperation);
  }
  if (arguments.length < 2) {
    return Fail(seL4_TruncatedMessage);
  }
  Slot *slot;
  if (const Status status = LookupTargetSlot(arguments.slot->cap, arguments[0], arguments[1], slot);
      status != Status::kOk) {
    return status;
  }
  switch (arguments.label) {
    case CNodeRevoke:
      arguments.Commit();
      return Revoke(*slot);
    case CNodeDelete:
      arguments.Commit();
      return DeleteSlot(*slot, true);
    case CNodeCancelBadgedSends:
      return CancelSends(arguments, *slot);
    case CNodeRotate:
      return Rotate(arguments, *slot);
    case CNodeSaveCaller:
      return SaveCaller(arguments, *slot);
    default:
      return CopyOrMove(arguments, *slot);
  }
}

}  // namespace kernel
