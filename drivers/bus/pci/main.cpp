// pci.sys: the PCI bus driver. See README.md.

#include "pci.hpp"

namespace pcibus {
namespace {

DRIVER_DISPATCH DispatchPnp;
DRIVER_DISPATCH DispatchPower;
DRIVER_DISPATCH DispatchOther;
DRIVER_UNLOAD Unload;

Device *DeviceOf(PDEVICE_OBJECT object) { return static_cast<Device *>(object->DeviceExtension); }

NTSTATUS DispatchPnp(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = DeviceOf(object);
  return device->kind == Kind::kBus ? BusPnp(static_cast<Bus *>(device), irp)
                                    : FunctionPnp(static_cast<Function *>(device), irp);
}

NTSTATUS DispatchPower(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = DeviceOf(object);
  return device->kind == Kind::kBus ? BusPower(static_cast<Bus *>(device), irp)
                                    : FunctionPower(static_cast<Function *>(device), irp);
}

// Everything else is for the drivers below a bus; a function itself takes no I/O.
NTSTATUS DispatchOther(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = DeviceOf(object);
  const UCHAR major = IoGetCurrentIrpStackLocation(irp)->MajorFunction;
  if (device->kind == Kind::kFunction) {
    return major == IRP_MJ_SYSTEM_CONTROL ? bus::CompleteUnchanged(irp)
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

}  // namespace

/// Attaches a bus to `physical`: a root that acpi.sys found, or one of our own bridges.
/// Returns what IoCreateDevice failed with, or STATUS_NO_SUCH_DEVICE. Source: DRIVER_ADD_DEVICE (WDK).
NTSTATUS AddDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
  PDEVICE_OBJECT object = nullptr;
  const NTSTATUS status =
      IoCreateDevice(driver, sizeof(Bus), nullptr, FILE_DEVICE_BUS_EXTENDER, FILE_DEVICE_SECURE_OPEN, FALSE, &object);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  Bus *made = new (object->DeviceExtension) Bus;
  made->self = object;
  made->physical = physical;
  IoInitializeRemoveLock(&made->remove_lock, kTag, 0, 0);
  ExInitializeFastMutex(&made->lock);
  if (physical->DriverObject == driver) {
    made->bridge = static_cast<Function *>(DeviceOf(physical));
  }
  made->lower = IoAttachDeviceToDeviceStack(object, physical);
  if (made->lower == nullptr) {
    IoDeleteDevice(object);
    return STATUS_NO_SUCH_DEVICE;
  }
  object->Flags |= made->lower->Flags & DO_POWER_PAGABLE;
  object->Flags &= ~ULONG{DO_DEVICE_INITIALIZING};
  return STATUS_SUCCESS;
}

}  // namespace pcibus

extern "C" DRIVER_INITIALIZE DriverEntry;

/// Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  for (PDRIVER_DISPATCH &routine : driver->MajorFunction) {
    routine = pcibus::DispatchOther;
  }
  driver->MajorFunction[IRP_MJ_PNP] = pcibus::DispatchPnp;
  driver->MajorFunction[IRP_MJ_POWER] = pcibus::DispatchPower;
  driver->DriverExtension->AddDevice = pcibus::AddDevice;
  driver->DriverUnload = pcibus::Unload;
  return STATUS_SUCCESS;
}
