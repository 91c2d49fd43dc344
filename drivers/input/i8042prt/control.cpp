// Opens, control requests, and the queue of requests that talk to the keyboard.

#include "i8042prt.hpp"

namespace i8042 {

namespace {

constexpr LONGLONG kCommandTimeout = -10000LL * 1000;

/// Ends the request that StartIo began; once, whoever comes first of answer and time-out.
void FinishCommand(Device *device, NTSTATUS status) {
  PIRP irp = device->self->CurrentIrp;
  if (irp == nullptr) {
    return;
  }
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  if (NT_SUCCESS(status)) {
    void *buffer = irp->AssociatedIrp.SystemBuffer;
    if (stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_KEYBOARD_SET_INDICATORS) {
      device->keyboard.indicators = *static_cast<KEYBOARD_INDICATOR_PARAMETERS *>(buffer);
    } else {
      device->keyboard.typematic = *static_cast<KEYBOARD_TYPEMATIC_PARAMETERS *>(buffer);
    }
  }
  IoStartNextPacket(device->self, FALSE);
  Complete(irp, status);
  IoReleaseRemoveLock(&device->remove_lock, irp);
}

}  // namespace

NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

/// The class driver passes its opens on: input flows while there is one.
NTSTATUS DispatchCreate(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  if (!device->started) {
    return Complete(irp, STATUS_DEVICE_NOT_READY);
  }
  InterlockedIncrement(&device->enabled);
  return Complete(irp, STATUS_SUCCESS);
}

NTSTATUS DispatchClose(PDEVICE_OBJECT object, PIRP irp) {
  InterlockedDecrement(&Extension(object)->enabled);
  return Complete(irp, STATUS_SUCCESS);
}

/// IRP_MJ_DEVICE_CONTROL and IRP_MJ_INTERNAL_DEVICE_CONTROL: the class drivers send the former on as the latter.
NTSTATUS DispatchControl(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  const NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return Complete(irp, status);
  }
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  const ULONG type = DEVICE_TYPE_FROM_CTL_CODE(stack->Parameters.DeviceIoControl.IoControlCode);
  NTSTATUS result = STATUS_SUCCESS;
  if (type == FILE_DEVICE_KEYBOARD && device->kind != Kind::Mouse) {
    result = KeyboardControl(device, irp, stack);
  } else if (type == FILE_DEVICE_MOUSE && device->kind != Kind::Keyboard) {
    result = MouseControl(device, irp, stack);
  } else {
    result = Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
  }
  // A queued request keeps the lock until FinishCommand.
  if (result != STATUS_PENDING) {
    IoReleaseRemoveLock(&device->remove_lock, irp);
  }
  return result;
}

/// One request at a time, at DISPATCH_LEVEL: two bytes to the keyboard, each acknowledged by interrupt.
void StartIo(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  UCHAR bytes[2];
  if (stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_KEYBOARD_SET_INDICATORS) {
    const auto *wanted = static_cast<KEYBOARD_INDICATOR_PARAMETERS *>(irp->AssociatedIrp.SystemBuffer);
    bytes[0] = kSetIndicators;
    bytes[1] = static_cast<UCHAR>(wanted->LedFlags & 7);
  } else {
    bytes[0] = kSetTypematic;
    bytes[1] = TypematicByte(*static_cast<KEYBOARD_TYPEMATIC_PARAMETERS *>(irp->AssociatedIrp.SystemBuffer));
  }
  LARGE_INTEGER due;
  due.QuadPart = kCommandTimeout;
  KeSetTimer(&device->timeout_timer, due, &device->timeout_dpc);
  InterruptGuard guard;
  BeginCommand(device, bytes, sizeof(bytes));
}

void CommandDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  // A time-out that has fired but not run yet would hit the next request.
  KeCancelTimer(&device->timeout_timer);
  KeRemoveQueueDpc(&device->timeout_dpc);
  NTSTATUS status = STATUS_PENDING;
  {
    InterruptGuard guard;
    if (!device->command.active) {
      status = device->command.status;
      device->command.status = STATUS_PENDING;
    }
  }
  if (status != STATUS_PENDING) {
    FinishCommand(device, status);
  }
}

void TimeoutDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  {
    InterruptGuard guard;
    if (!device->command.active) {
      return;
    }
    device->command.active = false;
  }
  FinishCommand(device, STATUS_IO_TIMEOUT);
}

}  // namespace i8042
