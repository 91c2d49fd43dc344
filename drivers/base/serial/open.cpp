// The port is opened by one at a time; only then does the hardware interrupt.

#include "serial.hpp"

namespace serial {

namespace {

constexpr ULONG kDrainMilliseconds = 200;
constexpr ULONG kDefaultTrigger = 8;

UCHAR TriggerBits(ULONG level) {
  return level >= 14 ? UCHAR{0xC0} : level >= 8 ? UCHAR{0x80} : level >= 4 ? UCHAR{0x40} : UCHAR{0};
}

void ClearFifos(Device *device) {
  Line &line = device->line;
  line.uart.Write(Register::FifoControl, 0);
  line.uart.Write(Register::FifoControl,
                  kFifoEnable | kFifoClearReceive | kFifoClearTransmit | TriggerBits(device->trigger));
  // A 16450 has none, a 16550 one that does not work: both show other bits.
  line.fifo = (line.uart.Read(Register::InterruptIdentity) & kFifosOn) == kFifosOn;
  if (!line.fifo) {
    line.uart.Write(Register::FifoControl, 0);
  }
}

/// Every open begins with the same settings of flow and events; speed and format stay as they were.
void ResetLine(Device *device, UCHAR *buffer) {
  Line &line = device->line;
  line.buffer = buffer;
  line.size = kReceiveBuffer;
  line.out = line.count = 0;
  line.full = false;
  line.receive_hold = 0;
  line.transmit_hold = 0;
  line.transmit = nullptr;
  line.transmit_left = 0;
  line.want_immediate = line.want_xon = line.want_xoff = false;
  line.errors = line.wait_mask = line.history = 0;
  line.flow.ControlHandShake = SERIAL_DTR_CONTROL;
  line.flow.FlowReplace = SERIAL_RTS_HANDSHAKE;
  line.flow.XonLimit = static_cast<LONG>(line.size >> 1);
  line.flow.XoffLimit = static_cast<LONG>(line.size >> 3);
  line.chars = {0, 0, 0, 0, 0x11, 0x13};
}

/// Interrupts on. What arrived before the open is old news and thrown away with the FIFOs.
void Begin(Device *device, UCHAR *buffer) {
  InterruptGuard guard(device);
  Line &line = device->line;
  ResetLine(device, buffer);
  ClearFifos(device);
  line.uart.Read(Register::LineStatus);
  line.uart.Read(Register::Data);
  line.uart.Read(Register::InterruptIdentity);
  SetModem(&line, kDtr | kRts | kOut2);
  line.open = true;
  ModemStatus(device);
  SetInterrupts(&line, kReceiveInterrupt | kLineStatusInterrupt | kModemInterrupt);
}

/// Interrupts off, modem lines down; gives the buffer back.
UCHAR *Quiet(Device *device, bool hardware_there) {
  InterruptGuard guard(device);
  Line &line = device->line;
  line.open = false;
  line.interrupts = 0;
  if (hardware_there) {
    line.uart.Write(Register::InterruptEnable, 0);
    line.control &= static_cast<UCHAR>(~kBreak);
    line.uart.Write(Register::LineControl, line.control);
    SetModem(&line, 0);
  }
  UCHAR *buffer = line.buffer;
  line.buffer = nullptr;
  line.size = line.count = line.out = 0;
  return buffer;
}

/// The last bytes are still in the FIFO when their write is over.
void Drain(Device *device) {
  LARGE_INTEGER interval;
  interval.QuadPart = -10000;
  for (ULONG i = 0; i < kDrainMilliseconds; i++) {
    const UCHAR status = device->line.uart.Read(Register::LineStatus);
    if ((status & kTransmitterEmpty) != 0) {
      return;
    }
    KeDelayExecutionThread(KernelMode, FALSE, &interval);
  }
}

}  // namespace

void InitialiseDevice(Device *device) {
  IoInitializeRemoveLock(&device->remove_lock, kPoolTag, 0, 0);
  KeInitializeSpinLock(&device->lock);
  KeInitializeDpc(&device->dpc, InterruptDpc, device);
  KeInitializeDpc(&device->read_dpc, ReadTimeout, device);
  KeInitializeDpc(&device->write_dpc, WriteTimeout, device);
  KeInitializeTimer(&device->read_timer);
  KeInitializeTimer(&device->write_timer);
  for (IrpQueue *queue : {&device->reads, &device->writes, &device->waits, &device->immediates}) {
    InitializeListHead(&queue->head);
  }
  device->format = {STOP_BIT_1, NO_PARITY, 8};
  device->baud = kDefaultBaud;
  device->clock = kClock;
  device->trigger = kDefaultTrigger;
}

NTSTATUS ResetHardware(Device *device) {
  Line &line = device->line;
  const Uart &uart = line.uart;
  uart.Write(Register::InterruptEnable, 0);
  if (uart.Read(Register::InterruptEnable) != 0) {
    return STATUS_NO_SUCH_DEVICE;
  }
  // In loop mode the modem outputs show as inputs: RTS as CTS, OUT2 as DCD. Nothing else does that.
  uart.Write(Register::ModemControl, kLoop | kOut2 | kRts);
  const UCHAR looped = uart.Read(Register::ModemStatus) & 0xF0;
  uart.Write(Register::ModemControl, 0);
  if (looped != (kDcd | kCts)) {
    return STATUS_NO_SUCH_DEVICE;
  }
  line.modem = 0;
  line.interrupts = 0;
  NTSTATUS status = ApplyFormat(device, device->format);
  if (NT_SUCCESS(status)) {
    status = ApplyBaud(device, device->baud);
  }
  return status;
}

/// STATUS_ACCESS_DENIED: open already; STATUS_NOT_A_DIRECTORY: asked for as one; STATUS_DEVICE_NOT_READY: not started.
NTSTATUS DispatchCreate(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  if ((stack->Parameters.Create.Options & FILE_DIRECTORY_FILE) != 0) {
    return Complete(irp, STATUS_NOT_A_DIRECTORY);
  }
  NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return Complete(irp, status);
  }
  UCHAR *buffer = nullptr;
  if (!device->started) {
    status = STATUS_DEVICE_NOT_READY;
  } else if (InterlockedCompareExchange(&device->opens, 1, 0) != 0) {
    status = STATUS_ACCESS_DENIED;
  } else {
    buffer = static_cast<UCHAR *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, kReceiveBuffer, kPoolTag));
    if (buffer == nullptr) {
      InterlockedExchange(&device->opens, 0);
      status = STATUS_INSUFFICIENT_RESOURCES;
    } else {
      device->timeouts = {};
      Begin(device, buffer);
    }
  }
  Complete(irp, status);
  IoReleaseRemoveLock(&device->remove_lock, irp);
  return status;
}

