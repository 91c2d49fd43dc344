// Reads, with the time-out rules of SERIAL_TIMEOUTS (WDK, ntddser.h).

#include "serial.hpp"

namespace serial {

namespace {

constexpr ULONGLONG kMillisecond = 10000;
constexpr ULONG kNever = 0xFFFFFFFF;

void SetTimer(Device *device, ULONGLONG now) {
  ULONGLONG due = device->read_deadline;
  if (device->read_interval != 0 && device->active_read->IoStatus.Information != 0) {
    const ULONGLONG interval_end = device->last_received + device->read_interval;
    if (due == 0 || interval_end < due) {
      due = interval_end;
    }
  }
  if (due == 0) {
    return;
  }
  // The clock may tick coarsely: never ask for less than a millisecond.
  const ULONGLONG wait = due > now + kMillisecond ? due - now : kMillisecond;
  LARGE_INTEGER relative;
  relative.QuadPart = -static_cast<LONGLONG>(wait);
  KeSetTimer(&device->read_timer, relative, &device->read_dpc);
}

/// Works out the read's rules from the time-outs as they are now.
void Begin(Device *device, PIRP irp, ULONGLONG now) {
  const SERIAL_TIMEOUTS &timeouts = device->timeouts;
  const ULONG length = IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length;
  device->active_read = irp;
  device->read_returns_at_once = false;
  device->read_returns_with_first = false;
  device->read_interval = 0;
  device->read_deadline = 0;
  ULONG multiplier = timeouts.ReadTotalTimeoutMultiplier;
  const ULONG constant = timeouts.ReadTotalTimeoutConstant;
  if (timeouts.ReadIntervalTimeout == kNever) {
    if (multiplier == 0 && constant == 0) {
      device->read_returns_at_once = true;
      return;
    }
    if (multiplier == kNever) {
      // What is there, or else the first byte within the constant.
      device->read_returns_with_first = true;
      multiplier = 0;
    }
  } else {
    device->read_interval = timeouts.ReadIntervalTimeout * kMillisecond;
  }
  if (multiplier != 0 || constant != 0) {
    device->read_deadline = now + (ULONGLONG{multiplier} * length + constant) * kMillisecond;
  }
}

/// Copies what has arrived. Only this side takes bytes out, so the copy itself needs no interrupt lock.
void Fill(Device *device, PIRP irp, ULONG length, ULONGLONG now) {
  Line &line = device->line;
  auto *buffer = static_cast<UCHAR *>(irp->AssociatedIrp.SystemBuffer);
  for (;;) {
    const auto filled = static_cast<ULONG>(irp->IoStatus.Information);
    ULONG run = 0;
    {
      InterruptGuard guard(device);
      run = line.size - line.out;
      run = line.count < run ? line.count : run;
    }
    run = length - filled < run ? length - filled : run;
    if (run == 0) {
      return;
    }
    RtlCopyMemory(buffer + filled, line.buffer + line.out, run);
    irp->IoStatus.Information += run;
    device->last_received = now;
    InterruptGuard guard(device);
    line.out = line.out + run == line.size ? 0 : line.out + run;
    line.count -= run;
    if (line.full && line.count <= line.size / 2) {
      line.full = false;
      SetInterrupts(&line, line.interrupts | kReceiveInterrupt);
    }
    UpdateReceiveFlow(device);
  }
}

/// The active read is over unless a cancel was quicker.
void End(Device *device, Session *session, PIRP irp, NTSTATUS status) {
  device->active_read = nullptr;
  KeCancelTimer(&device->read_timer);
  KeRemoveQueueDpc(&device->read_dpc);
  if (Detach(irp)) {
    session->Finish(irp, status, irp->IoStatus.Information);
  }
}

}  // namespace

void PumpReads(Device *device, Session *session) {
  for (;;) {
    PIRP irp = First(&device->reads);
    if (irp == nullptr || device->line.buffer == nullptr) {
      return;
    }
    const ULONGLONG now = KeQueryInterruptTime();
    if (irp != device->active_read) {
      Begin(device, irp, now);
    }
    const ULONG length = IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length;
    Fill(device, irp, length, now);
    if (irp->IoStatus.Information == length || device->read_returns_at_once ||
        (device->read_returns_with_first && irp->IoStatus.Information != 0)) {
      End(device, session, irp, STATUS_SUCCESS);
      continue;
    }
    SetTimer(device, now);
    return;
  }
}

VOID ReadTimeout(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  Session session(device);
  PumpReads(device, &session);
  PIRP irp = device->active_read;
  if (irp == nullptr) {
    return;
  }
  const ULONGLONG now = KeQueryInterruptTime();
  const bool total = device->read_deadline != 0 && now >= device->read_deadline;
  const bool interval = device->read_interval != 0 && irp->IoStatus.Information != 0 &&
                        now >= device->last_received + device->read_interval;
  if (total || interval) {
    End(device, &session, irp, STATUS_TIMEOUT);
    PumpReads(device, &session);
  }
}

void DiscardReceived(Device *device) {
  Line &line = device->line;
  InterruptGuard guard(device);
  line.out = 0;
  line.count = 0;
  if (line.full) {
    line.full = false;
    SetInterrupts(&line, line.interrupts | kReceiveInterrupt);
  }
  if (line.size != 0) {
    UpdateReceiveFlow(device);
  }
}

/// IRP_MJ_READ. STATUS_TIMEOUT with what has come when the time-outs say so; STATUS_CANCELLED after an error while
/// SERIAL_ERROR_ABORT is set and nobody has asked for the line's status.
NTSTATUS DispatchRead(PDEVICE_OBJECT object, PIRP irp) {
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
  if (refused != STATUS_SUCCESS || IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length == 0) {
    session.Finish(irp, refused, 0);
    return refused;
  }
  Enqueue(device, &device->reads, irp, &session);
  PumpReads(device, &session);
  return STATUS_PENDING;
}

}  // namespace serial
