// trouble.sys: a driver that does what it is asked to, however bad.

#include "troublep.hpp"

namespace trouble {

PDEVICE_OBJECT device;

const WDM_HOST_INFO &Info() {
  static WDM_HOST_INFO info;
  if (info.Area == 0) {
    WdmAttachHost(&info);
  }
  return info;
}

host::Area *Area() { return reinterpret_cast<host::Area *>(Info().Area); }

namespace {

NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

NTSTATUS Control(PDEVICE_OBJECT, PIRP irp) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  const ULONG code = stack->Parameters.DeviceIoControl.IoControlCode;
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(Request)) {
    return Complete(irp, STATUS_INVALID_PARAMETER, 0);
  }
  const unsigned number = static_cast<Request *>(irp->AssociatedIrp.SystemBuffer)->number;
  if (code == IOCTL_TROUBLE_DIE) {
    return Die(number, irp) ? STATUS_PENDING : Complete(irp, STATUS_NO_MORE_ENTRIES, 0);
  }
  if (code != IOCTL_TROUBLE_ATTACK || stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(Answer)) {
    return Complete(irp, STATUS_INVALID_DEVICE_REQUEST, 0);
  }
  auto *answer = static_cast<Answer *>(irp->AssociatedIrp.SystemBuffer);
  const Attack *attack = AttackAt(number);
  RtlZeroMemory(answer, sizeof(*answer));
  answer->refused = -1;
  if (attack != nullptr) {
    for (unsigned i = 0; i + 1 < sizeof(answer->name) && attack->name[i] != 0; i += 1) {
      answer->name[i] = attack->name[i];
    }
    answer->refused = attack->refused() ? 1 : 0;
  }
  return Complete(irp, STATUS_SUCCESS, sizeof(*answer));
}

NTSTATUS OpenClose(PDEVICE_OBJECT, PIRP irp) { return Complete(irp, STATUS_SUCCESS, 0); }

void Unload(PDRIVER_OBJECT) { IoDeleteDevice(device); }

}  // namespace
}  // namespace trouble

extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, TROUBLE_DEVICE);
  const NTSTATUS status =
      IoCreateDevice(driver, 0, &name, FILE_DEVICE_UNKNOWN, FILE_DEVICE_SECURE_OPEN, FALSE, &trouble::device);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  driver->MajorFunction[IRP_MJ_CREATE] = trouble::OpenClose;
  driver->MajorFunction[IRP_MJ_CLEANUP] = trouble::OpenClose;
  driver->MajorFunction[IRP_MJ_CLOSE] = trouble::OpenClose;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = trouble::Control;
  driver->DriverUnload = trouble::Unload;
  return STATUS_SUCCESS;
}
