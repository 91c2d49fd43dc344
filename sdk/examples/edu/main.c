// Entry point, plug and play.

#include "edu.h"

#define TAG 'udeE'

static const WCHAR kDeviceName[] = L"\\Device\\Edu0";
static const WCHAR kLinkName[] = L"\\DosDevices\\Edu0";

static DRIVER_ADD_DEVICE AddDevice;
static DRIVER_UNLOAD Unload;
static DRIVER_DISPATCH DispatchPnp;
static DRIVER_DISPATCH DispatchPower;
static DRIVER_DISPATCH DispatchSystemControl;
DRIVER_INITIALIZE DriverEntry;

static NTSTATUS AddDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
  UNICODE_STRING name;
  UNICODE_STRING link;
  RtlInitUnicodeString(&name, kDeviceName);
  RtlInitUnicodeString(&link, kLinkName);
  PDEVICE_OBJECT self;
  NTSTATUS status =
      IoCreateDevice(driver, sizeof(DEVICE), &name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &self);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  DEVICE *device = self->DeviceExtension;
  RtlZeroMemory(device, sizeof(*device));
  device->self = self;
  device->physical = physical;
  IoInitializeRemoveLock(&device->remove_lock, TAG, 0, 0);
  KeInitializeEvent(&device->idle, SynchronizationEvent, TRUE);
  KeInitializeEvent(&device->done, SynchronizationEvent, FALSE);
  device->lower = IoAttachDeviceToDeviceStack(self, physical);
  status = device->lower == NULL ? STATUS_NO_SUCH_DEVICE : IoCreateSymbolicLink(&link, &name);
  if (!NT_SUCCESS(status)) {
    if (device->lower != NULL) {
      IoDetachDevice(device->lower);
    }
    IoDeleteDevice(self);
    return status;
  }
  self->Flags |= device->lower->Flags & DO_POWER_PAGABLE;
  self->Flags &= ~(ULONG)DO_DEVICE_INITIALIZING;
  return STATUS_SUCCESS;
}

// No operation runs from here on, and none begins.
static void Halt(DEVICE *device) {
  KeWaitForSingleObject(&device->idle, Executive, KernelMode, FALSE, NULL);
  device->started = FALSE;
  KeSetEvent(&device->idle, IO_NO_INCREMENT, FALSE);
  StopHardware(device);
}

static NTSTATUS Start(DEVICE *device, PIRP irp) {
  NTSTATUS status = STATUS_UNSUCCESSFUL;
  if (IoForwardIrpSynchronously(device->lower, irp)) {
    status = irp->IoStatus.Status;
  }
  if (NT_SUCCESS(status)) {
    status =
        StartHardware(device, IoGetCurrentIrpStackLocation(irp)->Parameters.StartDevice.AllocatedResourcesTranslated);
    device->started = NT_SUCCESS(status);
  }
  irp->IoStatus.Status = status;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

static NTSTATUS Remove(DEVICE *device, PIRP irp) {
  Halt(device);
  irp->IoStatus.Status = STATUS_SUCCESS;
  IoSkipCurrentIrpStackLocation(irp);
  NTSTATUS status = IoCallDriver(device->lower, irp);
  IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
  UNICODE_STRING link;
  RtlInitUnicodeString(&link, kLinkName);
  IoDeleteSymbolicLink(&link);
  IoDetachDevice(device->lower);
  IoDeleteDevice(device->self);
  return status;
}

static NTSTATUS DispatchPnp(PDEVICE_OBJECT self, PIRP irp) {
  DEVICE *device = self->DeviceExtension;
  NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    irp->IoStatus.Status = status;
    IoCompleteRequest(irp, IO_NO_INCREMENT);
    return status;
  }
  switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
    case IRP_MN_START_DEVICE:
      status = Start(device, irp);
      break;
    case IRP_MN_REMOVE_DEVICE:
      return Remove(device, irp);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
      Halt(device);
      // fall through
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
      irp->IoStatus.Status = STATUS_SUCCESS;
      // fall through
    default:
      IoSkipCurrentIrpStackLocation(irp);
      status = IoCallDriver(device->lower, irp);
  }
  IoReleaseRemoveLock(&device->remove_lock, irp);
  return status;
}

static NTSTATUS DispatchPower(PDEVICE_OBJECT self, PIRP irp) {
  DEVICE *device = self->DeviceExtension;
  PoStartNextPowerIrp(irp);
  IoSkipCurrentIrpStackLocation(irp);
  return PoCallDriver(device->lower, irp);
}

static NTSTATUS DispatchSystemControl(PDEVICE_OBJECT self, PIRP irp) {
  DEVICE *device = self->DeviceExtension;
  IoSkipCurrentIrpStackLocation(irp);
  return IoCallDriver(device->lower, irp);
}

static void Unload(PDRIVER_OBJECT driver) { UNREFERENCED_PARAMETER(driver); }

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path) {
  UNREFERENCED_PARAMETER(path);
  driver->DriverExtension->AddDevice = AddDevice;
  driver->DriverUnload = Unload;
  driver->MajorFunction[IRP_MJ_CREATE] = DispatchOpen;
  driver->MajorFunction[IRP_MJ_CLEANUP] = DispatchOpen;
  driver->MajorFunction[IRP_MJ_CLOSE] = DispatchOpen;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
  driver->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
  driver->MajorFunction[IRP_MJ_POWER] = DispatchPower;
  driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = DispatchSystemControl;
  return STATUS_SUCCESS;
}