/// The last handle is gone: whatever waits for the line ends.
NTSTATUS DispatchCleanup(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  PFILE_OBJECT file = IoGetCurrentIrpStackLocation(irp)->FileObject;
  {
    Session session(device);
    for (IrpQueue *queue : {&device->reads, &device->writes, &device->waits, &device->immediates}) {
      CancelAll(device, queue, file, &session);
    }
  }
  return Complete(irp, STATUS_SUCCESS);
}

NTSTATUS DispatchClose(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  if (device->line.open) {
    Drain(device);
    Shut(device, true);
  }
  InterlockedExchange(&device->opens, 0);
  return Complete(irp, STATUS_SUCCESS);
}

void Shut(Device *device, bool hardware_there) {
  UCHAR *buffer = nullptr;
  {
    Session session(device);
    for (IrpQueue *queue : {&device->reads, &device->writes, &device->waits, &device->immediates}) {
      CancelAll(device, queue, nullptr, &session);
    }
    if (device->line.open) {
      buffer = Quiet(device, hardware_there);
    }
    KeCancelTimer(&device->read_timer);
    KeCancelTimer(&device->write_timer);
  }
  if (buffer != nullptr) {
    ExFreePoolWithTag(buffer, kPoolTag);
  }
}

}  // namespace serial
