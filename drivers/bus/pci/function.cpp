// Plug and play and power requests to a function (the PDO).

#include "pci.hpp"

#include <bus/lists.hpp>

namespace pcibus {
namespace {

// Whether the function still answers as itself.
bool Answers(const Function *function) {
  HalConfig config = function->Config();
  return config.Read32(0) == (function->identity.vendor | std::uint32_t{function->identity.device} << 16);
}

NTSTATUS StartFunction(Function *function, PIRP irp) {
  if (!Answers(function)) {
    // Gone since it was found: the bus is looked at again.
    IoInvalidateDeviceRelations(function->bus->physical, BusRelations);
    return STATUS_NO_SUCH_DEVICE;
  }
  const NTSTATUS status = Start(function, IoGetCurrentIrpStackLocation(irp)->Parameters.StartDevice.AllocatedResources);
  if (NT_SUCCESS(status)) {
    function->Enter(State::kStarted);
  }
  return status;
}

// The PDO stays as long as the function is on its bus; it can be started again.
NTSTATUS RemoveFunction(Function *function) {
  const bool here = function->present && Answers(function);
  if (function->state != State::kSurpriseRemoved && here) {
    Reset(function);
  }
  bus::FastMutexGuard guard(function->bus->lock);
  if (function->present) {
    function->state = State::kNew;
    function->previous = State::kNew;
    return STATUS_SUCCESS;
  }
  Delete(function);
  return STATUS_SUCCESS;
}

NTSTATUS QueryRelations(Function *function, PIRP irp) {
  if (IoGetCurrentIrpStackLocation(irp)->Parameters.QueryDeviceRelations.Type != TargetDeviceRelation) {
    return irp->IoStatus.Status;
  }
  PDEVICE_RELATIONS relations = bus::NewRelations(1);
  if (relations == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  ObReferenceObject(function->self);
  relations->Count = 1;
  relations->Objects[0] = function->self;
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(relations);
  return STATUS_SUCCESS;
}

NTSTATUS TransferConfig(Function *function, PIRP irp, bool write) {
  const auto &wanted = IoGetCurrentIrpStackLocation(irp)->Parameters.ReadWriteConfig;
  irp->IoStatus.Information = 0;
  if (wanted.WhichSpace != PCI_WHICHSPACE_CONFIG) {
    return STATUS_INVALID_DEVICE_REQUEST;
  }
  if (wanted.Buffer == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const ULONG done = write ? WriteConfig(function, wanted.Offset, wanted.Buffer, wanted.Length)
                           : ReadConfig(function, wanted.Offset, wanted.Buffer, wanted.Length);
  irp->IoStatus.Information = done;
  if (done == wanted.Length) {
    return STATUS_SUCCESS;
  }
  return write ? STATUS_ACCESS_DENIED : STATUS_INVALID_PARAMETER;
}

NTSTATUS SurpriseRemove(Function *function) {
  function->Enter(State::kSurpriseRemoved);
  if (Answers(function)) {
    Silence(function);
  }
  return STATUS_SUCCESS;
}

// The requests that only change the state, and those about the device's life.
NTSTATUS HandleState(Function *function, PIRP irp) {
  switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
      return StartFunction(function, irp);
    case IRP_MN_QUERY_STOP_DEVICE:
      function->Enter(State::kStopPending);
      return STATUS_SUCCESS;
    case IRP_MN_CANCEL_STOP_DEVICE:
      if (function->state == State::kStopPending) {
        function->state = function->previous;
      }
      return STATUS_SUCCESS;
    case IRP_MN_STOP_DEVICE:
      Silence(function);
      function->Enter(State::kStopped);
      return STATUS_SUCCESS;
    case IRP_MN_QUERY_REMOVE_DEVICE:
      function->Enter(State::kRemovePending);
      return STATUS_SUCCESS;
    case IRP_MN_CANCEL_REMOVE_DEVICE:
      if (function->state == State::kRemovePending) {
        function->state = function->previous;
      }
      return STATUS_SUCCESS;
    case IRP_MN_SURPRISE_REMOVAL:
      return SurpriseRemove(function);
    case IRP_MN_REMOVE_DEVICE:
      return RemoveFunction(function);
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
      if (!Answers(function)) {
        irp->IoStatus.Information |= PNP_DEVICE_REMOVED;
      }
      return STATUS_SUCCESS;
    case IRP_MN_DEVICE_USAGE_NOTIFICATION:
      return STATUS_SUCCESS;
    default:
      // IRP_MN_EJECT and SET_LOCK: QUERY_CAPABILITIES says that neither can be.
      return irp->IoStatus.Status;
  }
}

NTSTATUS Handle(Function *function, PIRP irp) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  switch (stack->MinorFunction) {
    case IRP_MN_QUERY_ID:
      return QueryId(function, stack->Parameters.QueryId.IdType, irp);
    case IRP_MN_QUERY_DEVICE_TEXT:
      return QueryText(function, stack->Parameters.QueryDeviceText.DeviceTextType, irp);
    case IRP_MN_QUERY_CAPABILITIES:
      return QueryCapabilities(function, stack->Parameters.DeviceCapabilities.Capabilities);
    case IRP_MN_QUERY_BUS_INFORMATION:
      return QueryBusInformation(function, irp);
    case IRP_MN_QUERY_RESOURCES:
      return QueryResources(function, irp);
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
      return QueryRequirements(function, irp);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
      return QueryRelations(function, irp);
    case IRP_MN_QUERY_INTERFACE:
      return QueryInterface(function, irp);
    case IRP_MN_READ_CONFIG:
      return TransferConfig(function, irp, false);
    case IRP_MN_WRITE_CONFIG:
      return TransferConfig(function, irp, true);
    default:
      return HandleState(function, irp);
  }
}

NTSTATUS HandlePower(Function *function, PIRP irp) {
  const auto &power = IoGetCurrentIrpStackLocation(irp)->Parameters.Power;
  switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_QUERY_POWER:
      return STATUS_SUCCESS;
    case IRP_MN_SET_POWER:
      return power.Type == DevicePowerState ? SetPower(function, power.State.DeviceState) : STATUS_SUCCESS;
    default:
      return irp->IoStatus.Status;
  }
}

}  // namespace

/// IRP_MJ_PNP at a function. Statuses: STATUS_NO_SUCH_DEVICE (it does not answer any more),
/// STATUS_INSUFFICIENT_RESOURCES, STATUS_DEVICE_CONFIGURATION_ERROR, STATUS_INVALID_PARAMETER, STATUS_ACCESS_DENIED (a
/// configuration write that is not the driver's), STATUS_INVALID_DEVICE_REQUEST (another space than configuration);
/// unchanged for what it does not have.
NTSTATUS FunctionPnp(Function *function, PIRP irp) {
  // The function may be deleted while its removal is handled: only the IRP is touched afterwards.
  const NTSTATUS status = Handle(function, irp);
  irp->IoStatus.Status = status;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

/// IRP_MJ_POWER at a function. Statuses: those of SetPower; unchanged for what it does not have.
NTSTATUS FunctionPower(Function *function, PIRP irp) {
  const NTSTATUS status = HandlePower(function, irp);
  irp->IoStatus.Status = status;
  PoStartNextPowerIrp(irp);
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

}  // namespace pcibus
