/* The C half: headers in other letter cases and with backslashes, annotations, SEH with and without underscores, pool
   tags, pragmas of Microsoft's compiler. */
#include <NtDDK.h>
#include <WdmSec.H>
#include "INCLUDE\SHARED.H"

DRIVER_INITIALIZE DriverEntry;
_Dispatch_type_(IRP_MJ_CREATE) _Dispatch_type_(IRP_MJ_CLOSE) DRIVER_DISPATCH OddCreateClose;
static DRIVER_UNLOAD OddUnload;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, OddCreateClose)
#endif
#pragma warning(disable : 4100)

_IRQL_requires_max_(PASSIVE_LEVEL) static NTSTATUS
    OddProbe(_In_reads_bytes_(length) const UCHAR *from, _In_ ULONG length, _Out_writes_bytes_all_(length) UCHAR *to) {
  NTSTATUS status = STATUS_SUCCESS;
  __try {
    ProbeForRead(from, length, sizeof(UCHAR));
    RtlCopyMemory(to, from, length);
  } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH) {
    status = GetExceptionCode();
  }
  try {
    if (!NT_SUCCESS(status)) {
      leave;
    }
    KdPrint(("%lu bytes\n", length));
  } finally {
    if (AbnormalTermination()) {
      KdPrint(("abnormal\n"));
    }
  }
  return status;
}

NTSTATUS OddCreateClose(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  PAGED_CODE();
  UNREFERENCED_PARAMETER(DeviceObject);
  Irp->IoStatus.Status = STATUS_SUCCESS;
  Irp->IoStatus.Information = 0;
  IoCompleteRequest(Irp, IO_NO_INCREMENT);
  return STATUS_SUCCESS;
}

static VOID OddUnload(PDRIVER_OBJECT DriverObject) {
  if (DriverObject->DeviceObject != NULL) {
    IoDeleteDevice(DriverObject->DeviceObject);
  }
}

NTSTATUS DriverEntry(_In_ PDRIVER_OBJECT DriverObject, _In_ PUNICODE_STRING RegistryPath) {
  UCHAR buffer[512];
  UNICODE_STRING name;
  PDEVICE_OBJECT device;
  PVOID memory = ExAllocatePoolWithTag(NonPagedPoolNx, sizeof(buffer), 'ddoO');
  UNREFERENCED_PARAMETER(RegistryPath);
  if (memory == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  (VOID) OddProbe(memory, sizeof(buffer), buffer);
  ExFreePoolWithTag(memory, 'ddoO');
  RtlInitUnicodeString(&name, ODD_DEVICE_NAME);
  DriverObject->MajorFunction[IRP_MJ_CREATE] = OddCreateClose;
  DriverObject->MajorFunction[IRP_MJ_CLOSE] = OddCreateClose;
  DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = OddDeviceControl;
  DriverObject->DriverUnload = OddUnload;
  return IoCreateDeviceSecure(DriverObject, sizeof(ODD_EXTENSION), &name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN,
                              FALSE, &SDDL_DEVOBJ_SYS_ALL_ADM_ALL, NULL, &device);
}
