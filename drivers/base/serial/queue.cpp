// Requests that wait, and how they end: in order, by cancel, by purge. One lock guards them all; IRPs are completed
// outside it.

#include "serial.hpp"

namespace serial {

namespace {

DRIVER_CANCEL CancelRoutine;

/// Whoever clears the cancel routine owns the IRP; here the I/O manager did. Source: WDK, "Synchronizing IRP
/// cancellation".
VOID CancelRoutine(PDEVICE_OBJECT object, PIRP irp) {
  IoReleaseCancelSpinLock(irp->CancelIrql);
  Device *device = Extension(object);
  Session session(device);
  RemoveEntryList(&irp->Tail.Overlay.ListEntry);
  Forget(device, irp);
  session.Finish(irp, STATUS_CANCELLED, irp->IoStatus.Information);
  PumpAll(device, &session);
}

PIRP FromEntry(LIST_ENTRY *entry) { return CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry); }

}  // namespace

NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

Session::Session(Device *device) : device_(device), irql_(0) {
  InitializeListHead(&done_);
  KeAcquireSpinLock(&device_->lock, &irql_);
}

Session::~Session() {
  KeReleaseSpinLock(&device_->lock, irql_);
  while (!IsListEmpty(&done_)) {
    PIRP irp = FromEntry(RemoveHeadList(&done_));
    IoCompleteRequest(irp, IO_SERIAL_INCREMENT);
    IoReleaseRemoveLock(&device_->remove_lock, irp);
  }
}

void Session::Finish(PIRP irp, NTSTATUS status, ULONG_PTR information) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  InsertTailList(&done_, &irp->Tail.Overlay.ListEntry);
}

void Enqueue(Device *device, IrpQueue *queue, PIRP irp, Session *session) {
  irp->IoStatus.Information = 0;
  IoMarkIrpPending(irp);
  IoSetCancelRoutine(irp, CancelRoutine);
  if (irp->Cancel && IoSetCancelRoutine(irp, nullptr) != nullptr) {
    session->Finish(irp, STATUS_CANCELLED, 0);
    return;
  }
  // When the cancel routine has been called already it waits for the lock and finds the IRP in the list.
  InsertTailList(&queue->head, &irp->Tail.Overlay.ListEntry);
  UNREFERENCED_PARAMETER(device);
}

PIRP First(IrpQueue *queue) { return IsListEmpty(&queue->head) ? nullptr : FromEntry(queue->head.Flink); }

bool Detach(PIRP irp) {
  RemoveEntryList(&irp->Tail.Overlay.ListEntry);
  if (IoSetCancelRoutine(irp, nullptr) == nullptr) {
    // The routine removes the entry again: let that hit nothing.
    InitializeListHead(&irp->Tail.Overlay.ListEntry);
    return false;
  }
  return true;
}

void CancelAll(Device *device, IrpQueue *queue, PFILE_OBJECT file, Session *session) {
  LIST_ENTRY *entry = queue->head.Flink;
  while (entry != &queue->head) {
    PIRP irp = FromEntry(entry);
    entry = entry->Flink;
    if (file != nullptr && IoGetCurrentIrpStackLocation(irp)->FileObject != file) {
      continue;
    }
    Forget(device, irp);
    if (Detach(irp)) {
      session->Finish(irp, STATUS_CANCELLED, irp->IoStatus.Information);
    }
  }
}

void Forget(Device *device, PIRP irp) {
  if (irp == device->active_read) {
    device->active_read = nullptr;
    KeCancelTimer(&device->read_timer);
    return;
  }
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  if (irp == device->active_write) {
    device->active_write = nullptr;
    KeCancelTimer(&device->write_timer);
    InterruptGuard guard(device);
    irp->IoStatus.Information = stack->Parameters.Write.Length - device->line.transmit_left;
    device->line.transmit_left = 0;
    device->line.transmit = nullptr;
  } else if (stack->MajorFunction == IRP_MJ_DEVICE_CONTROL &&
             stack->Parameters.DeviceIoControl.IoControlCode == IOCTL_SERIAL_IMMEDIATE_CHAR) {
    InterruptGuard guard(device);
    device->line.want_immediate = false;
  }
}

void PumpAll(Device *device, Session *session) {
  if ((device->line.flow.ControlHandShake & SERIAL_ERROR_ABORT) != 0 && device->line.errors != 0) {
    CancelAll(device, &device->reads, nullptr, session);
    CancelAll(device, &device->writes, nullptr, session);
  }
  PIRP immediate = First(&device->immediates);
  if (immediate != nullptr && !device->line.want_immediate && Detach(immediate)) {
    session->Finish(immediate, STATUS_SUCCESS, 0);
  }
  PumpReads(device, session);
  PumpWrites(device, session);
  PumpWaits(device, session);
}

}  // namespace serial
