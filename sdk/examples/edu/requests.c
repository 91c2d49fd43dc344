// What programs ask.

#include "edu.h"

static NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = NT_SUCCESS(status) ? information : 0;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

NTSTATUS DispatchOpen(PDEVICE_OBJECT self, PIRP irp) {
  UNREFERENCED_PARAMETER(self);
  return Complete(irp, STATUS_SUCCESS, 0);
}

static NTSTATUS AskFactorial(DEVICE *device, PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information) {
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG) ||
      stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(ULONG)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  ULONG *value = irp->AssociatedIrp.SystemBuffer;
  if (*value > 12) {
    return STATUS_INVALID_PARAMETER;  // it has 32 bits
  }
  *information = sizeof(*value);
  return Factorial(device, *value, value);
}

static NTSTATUS AskState(DEVICE *device, PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information) {
  if (stack->Parameters.DeviceIoControl.OutputBufferLength < sizeof(EDU_STATE)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  EDU_STATE *state = irp->AssociatedIrp.SystemBuffer;
  state->Identification = READ_REGISTER_ULONG((PULONG)(device->registers + EDU_IDENTIFICATION));
  state->Interrupts = (ULONG)device->interrupts;
  state->Messages = device->messages != NULL ? device->messages->MessageCount : 0;
  *information = sizeof(*state);
  return STATUS_SUCCESS;
}

static NTSTATUS AskTransfer(DEVICE *device, PIRP irp, PIO_STACK_LOCATION stack, ULONG_PTR *information) {
  ULONG length = stack->Parameters.DeviceIoControl.OutputBufferLength;
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(ULONG) || length == 0) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  ULONG offset = *(ULONG *)irp->AssociatedIrp.SystemBuffer;
  if (offset >= EDU_MEMORY || length > EDU_MEMORY - offset) {
    return STATUS_INVALID_PARAMETER;
  }
  PVOID data = MmGetSystemAddressForMdlSafe(irp->MdlAddress, NormalPagePriority | MdlMappingNoExecute);
  if (data == NULL) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  *information = length;
  return Transfer(device, stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_EDU_TO_DEVICE, offset, data, length);
}

static NTSTATUS Serve(DEVICE *device, PIRP irp, ULONG_PTR *information) {
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_EDU_FACTORIAL:
      return AskFactorial(device, irp, stack, information);
    case IOCTL_EDU_STATE:
      return AskState(device, irp, stack, information);
    case IOCTL_EDU_TO_DEVICE:
    case IOCTL_EDU_FROM_DEVICE:
      return AskTransfer(device, irp, stack, information);
    default:
      return STATUS_INVALID_DEVICE_REQUEST;
  }
}

// One after the other, as the device has one of everything. The routine waits in the caller's thread.
NTSTATUS DispatchControl(PDEVICE_OBJECT self, PIRP irp) {
  DEVICE *device = self->DeviceExtension;
  NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return Complete(irp, status, 0);
  }
  ULONG_PTR information = 0;
  KeWaitForSingleObject(&device->idle, Executive, KernelMode, FALSE, NULL);
  status = device->started ? Serve(device, irp, &information) : STATUS_DEVICE_NOT_READY;
  KeSetEvent(&device->idle, IO_NO_INCREMENT, FALSE);
  Complete(irp, status, information);
  IoReleaseRemoveLock(&device->remove_lock, irp);
  return status;
}
