// Plug and play and power requests to a device of the machine (the PDO).

#include "acpi.hpp"

#include <bus/lists.hpp>

namespace acpibus {
namespace {

// The PDO stays as long as its device is there; it can be started again.
NTSTATUS RemoveChild(Child *child) {
  bus::FastMutexGuard guard(child->bus->lock);
  if (child->present) {
    child->state = State::kNew;
    child->previous = State::kNew;
  } else {
    Delete(child);
  }
  return STATUS_SUCCESS;
}

NTSTATUS QueryRelations(Child *child, PIRP irp) {
  if (IoGetCurrentIrpStackLocation(irp)->Parameters.QueryDeviceRelations.Type != TargetDeviceRelation) {
    return irp->IoStatus.Status;
  }
  PDEVICE_RELATIONS relations = bus::NewRelations(1);
  if (relations == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  ObReferenceObject(child->self);
  relations->Count = 1;
  relations->Objects[0] = child->self;
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(relations);
  return STATUS_SUCCESS;
}

NTSTATUS HandleState(Child *child, PIRP irp) {
  switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
      // The hardware is where it is: nothing to set.
      child->Enter(State::kStarted);
      return STATUS_SUCCESS;
    case IRP_MN_QUERY_STOP_DEVICE:
      child->Enter(State::kStopPending);
      return STATUS_SUCCESS;
    case IRP_MN_CANCEL_STOP_DEVICE:
      child->Cancel(State::kStopPending);
      return STATUS_SUCCESS;
    case IRP_MN_STOP_DEVICE:
      child->Enter(State::kStopped);
      return STATUS_SUCCESS;
    case IRP_MN_QUERY_REMOVE_DEVICE:
      child->Enter(State::kRemovePending);
      return STATUS_SUCCESS;
    case IRP_MN_CANCEL_REMOVE_DEVICE:
      child->Cancel(State::kRemovePending);
      return STATUS_SUCCESS;
    case IRP_MN_SURPRISE_REMOVAL:
      child->Enter(State::kSurpriseRemoved);
      return STATUS_SUCCESS;
    case IRP_MN_REMOVE_DEVICE:
      return RemoveChild(child);
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
      return STATUS_SUCCESS;
    default:
      // IRP_MN_EJECT and SET_LOCK: QUERY_CAPABILITIES says that neither can be. There is no configuration space.
      return irp->IoStatus.Status;
  }
}

NTSTATUS Handle(Child *child, PIRP irp) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  switch (stack->MinorFunction) {
    case IRP_MN_QUERY_ID:
      return QueryId(child, stack->Parameters.QueryId.IdType, irp);
    case IRP_MN_QUERY_DEVICE_TEXT:
      return QueryText(child, stack->Parameters.QueryDeviceText.DeviceTextType, irp);
    case IRP_MN_QUERY_CAPABILITIES:
      return QueryCapabilities(child, stack->Parameters.DeviceCapabilities.Capabilities);
    case IRP_MN_QUERY_BUS_INFORMATION:
      return QueryBusInformation(irp);
    case IRP_MN_QUERY_RESOURCES:
      return QueryResources(child, irp);
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
      return QueryRequirements(child, irp);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
      return QueryRelations(child, irp);
    default:
      return HandleState(child, irp);
  }
}

}  // namespace

/// IRP_MJ_PNP at a device. Statuses: STATUS_INSUFFICIENT_RESOURCES, STATUS_UNSUCCESSFUL (capabilities of an unknown
/// version); unchanged for what it does not have.
NTSTATUS ChildPnp(Child *child, PIRP irp) {
  // The child may be deleted while its removal is handled: only the IRP is touched afterwards.
  const NTSTATUS status = Handle(child, irp);
  irp->IoStatus.Status = status;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

/// IRP_MJ_POWER at a device: without AML its power cannot be switched, so every state is as good as D0.
NTSTATUS ChildPower(Child *child, PIRP irp) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  NTSTATUS status = irp->IoStatus.Status;
  switch (stack->MinorFunction) {
    case IRP_MN_SET_POWER:
      if (stack->Parameters.Power.Type == DevicePowerState) {
        PoSetPowerState(child->self, DevicePowerState, stack->Parameters.Power.State);
      }
      [[fallthrough]];
    case IRP_MN_QUERY_POWER:
      status = STATUS_SUCCESS;
      break;
    default:
      break;
  }
  irp->IoStatus.Status = status;
  PoStartNextPowerIrp(irp);
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

}  // namespace acpibus
