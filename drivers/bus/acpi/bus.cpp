// Plug and play requests to the machine's bus (the FDO).

#include "acpi.hpp"

namespace acpibus {
namespace {

NTSTATUS StartBus(Bus *bus, PIRP irp) {
  const NTSTATUS status = bus::ForwardAndWait(bus->lower, irp);
  if (NT_SUCCESS(status)) {
    bus->registers.Assign(IoGetCurrentIrpStackLocation(irp)->Parameters.StartDevice.AllocatedResourcesTranslated);
    bus->machine = ReadMachine();
    EnableAcpiMode(bus);
    bus->Enter(State::kStarted);
  }
  return bus::Complete(irp, status);
}

NTSTATUS RemoveBus(Bus *bus, PIRP irp) {
  bus->Enter(State::kRemoved);
  bus->registers.Release();
  irp->IoStatus.Status = STATUS_SUCCESS;
  const NTSTATUS status = bus::PassDown(bus->lower, irp);
  IoReleaseRemoveLockAndWait(&bus->remove_lock, irp);
  {
    // The children were removed before.
    bus::FastMutexGuard guard(bus->lock);
    while (bus->children.First() != nullptr) {
      Delete(bus->children.First());
    }
  }
  IoDetachDevice(bus->lower);
  PDEVICE_OBJECT self = bus->self;
  bus->~Bus();
  IoDeleteDevice(self);
  return status;
}

// What is done before the IRP goes on down; STATUS_NOT_SUPPORTED: nothing, its status stays.
NTSTATUS Handle(Bus *bus, PIRP irp) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  switch (stack->MinorFunction) {
    case IRP_MN_QUERY_DEVICE_RELATIONS:
      if (stack->Parameters.QueryDeviceRelations.Type == BusRelations && bus->state == State::kStarted) {
        return QueryBusRelations(bus, irp);
      }
      return STATUS_NOT_SUPPORTED;
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
      irp->IoStatus.Information |= PNP_DEVICE_NOT_DISABLEABLE;
      return STATUS_SUCCESS;
    case IRP_MN_QUERY_STOP_DEVICE:
      bus->Enter(State::kStopPending);
      return STATUS_SUCCESS;
    case IRP_MN_CANCEL_STOP_DEVICE:
      bus->Cancel(State::kStopPending);
      return STATUS_SUCCESS;
    case IRP_MN_STOP_DEVICE:
      bus->registers.Release();
      bus->Enter(State::kStopped);
      return STATUS_SUCCESS;
    case IRP_MN_QUERY_REMOVE_DEVICE:
      bus->Enter(State::kRemovePending);
      return STATUS_SUCCESS;
    case IRP_MN_CANCEL_REMOVE_DEVICE:
      bus->Cancel(State::kRemovePending);
      return STATUS_SUCCESS;
    case IRP_MN_SURPRISE_REMOVAL:
      bus->registers.Release();
      bus->Enter(State::kSurpriseRemoved);
      return STATUS_SUCCESS;
    default:
      return STATUS_NOT_SUPPORTED;
  }
}

}  // namespace

/// IRP_MJ_PNP at the bus. Statuses: those of the driver below; STATUS_DELETE_PENDING after removal;
/// STATUS_INSUFFICIENT_RESOURCES.
NTSTATUS BusPnp(Bus *bus, PIRP irp) {
  NTSTATUS status = IoAcquireRemoveLock(&bus->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return bus::Complete(irp, status);
  }
  switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
      status = StartBus(bus, irp);
      break;
    case IRP_MN_REMOVE_DEVICE:
      return RemoveBus(bus, irp);
    default:
      status = Handle(bus, irp);
      if (!NT_SUCCESS(status) && status != STATUS_NOT_SUPPORTED) {
        bus::Complete(irp, status, irp->IoStatus.Information);
        break;
      }
      if (NT_SUCCESS(status)) {
        irp->IoStatus.Status = status;
      }
      status = bus::PassDown(bus->lower, irp);
      break;
  }
  IoReleaseRemoveLock(&bus->remove_lock, irp);
  return status;
}

}  // namespace acpibus
