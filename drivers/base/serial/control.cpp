// Control requests: what concerns requests under way. The line's own settings are in settings.cpp.

#include "serial.hpp"

namespace serial {

namespace {

constexpr ULONG kEvents = SERIAL_EV_RXCHAR | SERIAL_EV_RXFLAG | SERIAL_EV_TXEMPTY | SERIAL_EV_CTS | SERIAL_EV_DSR |
                          SERIAL_EV_RLSD | SERIAL_EV_BREAK | SERIAL_EV_ERR | SERIAL_EV_RING | SERIAL_EV_PERR |
                          SERIAL_EV_RX80FULL | SERIAL_EV_EVENT1 | SERIAL_EV_EVENT2;
constexpr ULONG kPurge = SERIAL_PURGE_TXABORT | SERIAL_PURGE_RXABORT | SERIAL_PURGE_TXCLEAR | SERIAL_PURGE_RXCLEAR;

template <typename T>
T *Buffer(PIRP irp) {
  return static_cast<T *>(irp->AssociatedIrp.SystemBuffer);
}

/// A waiting request ends with no event when the mask changes. Source: IOCTL_SERIAL_SET_WAIT_MASK.
NTSTATUS SetWaitMask(Device *device, ULONG mask, Session *session) {
  if ((mask & ~kEvents) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  PIRP waiting = First(&device->waits);
  if (waiting != nullptr && Detach(waiting)) {
    *Buffer<ULONG>(waiting) = 0;
    session->Finish(waiting, STATUS_SUCCESS, sizeof(ULONG));
  }
  InterruptGuard guard(device);
  device->line.wait_mask = mask;
  device->line.history = 0;
  return STATUS_SUCCESS;
}

/// STATUS_INVALID_PARAMETER: no mask is set, or somebody waits already. Source: IOCTL_SERIAL_WAIT_ON_MASK.
NTSTATUS WaitOnMask(Device *device, PIRP irp, Session *session) {
  if (device->line.wait_mask == 0 || First(&device->waits) != nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  Enqueue(device, &device->waits, irp, session);
  PumpWaits(device, session);
  return STATUS_PENDING;
}

/// Before all other bytes. STATUS_INVALID_PARAMETER: one is under way already. Source: IOCTL_SERIAL_IMMEDIATE_CHAR.
NTSTATUS ImmediateChar(Device *device, PIRP irp, Session *session) {
  if (First(&device->immediates) != nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  const UCHAR byte = *Buffer<UCHAR>(irp);
  Enqueue(device, &device->immediates, irp, session);
  if (First(&device->immediates) == irp) {
    InterruptGuard guard(device);
    device->line.immediate = byte;
    device->line.want_immediate = true;
    Transmit(device);
  }
  PumpAll(device, session);
  return STATUS_PENDING;
}

NTSTATUS Purge(Device *device, ULONG what, Session *session) {
  if (what == 0 || (what & ~kPurge) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  if ((what & SERIAL_PURGE_RXABORT) != 0) {
    CancelAll(device, &device->reads, nullptr, session);
    CancelAll(device, &device->waits, nullptr, session);
  }
  if ((what & SERIAL_PURGE_TXABORT) != 0) {
    CancelAll(device, &device->writes, nullptr, session);
    CancelAll(device, &device->immediates, nullptr, session);
  }
  // There is no transmit buffer but the programs' own: TXCLEAR alone has nothing to clear.
  if ((what & SERIAL_PURGE_RXCLEAR) != 0) {
    DiscardReceived(device);
  }
  return STATUS_SUCCESS;
}

/// Gives the errors since the last call and forgets them, which also lifts SERIAL_ERROR_ABORT.
void CommStatus(Device *device, SERIAL_STATUS *status) {
  RtlZeroMemory(status, sizeof(*status));
  status->AmountInOutQueue = BytesToWrite(device);
  InterruptGuard guard(device);
  Line &line = device->line;
  status->Errors = line.errors;
  line.errors = 0;
  status->HoldReasons = line.transmit_hold;
  if ((line.flow.ControlHandShake & SERIAL_DSR_SENSITIVITY) != 0 && (line.modem_status & kDsr) == 0) {
    status->HoldReasons |= SERIAL_RX_WAITING_FOR_DSR;
  }
  status->AmountInInQueue = line.count;
  status->WaitForImmediate = line.want_immediate;
}

struct Lengths {
  ULONG input;
  ULONG output;
};

/// What the request needs at least of its buffers.
Lengths Needed(ULONG code) {
  switch (code) {
    case IOCTL_SERIAL_SET_WAIT_MASK:
    case IOCTL_SERIAL_PURGE:
      return {sizeof(ULONG), 0};
    case IOCTL_SERIAL_GET_WAIT_MASK:
    case IOCTL_SERIAL_WAIT_ON_MASK:
      return {0, sizeof(ULONG)};
    case IOCTL_SERIAL_IMMEDIATE_CHAR:
      return {sizeof(UCHAR), 0};
    case IOCTL_SERIAL_GET_COMMSTATUS:
      return {0, sizeof(SERIAL_STATUS)};
    case IOCTL_SERIAL_GET_STATS:
      return {0, sizeof(SERIALPERF_STATS)};
    default:
      return {0, 0};
  }
}

NTSTATUS Control(Device *device, PIRP irp, PIO_STACK_LOCATION stack, Session *session, ULONG_PTR *information) {
  switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_SERIAL_SET_WAIT_MASK:
      return SetWaitMask(device, *Buffer<ULONG>(irp), session);
    case IOCTL_SERIAL_GET_WAIT_MASK:
      *Buffer<ULONG>(irp) = device->line.wait_mask;
      *information = sizeof(ULONG);
      return STATUS_SUCCESS;
    case IOCTL_SERIAL_WAIT_ON_MASK:
      return WaitOnMask(device, irp, session);
    case IOCTL_SERIAL_IMMEDIATE_CHAR:
      return ImmediateChar(device, irp, session);
    case IOCTL_SERIAL_PURGE:
      return Purge(device, *Buffer<ULONG>(irp), session);
    case IOCTL_SERIAL_GET_COMMSTATUS:
      CommStatus(device, Buffer<SERIAL_STATUS>(irp));
      *information = sizeof(SERIAL_STATUS);
      return STATUS_SUCCESS;
    case IOCTL_SERIAL_GET_STATS: {
      InterruptGuard guard(device);
      *Buffer<SERIALPERF_STATS>(irp) = device->line.stats;
      *information = sizeof(SERIALPERF_STATS);
      return STATUS_SUCCESS;
    }
    case IOCTL_SERIAL_CLEAR_STATS: {
      InterruptGuard guard(device);
      device->line.stats = {};
      return STATUS_SUCCESS;
    }
    default:
      return SettingsControl(device, irp, stack, information);
  }
}

}  // namespace

void PumpWaits(Device *device, Session *session) {
  PIRP irp = First(&device->waits);
  if (irp == nullptr || device->line.history == 0) {
    return;
  }
  if (!Detach(irp)) {
    return;
  }
  InterruptGuard guard(device);
  *Buffer<ULONG>(irp) = device->line.history;
  device->line.history = 0;
  session->Finish(irp, STATUS_SUCCESS, sizeof(ULONG));
}

/// IRP_MJ_DEVICE_CONTROL. Source: WDK, "Serial I/O requests". STATUS_BUFFER_TOO_SMALL: a buffer cannot hold the
/// structure; STATUS_NOT_IMPLEMENTED: known requests that this driver does not serve; STATUS_INVALID_PARAMETER: unknown
/// ones, as NT.
NTSTATUS DispatchControl(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  const NTSTATUS locked = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(locked)) {
    return Complete(irp, locked);
  }
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  const ULONG code = stack->Parameters.DeviceIoControl.IoControlCode;
  const Lengths needed = Needed(code);
  Session session(device);
  NTSTATUS status = STATUS_SUCCESS;
  ULONG_PTR information = 0;
  if (!device->line.open) {
    status = STATUS_DELETE_PENDING;
  } else if (stack->Parameters.DeviceIoControl.InputBufferLength < needed.input ||
             stack->Parameters.DeviceIoControl.OutputBufferLength < needed.output) {
    status = STATUS_BUFFER_TOO_SMALL;
  } else {
    status = Control(device, irp, stack, &session, &information);
  }
  if (status != STATUS_PENDING) {
    session.Finish(irp, status, information);
  }
  return status;
}

}  // namespace serial
