// ioctl.sys: buffered and direct requests, no hardware.

#include <ntddk.h>

#include "ioctl.h"

static const WCHAR kDeviceName[] = L"\\Device\\IoctlExample";
static const WCHAR kLinkName[] = L"\\DosDevices\\IoctlExample";

typedef struct DEVICE {
  volatile LONG sum;
} DEVICE;

DRIVER_INITIALIZE DriverEntry;
static DRIVER_UNLOAD Unload;
static DRIVER_DISPATCH DispatchOpen;
static DRIVER_DISPATCH DispatchControl;

static NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = NT_SUCCESS(status) ? information : 0;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

static NTSTATUS DispatchOpen(PDEVICE_OBJECT self, PIRP irp) {
  UNREFERENCED_PARAMETER(self);
  return Complete(irp, STATUS_SUCCESS, 0);
}

// METHOD_BUFFERED: one buffer for both, as long as the longer one.
static NTSTATUS Reverse(PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information) {
  ULONG length = stack->Parameters.DeviceIoControl.InputBufferLength;
  if (length == 0 || stack->Parameters.DeviceIoControl.OutputBufferLength < length) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  PUCHAR bytes = irp->AssociatedIrp.SystemBuffer;
  for (ULONG i = 0, j = length - 1; i < j; i++, j--) {
    UCHAR byte = bytes[i];
    bytes[i] = bytes[j];
    bytes[j] = byte;
  }
  *information = length;
  return STATUS_SUCCESS;
}

static NTSTATUS Latest(const DEVICE *device, PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information) {
  if (stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(LONG)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  *(LONG *)irp->AssociatedIrp.SystemBuffer = device->sum;
  *information = sizeof(LONG);
  return STATUS_SUCCESS;
}

// METHOD_IN_DIRECT and METHOD_OUT_DIRECT: the caller's pages, locked, by an MDL. None when the length is 0.
static NTSTATUS MapDirect(PIRP irp, PUCHAR *bytes) {
  if (irp->MdlAddress == NULL) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  *bytes = MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority | MdlMappingNoExecute);
  return *bytes == NULL ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

static NTSTATUS Sum(DEVICE *device, PIRP irp, ULONG_PTR *information) {
  PUCHAR bytes;
  NTSTATUS status = MapDirect(irp, &bytes);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  ULONG length = MmGetMdlByteCount(irp->MdlAddress);
  ULONG sum = 0;
  for (ULONG i = 0; i < length; i++) {
    sum += bytes[i];
  }
  InterlockedExchange(&device->sum, (LONG)sum);
  *information = length;
  return STATUS_SUCCESS;
}

static NTSTATUS Fill(PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information) {
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  PUCHAR bytes;
  NTSTATUS status = MapDirect(irp, &bytes);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  ULONG first = *(ULONG *)irp->AssociatedIrp.SystemBuffer;
  ULONG length = MmGetMdlByteCount(irp->MdlAddress);
  for (ULONG i = 0; i < length; i++) {
    bytes[i] = (UCHAR)(first + i);
  }
  *information = length;
  return STATUS_SUCCESS;
}

static NTSTATUS DispatchControl(PDEVICE_OBJECT self, PIRP irp) {
  DEVICE *device = self->DeviceExtension;
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  ULONG_PTR information = 0;
  NTSTATUS status;
  switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_EXAMPLE_REVERSE:
      status = Reverse(irp, stack, &information);
      break;
    case IOCTL_EXAMPLE_SUM:
      status = Sum(device, irp, &information);
      break;
    case IOCTL_EXAMPLE_LATEST:
      status = Latest(device, irp, stack, &information);
      break;
    case IOCTL_EXAMPLE_FILL:
      status = Fill(irp, stack, &information);
      break;
    default:
      status = STATUS_INVALID_DEVICE_REQUEST;
  }
  return Complete(irp, status, information);
}

static void Unload(PDRIVER_OBJECT driver) {
  UNICODE_STRING link;
  RtlInitUnicodeString(&link, kLinkName);
  IoDeleteSymbolicLink(&link);
  IoDeleteDevice(driver->DeviceObject);
}

NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path) {
  UNREFERENCED_PARAMETER(path);
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
  status = IoCreateSymbolicLink(&link, &name);
  if (!NT_SUCCESS(status)) {
    IoDeleteDevice(self);
    return status;
  }
  driver->DriverUnload = Unload;
  driver->MajorFunction[IRP_MJ_CREATE] = DispatchOpen;
  driver->MajorFunction[IRP_MJ_CLEANUP] = DispatchOpen;
  driver->MajorFunction[IRP_MJ_CLOSE] = DispatchOpen;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
  return STATUS_SUCCESS;
}
