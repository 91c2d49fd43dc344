// The controller by polling: for set-up, with its interrupts off. Every wait ends: silent hardware costs time, never
// the boot.

#include "i8042prt.hpp"

namespace i8042 {

Controller controller;

namespace {

constexpr ULONG kControllerMilliseconds = 250;
constexpr ULONG kAnswerMilliseconds = 500;
constexpr ULONG kStallMicroseconds = 50;

/// Waits until the controller takes a byte.
NTSTATUS WaitInputEmpty() {
  for (ULONG waited = 0; waited < kControllerMilliseconds * 1000; waited += kStallMicroseconds) {
    if ((READ_PORT_UCHAR(controller.command_port) & kInputFull) == 0) {
      return STATUS_SUCCESS;
    }
    KeStallExecutionProcessor(kStallMicroseconds);
  }
  return STATUS_IO_TIMEOUT;
}

/// Sleeps: while a device is silent for long, others may run.
void Nap(ULONG milliseconds) {
  LARGE_INTEGER interval;
  interval.QuadPart = -10000LL * milliseconds;
  KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

/// Throws away what the controller still holds. All ones is no controller.
NTSTATUS Flush() {
  for (int i = 0; i < 256; i++) {
    const UCHAR status = READ_PORT_UCHAR(controller.command_port);
    if (status == 0xFF) {
      return STATUS_NO_SUCH_DEVICE;
    }
    if ((status & kOutputFull) == 0) {
      return STATUS_SUCCESS;
    }
    READ_PORT_UCHAR(controller.data_port);
    KeStallExecutionProcessor(10);
  }
  return STATUS_NO_SUCH_DEVICE;
}

bool Running(const Device *device) { return device != nullptr && device->initialised; }

/// No interrupts, both clocks stopped.
UCHAR Silent(UCHAR configuration) {
  configuration &= static_cast<UCHAR>(~(kKeyboardInterrupt | kAuxiliaryInterrupt));
  return configuration | kKeyboardOff | kAuxiliaryOff;
}

/// Keeps the ISRs off the ports while set-up polls them.
class Polling {
 public:
  Polling() {
    InterruptGuard guard;
    controller.polling = true;
  }
  ~Polling() {
    InterruptGuard guard;
    controller.polling = false;
    // An edge that came meanwhile went by unheard, and no other comes before its byte is taken.
    TakeBytes();
  }
  Polling(const Polling &) = delete;
  Polling &operator=(const Polling &) = delete;
};

}  // namespace

NTSTATUS WriteCommand(UCHAR command) {
  const NTSTATUS status = WaitInputEmpty();
  if (NT_SUCCESS(status)) {
    WRITE_PORT_UCHAR(controller.command_port, command);
  }
  return status;
}

NTSTATUS WriteData(UCHAR data) {
  const NTSTATUS status = WaitInputEmpty();
  if (NT_SUCCESS(status)) {
    WRITE_PORT_UCHAR(controller.data_port, data);
  }
  return status;
}

/// Waits for a byte of one device. What the other one says meanwhile goes its usual way.
NTSTATUS ReadFrom(Kind kind, ULONG milliseconds, UCHAR *data) {
  LARGE_INTEGER start;
  KeQuerySystemTime(&start);
  for (;;) {
    // The first half millisecond is spent spinning: most answers are there by then.
    for (ULONG spin = 0; spin < 10; spin++) {
      const UCHAR status = READ_PORT_UCHAR(controller.command_port);
      if (status == 0xFF) {
        return STATUS_NO_SUCH_DEVICE;
      }
      if ((status & kOutputFull) != 0) {
        const UCHAR byte = READ_PORT_UCHAR(controller.data_port);
        const Kind source = (status & kAuxiliaryData) != 0 ? Kind::Mouse : Kind::Keyboard;
        if (source == kind) {
          *data = byte;
          return STATUS_SUCCESS;
        }
        Device *other = source == Kind::Mouse ? controller.mouse : controller.keyboard;
        if (other != nullptr && other->initialised) {
          InterruptGuard guard;
          DispatchByte(status, byte);
        }
        continue;
      }
      KeStallExecutionProcessor(kStallMicroseconds);
    }
    LARGE_INTEGER now;
    KeQuerySystemTime(&now);
    if (now.QuadPart - start.QuadPart > 10000LL * milliseconds) {
      return STATUS_IO_TIMEOUT;
    }
    Nap(1);
  }
}

NTSTATUS WriteConfiguration(UCHAR configuration) {
  NTSTATUS status = WriteCommand(kWriteConfiguration);
  if (NT_SUCCESS(status)) {
    status = WriteData(configuration);
  }
  if (NT_SUCCESS(status)) {
    controller.configuration = configuration;
  }
  return status;
}

NTSTATUS WriteDevice(Kind kind, UCHAR data) {
  if (kind == Kind::Mouse) {
    const NTSTATUS status = WriteCommand(kWriteToAuxiliary);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  return WriteData(data);
}

NTSTATUS SendPolled(Kind kind, UCHAR data) {
  for (int attempt = 0; attempt < 3; attempt++) {
    NTSTATUS status = WriteDevice(kind, data);
    UCHAR answer = 0;
    // Bytes from before the command may still be under way.
    for (int skipped = 0; NT_SUCCESS(status) && skipped < 16; skipped++) {
      status = ReadFrom(kind, kAnswerMilliseconds, &answer);
      if (NT_SUCCESS(status) && (answer == kAcknowledge || answer == kResend)) {
        break;
      }
    }
    if (!NT_SUCCESS(status)) {
      return status;
    }
    if (answer == kAcknowledge) {
      return STATUS_SUCCESS;
    }
  }
  return STATUS_IO_DEVICE_ERROR;
}

NTSTATUS QuietController() {
  if (READ_PORT_UCHAR(controller.command_port) == 0xFF) {
    return STATUS_NO_SUCH_DEVICE;
  }
  // When a device runs already its interrupt would take the answer to a read: then what was written last is known.
  UCHAR configuration = controller.configuration;
  const bool running = Running(controller.keyboard) || Running(controller.mouse);
  NTSTATUS status = STATUS_SUCCESS;
  if (running) {
    status = WriteConfiguration(Silent(configuration));
  }
  if (NT_SUCCESS(status)) {
    status = WriteCommand(kDisableKeyboard);
  }
  if (NT_SUCCESS(status)) {
    status = WriteCommand(kDisableAuxiliary);
  }
  if (NT_SUCCESS(status)) {
    status = Flush();
  }
  if (NT_SUCCESS(status) && !running) {
    status = WriteCommand(kReadConfiguration);
    if (NT_SUCCESS(status)) {
      // The controller's own answers come without the auxiliary bit.
      status = ReadFrom(Kind::Keyboard, kControllerMilliseconds, &configuration);
    }
    configuration |= kTranslate;
  }
  if (NT_SUCCESS(status)) {
    status = WriteConfiguration(Silent(configuration));
  }
  return status;
}

namespace {

/// One device with both clocks as its set-up wants them; on failure its line stays off.
NTSTATUS InitialiseOne(Device *device, UCHAR *configuration) {
  if (device->kind == Kind::Keyboard) {
    *configuration &= static_cast<UCHAR>(~kKeyboardOff);
    WriteConfiguration(*configuration);
    const NTSTATUS status = InitialiseKeyboard(device, configuration);
    if (!NT_SUCCESS(status)) {
      *configuration |= kKeyboardOff;
    }
    return status;
  }
  *configuration &= static_cast<UCHAR>(~kAuxiliaryOff);
  WriteConfiguration(*configuration);
  const NTSTATUS status = InitialiseMouse(device);
  if (!NT_SUCCESS(status)) {
    *configuration |= kAuxiliaryOff;
  }
  return status;
}

bool Waiting(Device *device) { return device != nullptr && device->started && !device->initialised && !device->failed; }

/// A device that started before and only now turned out not to answer: PnP is asked to look at its state.
void Failed(Device *device, Device *asking) {
  device->failed = true;
  DisconnectInterrupt(device);
  if (device != asking) {
    IoInvalidateDeviceState(device->physical);
  }
}

}  // namespace

NTSTATUS InitialiseDevices(Device *asking) {
  Device *const devices[] = {controller.keyboard, controller.mouse};
  if (!Waiting(devices[0]) && !Waiting(devices[1])) {
    return STATUS_SUCCESS;
  }
  for (Device *device : devices) {
    if (Waiting(device)) {
      // Connected before the hardware may interrupt: until then nothing is shared.
      const NTSTATUS status = ConnectInterrupt(device);
      if (!NT_SUCCESS(status)) {
        Failed(device, asking);
        if (device == asking) {
          return status;
        }
      }
    }
  }
  Polling polling;
  NTSTATUS status = QuietController();
  if (!NT_SUCCESS(status)) {
    for (Device *device : devices) {
      if (Waiting(device)) {
        Failed(device, asking);
      }
    }
    return status;
  }
  NTSTATUS result = STATUS_SUCCESS;
  UCHAR configuration = controller.configuration;
  for (Device *device : devices) {
    if (!Waiting(device)) {
      continue;
    }
    status = InitialiseOne(device, &configuration);
    if (NT_SUCCESS(status)) {
      device->initialised = true;
      continue;
    }
    Failed(device, asking);
    if (device == asking) {
      result = status;
    }
  }
  for (Device *device : devices) {
    if (Running(device)) {
      const bool keyboard = device->kind == Kind::Keyboard;
      configuration |= keyboard ? kKeyboardInterrupt : kAuxiliaryInterrupt;
      configuration &= static_cast<UCHAR>(~(keyboard ? kKeyboardOff : kAuxiliaryOff));
    }
  }
  status = WriteConfiguration(configuration);
  return NT_SUCCESS(result) ? status : result;
}

}  // namespace i8042
