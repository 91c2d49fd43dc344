// null.sys: \Device\Null, which swallows what is written and has nothing to read.

#include <ntddk.h>

namespace {

constexpr wchar_t kDeviceName[] = L"\\Device\\Null";
constexpr wchar_t kLinkName[] = L"\\DosDevices\\NUL";

constexpr UCHAR kServed[] = {IRP_MJ_CREATE,       IRP_MJ_CLEANUP, IRP_MJ_CLOSE, IRP_MJ_FLUSH_BUFFERS,
                             IRP_MJ_LOCK_CONTROL, IRP_MJ_READ,    IRP_MJ_WRITE, IRP_MJ_QUERY_INFORMATION};

DRIVER_DISPATCH Dispatch;
DRIVER_UNLOAD Unload;

NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

// The file looks empty: sizes and position are 0 whatever was written.
// Source: ZwQueryInformationFile, FILE_STANDARD_INFORMATION, FILE_POSITION_INFORMATION (WDK).
NTSTATUS QueryInformation(PIRP irp, PIO_STACK_LOCATION stack) {
  void *buffer = irp->AssociatedIrp.SystemBuffer;
  const ULONG length = stack->Parameters.QueryFile.Length;
  switch (stack->Parameters.QueryFile.FileInformationClass) {
    case FileStandardInformation: {
      if (length < sizeof(FILE_STANDARD_INFORMATION)) {
        return Complete(irp, STATUS_INFO_LENGTH_MISMATCH, 0);
      }
      auto *information = static_cast<FILE_STANDARD_INFORMATION *>(buffer);
      RtlZeroMemory(information, sizeof(*information));
      information->NumberOfLinks = 1;
      return Complete(irp, STATUS_SUCCESS, sizeof(*information));
    }
    case FilePositionInformation: {
      if (length < sizeof(FILE_POSITION_INFORMATION)) {
        return Complete(irp, STATUS_INFO_LENGTH_MISMATCH, 0);
      }
      auto *information = static_cast<FILE_POSITION_INFORMATION *>(buffer);
      information->CurrentByteOffset.QuadPart = 0;
      return Complete(irp, STATUS_SUCCESS, sizeof(*information));
    }
    default:
      return Complete(irp, STATUS_INVALID_INFO_CLASS, 0);
  }
}

NTSTATUS Dispatch(PDEVICE_OBJECT, PIRP irp) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  switch (stack->MajorFunction) {
    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
    case IRP_MJ_FLUSH_BUFFERS:
    case IRP_MJ_LOCK_CONTROL:
      return Complete(irp, STATUS_SUCCESS, 0);
    case IRP_MJ_READ:
      return Complete(irp, STATUS_END_OF_FILE, 0);
    case IRP_MJ_WRITE:
      return Complete(irp, STATUS_SUCCESS, stack->Parameters.Write.Length);
    case IRP_MJ_QUERY_INFORMATION:
      return QueryInformation(irp, stack);
    default:
      return Complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
}

void Unload(PDRIVER_OBJECT driver) {
  UNICODE_STRING link;
  RtlInitUnicodeString(&link, kLinkName);
  IoDeleteSymbolicLink(&link);
  if (driver->DeviceObject != nullptr) {
    IoDeleteDevice(driver->DeviceObject);
  }
}

}  // namespace

extern "C" DRIVER_INITIALIZE DriverEntry;

/// Makes the device and its name for programs.
/// Returns the status of IoCreateDevice or IoCreateSymbolicLink when one fails. Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, kDeviceName);
  PDEVICE_OBJECT device = nullptr;
  // Neither buffered nor direct: no byte of a read or write is ever looked at.
  NTSTATUS status = IoCreateDevice(driver, 0, &name, FILE_DEVICE_NULL, FILE_DEVICE_SECURE_OPEN, FALSE, &device);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  UNICODE_STRING link;
  RtlInitUnicodeString(&link, kLinkName);
  status = IoCreateSymbolicLink(&link, &name);
  if (!NT_SUCCESS(status)) {
    IoDeleteDevice(device);
    return status;
  }
  for (UCHAR major : kServed) {
    driver->MajorFunction[major] = Dispatch;
  }
  driver->DriverUnload = Unload;
  return STATUS_SUCCESS;
}
