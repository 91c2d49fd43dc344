// Writes and flushes. The ISR sends straight from the current write's buffer.

#include "serial.hpp"

namespace serial {

namespace {

constexpr ULONGLONG kMillisecond = 10000;

bool IsFlush(PIRP irp) { return IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_FLUSH_BUFFERS; }

ULONG Length(PIRP irp) { return IsFlush(irp) ? 0 : IoGetCurrentIrpStackLocation(irp)->Parameters.Write.Length; }

void SetTimer(Device *device) {
  const ULONGLONG now = KeQueryInterruptTime();
  const ULONGLONG wait = device->write_deadline > now + kMillisecond ? device->write_deadline - now : kMillisecond;
  LARGE_INTEGER relative;
  relative.QuadPart = -static_cast<LONGLONG>(wait);
  KeSetTimer(&device->write_timer, relative, &device->write_dpc);
}

void Begin(Device *device, PIRP irp) {
  device->active_write = irp;
  {
    InterruptGuard guard(device);
    device->line.transmit = static_cast<const UCHAR *>(irp->AssociatedIrp.SystemBuffer);
    device->line.transmit_left = Length(irp);
    Transmit(device);
  }
  device->write_deadline = 0;
  const SERIAL_TIMEOUTS &timeouts = device->timeouts;
  if (device->line.transmit_left != 0 &&
      (timeouts.WriteTotalTimeoutMultiplier != 0 || timeouts.WriteTotalTimeoutConstant != 0)) {
    const ULONGLONG milliseconds =
        ULONGLONG{timeouts.WriteTotalTimeoutMultiplier} * Length(irp) + timeouts.WriteTotalTimeoutConstant;
    device->write_deadline = KeQueryInterruptTime() + milliseconds * kMillisecond;
    SetTimer(device);
  }
}

/// The active write is over unless a cancel was quicker.
void End(Device *device, Session *session, PIRP irp, NTSTATUS status) {
  Forget(device, irp);
  KeRemoveQueueDpc(&device->write_dpc);
  if (Detach(irp)) {
    session->Finish(irp, status, irp->IoStatus.Information);
  }
}

}  // namespace

void PumpWrites(Device *device, Session *session) {
  for (;;) {
    PIRP irp = First(&device->writes);
    if (irp == nullptr) {
      return;
    }
    if (IsFlush(irp)) {
      // First in the queue: all writes before it are with the hardware.
      if (Detach(irp)) {
        session->Finish(irp, STATUS_SUCCESS, 0);
      }
      continue;
    }
    if (irp != device->active_write) {
      Begin(device, irp);
    }
    if (device->line.transmit_left != 0) {
      return;
    }
    End(device, session, irp, STATUS_SUCCESS);
  }
}

VOID WriteTimeout(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  Session session(device);
  PIRP irp = device->active_write;
  if (irp == nullptr || device->write_deadline == 0) {
    return;
  }
  if (device->line.transmit_left != 0 && KeQueryInterruptTime() < device->write_deadline) {
    SetTimer(device);
    return;
  }
  End(device, &session, irp, device->line.transmit_left != 0 ? STATUS_TIMEOUT : STATUS_SUCCESS);
  PumpWrites(device, &session);
}

ULONG BytesToWrite(Device *device) {
  ULONG bytes = 0;
  for (LIST_ENTRY *entry = device->writes.head.Flink; entry != &device->writes.head; entry = entry->Flink) {
    PIRP irp = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
    bytes += irp == device->active_write ? device->line.transmit_left : Length(irp);
  }
  return bytes;
}

namespace {

NTSTATUS Queue(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  const NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return Complete(irp, status);
  }
  Session session(device);
  NTSTATUS refused = STATUS_SUCCESS;
  if (!device->line.open) {
    refused = STATUS_DELETE_PENDING;
  } else if ((device->line.flow.ControlHandShake & SERIAL_ERROR_ABORT) != 0 && device->line.errors != 0) {
    refused = STATUS_CANCELLED;
  }
  if (refused != STATUS_SUCCESS || (!IsFlush(irp) && Length(irp) == 0)) {
    session.Finish(irp, refused, 0);
    return refused;
  }
  Enqueue(device, &device->writes, irp, &session);
  PumpWrites(device, &session);
  return STATUS_PENDING;
}

}  // namespace

/// IRP_MJ_WRITE. STATUS_TIMEOUT with what was sent when the time-outs say so.
NTSTATUS DispatchWrite(PDEVICE_OBJECT object, PIRP irp) { return Queue(object, irp); }

/// IRP_MJ_FLUSH_BUFFERS: waits until all earlier writes are with the hardware.
NTSTATUS DispatchFlush(PDEVICE_OBJECT object, PIRP irp) { return Queue(object, irp); }

}  // namespace serial
