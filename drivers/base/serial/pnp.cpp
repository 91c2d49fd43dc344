// Ports come and go.

#include <initguid.h>

#include <new>

#include "serial.hpp"

namespace serial {

namespace {

constexpr ULONG kPorts = 256;

struct Assignment {
  ULONGLONG base;
  ULONG length;
  bool memory;
  bool has_registers;
  const CM_PARTIAL_RESOURCE_DESCRIPTOR *interrupt;
};

/// The first range with room for the registers and the first interrupt.
Assignment ReadAssignment(PIO_STACK_LOCATION stack) {
  Assignment assignment{};
  const CM_RESOURCE_LIST *list = stack->Parameters.StartDevice.AllocatedResourcesTranslated;
  if (list == nullptr || list->Count == 0) {
    return assignment;
  }
  const CM_PARTIAL_RESOURCE_LIST &partial = list->List[0].PartialResourceList;
  for (ULONG i = 0; i < partial.Count; i++) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor = partial.PartialDescriptors[i];
    switch (descriptor.Type) {
      case CmResourceTypePort:
      case CmResourceTypeMemory:
        if (!assignment.has_registers && descriptor.u.Port.Length >= kRegisters) {
          assignment.has_registers = true;
          assignment.memory = descriptor.Type == CmResourceTypeMemory;
          assignment.base = static_cast<ULONGLONG>(descriptor.u.Port.Start.QuadPart);
          assignment.length = descriptor.u.Port.Length;
        }
        break;
      case CmResourceTypeInterrupt:
        if (assignment.interrupt == nullptr) {
          assignment.interrupt = &descriptor;
        }
        break;
      default:
        break;
    }
  }
  return assignment;
}

NTSTATUS FindRegisters(Device *device, const Assignment &assignment) {
  Uart &uart = device->line.uart;
  uart.memory = assignment.memory;
  if (!assignment.memory) {
    uart.base = reinterpret_cast<PUCHAR>(static_cast<ULONG_PTR>(assignment.base));
    return STATUS_SUCCESS;
  }
  PHYSICAL_ADDRESS address;
  address.QuadPart = static_cast<LONGLONG>(assignment.base);
  device->mapped = MmMapIoSpace(address, kRegisters, MmNonCached);
  uart.base = static_cast<PUCHAR>(device->mapped);
  return device->mapped == nullptr ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

NTSTATUS ConnectInterrupt(Device *device, const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor) {
  const auto irql = static_cast<KIRQL>(descriptor.u.Interrupt.Level);
  const KINTERRUPT_MODE mode = (descriptor.Flags & CM_RESOURCE_INTERRUPT_LATCHED) != 0 ? Latched : LevelSensitive;
  const NTSTATUS status = IoConnectInterrupt(
      &device->interrupt, InterruptService, device, nullptr, descriptor.u.Interrupt.Vector, irql, irql, mode,
      descriptor.ShareDisposition == CmResourceShareShared, descriptor.u.Interrupt.Affinity, FALSE);
  if (!NT_SUCCESS(status)) {
    device->interrupt = nullptr;
  }
  return status;
}

void StopDevice(Device *device, bool hardware_there) {
  device->started = false;
  Shut(device, hardware_there);
  if (device->interrupt != nullptr) {
    IoDisconnectInterrupt(device->interrupt);
    device->interrupt = nullptr;
  }
  if (device->mapped != nullptr) {
    MmUnmapIoSpace(device->mapped, kRegisters);
    device->mapped = nullptr;
  }
}

/// The lower driver has started. STATUS_DEVICE_CONFIGURATION_ERROR: no registers or no interrupt was given.
NTSTATUS StartDevice(Device *device, PIO_STACK_LOCATION stack) {
  const Assignment assignment = ReadAssignment(stack);
  if (!assignment.has_registers || assignment.interrupt == nullptr) {
    return STATUS_DEVICE_CONFIGURATION_ERROR;
  }
  NTSTATUS status = FindRegisters(device, assignment);
  if (NT_SUCCESS(status)) {
    status = ResetHardware(device);
  }
  if (NT_SUCCESS(status)) {
    status = ConnectInterrupt(device, *assignment.interrupt);
  }
  if (NT_SUCCESS(status)) {
    status = PublishName(device, assignment.base);
  }
  if (!NT_SUCCESS(status)) {
    StopDevice(device, false);
    return status;
  }
  device->started = true;
  IoSetDeviceInterfaceState(&device->interface_name, TRUE);
  return STATUS_SUCCESS;
}

void Withdraw(Device *device) {
  if (device->linked) {
    IoSetDeviceInterfaceState(&device->interface_name, FALSE);
    WithdrawName(device);
  }
}

NTSTATUS PassDown(Device *device, PIRP irp) {
  IoSkipCurrentIrpStackLocation(irp);
  return IoCallDriver(device->lower, irp);
}

NTSTATUS RemoveDevice(Device *device, PIRP irp) {
  Withdraw(device);
  StopDevice(device, true);
  IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
  KeFlushQueuedDpcs();
  irp->IoStatus.Status = STATUS_SUCCESS;
  const NTSTATUS status = PassDown(device, irp);
  IoDetachDevice(device->lower);
  RtlFreeUnicodeString(&device->interface_name);
  IoDeleteDevice(device->self);
  return status;
}

NTSTATUS CreateNumbered(PDRIVER_OBJECT driver, PDEVICE_OBJECT *object, ULONG *number) {
  for (*number = 0; *number < kPorts; ++*number) {
    WCHAR text[kNameLength];
    UNICODE_STRING name{0, sizeof(text), text};
    RtlAppendUnicodeToString(&name, L"\\Device\\Serial");
    WCHAR digits[4];
    UNICODE_STRING suffix{0, sizeof(digits), digits};
    RtlIntegerToUnicodeString(*number, 10, &suffix);
    RtlAppendUnicodeStringToString(&name, &suffix);
    const NTSTATUS status =
        IoCreateDevice(driver, sizeof(Device), &name, FILE_DEVICE_SERIAL_PORT, FILE_DEVICE_SECURE_OPEN, TRUE, object);
    if (status != STATUS_OBJECT_NAME_COLLISION) {
      return status;
    }
  }
  return STATUS_OBJECT_NAME_COLLISION;
}

}  // namespace

/// Makes \Device\SerialN above `physical`. Source: DRIVER_ADD_DEVICE (WDK).
NTSTATUS AddDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
  PDEVICE_OBJECT object = nullptr;
  ULONG number = 0;
  NTSTATUS status = CreateNumbered(driver, &object, &number);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  auto *device = ::new (object->DeviceExtension) Device{};
  device->self = object;
  device->physical = physical;
  device->number = number;
  InitialiseDevice(device);
  status = IoRegisterDeviceInterface(physical, &GUID_DEVINTERFACE_COMPORT, nullptr, &device->interface_name);
  if (NT_SUCCESS(status)) {
    device->lower = IoAttachDeviceToDeviceStack(object, physical);
    status = device->lower == nullptr ? STATUS_NO_SUCH_DEVICE : STATUS_SUCCESS;
  }
  if (!NT_SUCCESS(status)) {
    if (device->interface_name.Buffer != nullptr) {
      RtlFreeUnicodeString(&device->interface_name);
    }
    IoDeleteDevice(object);
    return status;
  }
  object->Flags |= DO_BUFFERED_IO | DO_POWER_PAGABLE;
  object->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
  return STATUS_SUCCESS;
}

