#pragma once
// Completing and forwarding IRPs.

#include <ntddk.h>

namespace bus {

// Completes with a status and an information value.
inline NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

// Completes as it came: what a bus driver does with a PnP request that is not for it (WDK, "PnP minor IRPs").
inline NTSTATUS CompleteUnchanged(PIRP irp) {
  const NTSTATUS status = irp->IoStatus.Status;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

// Hands an IRP to the driver below without looking back.
inline NTSTATUS PassDown(PDEVICE_OBJECT lower, PIRP irp) {
  IoSkipCurrentIrpStackLocation(irp);
  return IoCallDriver(lower, irp);
}

// Hands a power IRP down.
inline NTSTATUS PassPowerDown(PDEVICE_OBJECT lower, PIRP irp) {
  PoStartNextPowerIrp(irp);
  IoSkipCurrentIrpStackLocation(irp);
  return PoCallDriver(lower, irp);
}

// Lets the drivers below work first; the IRP is the caller's again afterwards, to be completed.
inline NTSTATUS ForwardAndWait(PDEVICE_OBJECT lower, PIRP irp) {
  struct Waiter {
    static NTSTATUS NTAPI Done(PDEVICE_OBJECT, PIRP finished, PVOID context) {
      if (finished->PendingReturned) {
        KeSetEvent(static_cast<PKEVENT>(context), IO_NO_INCREMENT, FALSE);
      }
      return STATUS_MORE_PROCESSING_REQUIRED;
    }
  };
  KEVENT event;
  KeInitializeEvent(&event, NotificationEvent, FALSE);
  IoCopyCurrentIrpStackLocationToNext(irp);
  IoSetCompletionRoutine(irp, Waiter::Done, &event, TRUE, TRUE, TRUE);
  if (IoCallDriver(lower, irp) == STATUS_PENDING) {
    KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
  }
  return irp->IoStatus.Status;
}

}  // namespace bus
