// Plug and play and power requests to a bus (the FDO).

#include "pci.hpp"

#include <bus/lists.hpp>

namespace pcibus {
namespace {

// The bus numbers: of a bridge what its registers say, of a root what it was assigned.
NTSTATUS FindNumbers(Bus *bus, const CM_RESOURCE_LIST *resources) {
  if (bus->bridge != nullptr) {
    const pci::BridgeWindows &windows = bus->bridge->windows;
    if (!windows.Numbered(bus->bridge->bus->number)) {
      return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    bus->number = windows.secondary;
    bus->last = windows.subordinate;
    bus->numbered = true;
    return STATUS_SUCCESS;
  }
  if (resources == nullptr || resources->Count == 0) {
    return STATUS_DEVICE_CONFIGURATION_ERROR;
  }
  const CM_PARTIAL_RESOURCE_LIST &list = resources->List[0].PartialResourceList;
  for (ULONG i = 0; i < list.Count; i += 1) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR &entry = list.PartialDescriptors[i];
    if (entry.Type == CmResourceTypeBusNumber && entry.u.BusNumber.Length != 0 && entry.u.BusNumber.Start < 256) {
      const ULONG last = entry.u.BusNumber.Start + entry.u.BusNumber.Length - 1;
      bus->number = static_cast<UCHAR>(entry.u.BusNumber.Start);
      bus->last = static_cast<UCHAR>(last > 255 ? 255 : last);
      bus->numbered = true;
      return STATUS_SUCCESS;
    }
  }
  return STATUS_DEVICE_CONFIGURATION_ERROR;
}

NTSTATUS StartBus(Bus *bus, PIRP irp) {
  NTSTATUS status = bus::ForwardAndWait(bus->lower, irp);
  if (NT_SUCCESS(status)) {
    status = FindNumbers(bus, IoGetCurrentIrpStackLocation(irp)->Parameters.StartDevice.AllocatedResources);
  }
  if (NT_SUCCESS(status)) {
    bus->Enter(State::kStarted);
  }
  return bus::Complete(irp, status);
}

// Scans and adds every function to the relations that drivers above may have begun.
NTSTATUS AddRelations(Bus *bus, PIRP irp) {
  NTSTATUS status = Scan(bus);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  bus::FastMutexGuard guard(bus->lock);
  auto *before = reinterpret_cast<PDEVICE_RELATIONS>(irp->IoStatus.Information);
  ULONG count = before == nullptr ? 0 : before->Count;
  const ULONG first = count;
  for (const Function *function = bus->functions.First(); function != nullptr; function = function->next) {
    count += function->present ? 1 : 0;
  }
  PDEVICE_RELATIONS relations = bus::NewRelations(count);
  if (relations == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  for (ULONG i = 0; i < first; i += 1) {
    relations->Objects[i] = before->Objects[i];
  }
  relations->Count = first;
  for (Function *function = bus->functions.First(); function != nullptr; function = function->next) {
    function->reported = function->present;
    if (function->present) {
      ObReferenceObject(function->self);
      relations->Objects[relations->Count] = function->self;
      relations->Count += 1;
    }
  }
  if (before != nullptr) {
    ExFreePool(before);
  }
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(relations);
  return STATUS_SUCCESS;
}

void DeleteFunctions(Bus *bus) {
  bus::FastMutexGuard guard(bus->lock);
  while (bus->functions.First() != nullptr) {
    Delete(bus->functions.First());
  }
}

NTSTATUS RemoveBus(Bus *bus, PIRP irp) {
  bus->Enter(State::kRemoved);
  irp->IoStatus.Status = STATUS_SUCCESS;
  const NTSTATUS status = bus::PassDown(bus->lower, irp);
  IoReleaseRemoveLockAndWait(&bus->remove_lock, irp);
  // The functions were removed before the bus was.
  DeleteFunctions(bus);
  IoDetachDevice(bus->lower);
  PDEVICE_OBJECT self = bus->self;
  bus->~Bus();
  IoDeleteDevice(self);
  return status;
}

// The new state of a request that only changes it; nothing for other requests.
std::optional<State> NextState(const Bus *bus, UCHAR minor) {
  switch (minor) {
    case IRP_MN_QUERY_STOP_DEVICE:
      return State::kStopPending;
    case IRP_MN_STOP_DEVICE:
      return State::kStopped;
    case IRP_MN_CANCEL_STOP_DEVICE:
      return bus->state == State::kStopPending ? bus->previous : bus->state;
    case IRP_MN_QUERY_REMOVE_DEVICE:
      return State::kRemovePending;
    case IRP_MN_CANCEL_REMOVE_DEVICE:
      return bus->state == State::kRemovePending ? bus->previous : bus->state;
    case IRP_MN_SURPRISE_REMOVAL:
      return State::kSurpriseRemoved;
    default:
      return {};
  }
}

NTSTATUS Handle(Bus *bus, PIRP irp, bool &handled) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  handled = true;
  switch (stack->MinorFunction) {
    case IRP_MN_QUERY_DEVICE_RELATIONS:
      if (stack->Parameters.QueryDeviceRelations.Type == BusRelations && bus->state == State::kStarted) {
        return AddRelations(bus, irp);
      }
      break;
    default:
      if (const std::optional<State> next = NextState(bus, stack->MinorFunction)) {
        bus->Enter(*next);
        return STATUS_SUCCESS;
      }
      break;
  }
  handled = false;
  return STATUS_SUCCESS;
}

}  // namespace

/// IRP_MJ_PNP at a bus. Statuses: those of the drivers below; STATUS_DELETE_PENDING after removal;
/// STATUS_DEVICE_CONFIGURATION_ERROR when the bus has no number; STATUS_INSUFFICIENT_RESOURCES.
NTSTATUS BusPnp(Bus *bus, PIRP irp) {
  const NTSTATUS locked = IoAcquireRemoveLock(&bus->remove_lock, irp);
  if (!NT_SUCCESS(locked)) {
    return bus::Complete(irp, locked);
  }
  NTSTATUS status;
  switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
      status = StartBus(bus, irp);
      break;
    case IRP_MN_REMOVE_DEVICE:
      return RemoveBus(bus, irp);
    default: {
      bool handled;
      status = Handle(bus, irp, handled);
      if (!NT_SUCCESS(status)) {
        bus::Complete(irp, status, irp->IoStatus.Information);
        break;
      }
      if (handled) {
        irp->IoStatus.Status = STATUS_SUCCESS;
      }
      status = bus::PassDown(bus->lower, irp);
      break;
    }
  }
  IoReleaseRemoveLock(&bus->remove_lock, irp);
  return status;
}

/// IRP_MJ_POWER at a bus: the drivers below decide. Status: theirs, or STATUS_DELETE_PENDING.
NTSTATUS BusPower(Bus *bus, PIRP irp) {
  const NTSTATUS locked = IoAcquireRemoveLock(&bus->remove_lock, irp);
  if (!NT_SUCCESS(locked)) {
    PoStartNextPowerIrp(irp);
    return bus::Complete(irp, locked);
  }
  const NTSTATUS status = bus::PassPowerDown(bus->lower, irp);
  IoReleaseRemoveLock(&bus->remove_lock, irp);
  return status;
}

}  // namespace pcibus