NTSTATUS DispatchPnp(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return Complete(irp, status);
  }
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  switch (stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
      status = IoForwardIrpSynchronously(device->lower, irp) ? irp->IoStatus.Status : STATUS_UNSUCCESSFUL;
      if (NT_SUCCESS(status)) {
        status = StartDevice(device, stack);
      }
      Complete(irp, status);
      break;
    case IRP_MN_REMOVE_DEVICE:
      return RemoveDevice(device, irp);
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
      // Somebody has the port open: its bytes must not be lost.
      if (device->opens != 0 && stack->MinorFunction == IRP_MN_QUERY_STOP_DEVICE) {
        status = Complete(irp, STATUS_DEVICE_BUSY);
        break;
      }
      irp->IoStatus.Status = STATUS_SUCCESS;
      status = PassDown(device, irp);
      break;
    case IRP_MN_SURPRISE_REMOVAL:
      Withdraw(device);
      [[fallthrough]];
    case IRP_MN_STOP_DEVICE:
      StopDevice(device, stack->MinorFunction == IRP_MN_STOP_DEVICE);
      [[fallthrough]];
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
      irp->IoStatus.Status = STATUS_SUCCESS;
      [[fallthrough]];
    default:
      status = PassDown(device, irp);
      break;
  }
  IoReleaseRemoveLock(&device->remove_lock, irp);
  return status;
}

NTSTATUS DispatchPower(PDEVICE_OBJECT object, PIRP irp) {
  PoStartNextPowerIrp(irp);
  IoSkipCurrentIrpStackLocation(irp);
  return PoCallDriver(Extension(object)->lower, irp);
}

NTSTATUS DispatchSystemControl(PDEVICE_OBJECT object, PIRP irp) { return PassDown(Extension(object), irp); }

}  // namespace serial
