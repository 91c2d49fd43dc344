// acpi.sys: the bus driver of the machine itself. See README.md.

#include "acpi.hpp"

namespace acpibus {
namespace {

DRIVER_DISPATCH DispatchPnp;
DRIVER_DISPATCH DispatchPower;
DRIVER_DISPATCH DispatchOther;
DRIVER_UNLOAD Unload;
DRIVER_ADD_DEVICE AddDevice;

Device *DeviceOf(PDEVICE_OBJECT object) { return static_cast<Device *>(object->DeviceExtension); }

NTSTATUS DispatchPnp(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = DeviceOf(object);
  return device->kind == Kind::kBus ? BusPnp(static_cast<Bus *>(device), irp)
                                    : ChildPnp(static_cast<Child *>(device), irp);
}

NTSTATUS DispatchPower(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = DeviceOf(object);
  return device->kind == Kind::kBus ? BusPower(static_cast<Bus *>(device), irp)
                                    : ChildPower(static_cast<Child *>(device), irp);
}

// Everything else is for the drivers below the bus; a child itself takes no I/O.
NTSTATUS DispatchOther(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = DeviceOf(object);
  if (device->kind == Kind::kChild) {
    return IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_SYSTEM_CONTROL
               ? bus::CompleteUnchanged(irp)
               : bus::Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
  }
  auto *on = static_cast<Bus *>(device);
  const NTSTATUS status = IoAcquireRemoveLock(&on->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return bus::Complete(irp, status);
  }
  const NTSTATUS result = bus::PassDown(on->lower, irp);
  IoReleaseRemoveLock(&on->remove_lock, irp);
  return result;
}

// Every device is deleted by its removal before.
void Unload(PDRIVER_OBJECT) {}

/// Attaches to the root-enumerated device of the machine.
/// Returns what IoCreateDevice failed with, or STATUS_NO_SUCH_DEVICE. Source: DRIVER_ADD_DEVICE (WDK).
NTSTATUS AddDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
  PDEVICE_OBJECT object = nullptr;
  const NTSTATUS status =
      IoCreateDevice(driver, sizeof(Bus), nullptr, FILE_DEVICE_ACPI, FILE_DEVICE_SECURE_OPEN, FALSE, &object);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  Bus *made = new (object->DeviceExtension) Bus;
  made->self = object;
  made->physical = physical;
  IoInitializeRemoveLock(&made->remove_lock, kTag, 0, 0);
  ExInitializeFastMutex(&made->lock);
  made->lower = IoAttachDeviceToDeviceStack(object, physical);
  if (made->lower == nullptr) {
    IoDeleteDevice(object);
    return STATUS_NO_SUCH_DEVICE;
  }
  object->Flags |= made->lower->Flags & DO_POWER_PAGABLE;
  object->Flags &= ~ULONG{DO_DEVICE_INITIALIZING};
  return STATUS_SUCCESS;
}

}  // namespace
}  // namespace acpibus

extern "C" DRIVER_INITIALIZE DriverEntry;

/// Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  for (PDRIVER_DISPATCH &routine : driver->MajorFunction) {
    routine = acpibus::DispatchOther;
  }
  driver->MajorFunction[IRP_MJ_PNP] = acpibus::DispatchPnp;
  driver->MajorFunction[IRP_MJ_POWER] = acpibus::DispatchPower;
  driver->DriverExtension->AddDevice = acpibus::AddDevice;
  driver->DriverUnload = acpibus::Unload;
  return STATUS_SUCCESS;
}
