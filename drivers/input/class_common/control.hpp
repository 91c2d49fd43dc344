// Opens, closes and control requests of the class device.
#pragma once

#include "read.hpp"

namespace input_class {

template <typename Traits>
struct Control {
  using Self = Device<Traits>;

  /// Anyone may open; who holds SeTcbPrivilege (the console of the system) gets the input and switches the port on.
  static NTSTATUS NTAPI Create(PDEVICE_OBJECT object, PIRP irp) {
    Self *device = Self::Of(object);
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
    if (!NT_SUCCESS(status)) {
      return Complete(irp, status);
    }
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    if (!device->started) {
      status = STATUS_DEVICE_NOT_READY;
    } else if (file != nullptr && SeSinglePrivilegeCheck(RtlConvertLongToLuid(SE_TCB_PRIVILEGE), irp->RequestorMode)) {
      // The port lets input through while it is open.
      status = IoForwardIrpSynchronously(device->lower, irp) ? irp->IoStatus.Status : STATUS_UNSUCCESSFUL;
      SetTrusted(file, NT_SUCCESS(status));
    } else {
      status = STATUS_SUCCESS;
    }
    Complete(irp, status);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
  }

  /// The last handle is gone: its reads end.
  static NTSTATUS NTAPI Cleanup(PDEVICE_OBJECT object, PIRP irp) {
    Self *device = Self::Of(object);
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    if (Trusted(file)) {
      Reads<Traits>::Drain(device, file, STATUS_CANCELLED);
    }
    return Complete(irp, STATUS_SUCCESS);
  }

  static NTSTATUS NTAPI Close(PDEVICE_OBJECT object, PIRP irp) {
    PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
    if (!Trusted(file)) {
      return Complete(irp, STATUS_SUCCESS);
    }
    SetTrusted(file, false);
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(Self::Of(object)->lower, irp);
  }

  static NTSTATUS NTAPI Flush(PDEVICE_OBJECT object, PIRP irp) {
    Reads<Traits>::Flush(Self::Of(object));
    return Complete(irp, STATUS_SUCCESS);
  }

  /// IRP_MJ_DEVICE_CONTROL: the port's codes go on as internal requests. STATUS_INVALID_PARAMETER: another unit is
  /// meant.
  static NTSTATUS NTAPI DeviceControl(PDEVICE_OBJECT object, PIRP irp) {
    Self *device = Self::Of(object);
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    if (!Traits::ForPort(stack->Parameters.DeviceIoControl.IoControlCode)) {
      return Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    }
    const ULONG input = stack->Parameters.DeviceIoControl.InputBufferLength;
    if (input != 0) {
      // Every input structure begins with the unit.
      if (input < sizeof(USHORT)) {
        return Complete(irp, STATUS_BUFFER_TOO_SMALL);
      }
      const USHORT unit = *static_cast<USHORT *>(irp->AssociatedIrp.SystemBuffer);
      if (unit != 0 && unit != device->unit) {
        return Complete(irp, STATUS_INVALID_PARAMETER);
      }
    }
    const NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
    if (!NT_SUCCESS(status)) {
      return Complete(irp, status);
    }
    IoCopyCurrentIrpStackLocationToNext(irp);
    IoGetNextIrpStackLocation(irp)->MajorFunction = IRP_MJ_INTERNAL_DEVICE_CONTROL;
    IoSetCompletionRoutine(irp, Returned, device, TRUE, TRUE, TRUE);
    return IoCallDriver(device->lower, irp);
  }

  static NTSTATUS NTAPI PassDown(PDEVICE_OBJECT object, PIRP irp) {
    IoSkipCurrentIrpStackLocation(irp);
    return IoCallDriver(Self::Of(object)->lower, irp);
  }

  static NTSTATUS NTAPI Power(PDEVICE_OBJECT object, PIRP irp) {
    PoStartNextPowerIrp(irp);
    IoSkipCurrentIrpStackLocation(irp);
    return PoCallDriver(Self::Of(object)->lower, irp);
  }

 private:
  static NTSTATUS NTAPI Returned(PDEVICE_OBJECT, PIRP irp, PVOID context) {
    if (irp->PendingReturned) {
      IoMarkIrpPending(irp);
    }
    IoReleaseRemoveLock(&static_cast<Self *>(context)->remove_lock, irp);
    return STATUS_CONTINUE_COMPLETION;
  }
};

}  // namespace input_class
