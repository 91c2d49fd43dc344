// From the interrupt to the right device, and commands whose answers come by interrupt.

#include "i8042prt.hpp"

namespace i8042 {

namespace {

KSERVICE_ROUTINE InterruptService;

// More than both devices can have ready; a controller that never runs dry is broken and must not keep us here.
constexpr int kBytesPerInterrupt = 64;
constexpr UCHAR kResendLimit = 3;

/// Both interrupts run this: the controller has one data register, so whoever comes takes what is there.
BOOLEAN InterruptService(PKINTERRUPT, PVOID) { return !controller.polling && TakeBytes(); }

NTSTATUS Connect(Device *device, KIRQL synchronize_irql) {
  device->synchronize_irql = synchronize_irql;
  return IoConnectInterrupt(&device->interrupt, InterruptService, device, &controller.lock, device->vector,
                            device->irql, synchronize_irql, device->mode, device->shared, device->affinity, FALSE);
}

PKINTERRUPT AnyInterrupt() {
  for (const Device *device : {controller.keyboard, controller.mouse}) {
    if (device != nullptr && device->interrupt != nullptr) {
      return device->interrupt;
    }
  }
  return nullptr;
}

}  // namespace

bool TakeBytes() {
  bool any = false;
  for (int i = 0; i < kBytesPerInterrupt; i++) {
    const UCHAR status = READ_PORT_UCHAR(controller.command_port);
    if (status == 0xFF || (status & kOutputFull) == 0) {
      break;
    }
    DispatchByte(status, READ_PORT_UCHAR(controller.data_port));
    any = true;
  }
  return any;
}

NTSTATUS ConnectInterrupt(Device *device) {
  Device *other = device->kind == Kind::Keyboard ? controller.mouse : controller.keyboard;
  KIRQL synchronize_irql = device->irql;
  // Routines that share a lock run at the highest IRQL of them all: a lower one that is there already moves up.
  // Source: IoConnectInterrupt (WDK), SynchronizeIrql.
  if (other != nullptr && other->interrupt != nullptr) {
    if (other->irql > synchronize_irql) {
      synchronize_irql = other->irql;
    }
    if (other->synchronize_irql < synchronize_irql) {
      DisconnectInterrupt(other);
      const NTSTATUS status = Connect(other, synchronize_irql);
      if (!NT_SUCCESS(status)) {
        other->interrupt = nullptr;
        return status;
      }
    }
  }
  const NTSTATUS status = Connect(device, synchronize_irql);
  if (!NT_SUCCESS(status)) {
    device->interrupt = nullptr;
  }
  return status;
}

void DisconnectInterrupt(Device *device) {
  if (device->interrupt != nullptr) {
    IoDisconnectInterrupt(device->interrupt);
    device->interrupt = nullptr;
  }
}

InterruptGuard::InterruptGuard() : old_irql_(0), interrupt_(AnyInterrupt()) {
  if (interrupt_ != nullptr) {
    old_irql_ = KeAcquireInterruptSpinLock(interrupt_);
  } else {
    KeAcquireSpinLock(&controller.lock, &old_irql_);
  }
}

InterruptGuard::~InterruptGuard() {
  if (interrupt_ != nullptr) {
    KeReleaseInterruptSpinLock(interrupt_, old_irql_);
  } else {
    KeReleaseSpinLock(&controller.lock, old_irql_);
  }
}

void DispatchByte(UCHAR status, UCHAR byte) {
  if ((status & kAuxiliaryData) != 0) {
    if (controller.mouse != nullptr && controller.mouse->initialised) {
      MouseByte(controller.mouse, status, byte);
    }
  } else if (controller.keyboard != nullptr && controller.keyboard->initialised) {
    KeyboardByte(controller.keyboard, status, byte);
  }
}

void BeginCommand(Device *device, const UCHAR *bytes, UCHAR count) {
  Command &command = device->command;
  RtlCopyMemory(command.bytes, bytes, count);
  command.count = count;
  command.next = 0;
  command.resends = 0;
  command.active = true;
  command.status = STATUS_PENDING;
  // A byte that cannot be sent shows as the time-out.
  WriteDevice(device->kind, command.bytes[0]);
}

bool CommandAnswer(Device *device, UCHAR byte) {
  Command &command = device->command;
  if (!command.active || (byte != kAcknowledge && byte != kResend)) {
    return false;
  }
  if (byte == kResend) {
    if (++command.resends <= kResendLimit) {
      WriteDevice(device->kind, command.bytes[command.next]);
      return true;
    }
    command.status = STATUS_IO_DEVICE_ERROR;
  } else if (++command.next < command.count) {
    command.resends = 0;
    WriteDevice(device->kind, command.bytes[command.next]);
    return true;
  } else {
    command.status = STATUS_SUCCESS;
  }
  command.active = false;
  KeInsertQueueDpc(&device->command_dpc, nullptr, nullptr);
  return true;
}

}  // namespace i8042
