// The C++ half.
#include <INITGUID.h>
#include <WDM.h>
#include <WdmGuid.h>
#include <ntIntSafe.h>
#include <ntStrSafe.h>
#include "include/Shared.h"

namespace {
class Answer {
 public:
  explicit Answer(PIRP irp) : irp_(irp) {}
  NTSTATUS Finish(NTSTATUS status, ULONG_PTR information) {
    irp_->IoStatus.Status = status;
    irp_->IoStatus.Information = information;
    IoCompleteRequest(irp_, IO_NO_INCREMENT);
    return status;
  }

 private:
  PIRP irp_;
};
}  // namespace

extern "C" _Use_decl_annotations_ NTSTATUS OddDeviceControl(PDEVICE_OBJECT device, PIRP irp) {
  Answer answer(irp);
  const PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  auto *extension = static_cast<PODD_EXTENSION>(device->DeviceExtension);
  if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_ODD_NAME) {
    return answer.Finish(STATUS_INVALID_DEVICE_REQUEST, 0);
  }
  ULONG total = 0;
  if (!NT_SUCCESS(RtlULongAdd(extension->Calls, 1, &total))) {
    return answer.Finish(STATUS_INTEGER_OVERFLOW, 0);
  }
  extension->Calls = total;
  size_t left = 0;
  const NTSTATUS status = RtlStringCbPrintfExW(static_cast<PWSTR>(irp->AssociatedIrp.SystemBuffer),
                                               stack->Parameters.DeviceIoControl.OutputBufferLength, nullptr, &left,
                                               STRSAFE_NULL_ON_FAILURE, L"%lu calls", total);
  if (IsEqualGUID(GUID_BUS_TYPE_PCI, GUID_BUS_TYPE_USB)) {
    return answer.Finish(STATUS_INTERNAL_ERROR, 0);
  }
  return answer.Finish(status, stack->Parameters.DeviceIoControl.OutputBufferLength - min(left, 64u));
}
