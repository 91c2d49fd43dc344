// The mouse behind the controller's second line: set-up, wheel detection, input.

#include "i8042prt.hpp"

namespace i8042 {

namespace {

constexpr ULONG kSelfTestMilliseconds = 2000;
constexpr UCHAR kMouseWheel = 3;
constexpr UCHAR kMouseFiveButtons = 4;
constexpr LONG kWheelDelta = 120;
constexpr UCHAR kButtons = 5;

void QueueReport(Device *device, const MouseReport &report) {
  MouseState &mouse = device->mouse;
  MOUSE_INPUT_DATA data{};
  data.RawButtons = report.buttons;
  const UCHAR changed = report.buttons ^ mouse.buttons;
  for (UCHAR button = 0; button < kButtons; button++) {
    const UCHAR bit = static_cast<UCHAR>(1u << button);
    if ((changed & bit) != 0) {
      // Down and up flags lie side by side, two bits a button.
      const bool down = (report.buttons & bit) != 0;
      data.ButtonFlags |= static_cast<USHORT>((down ? MOUSE_LEFT_BUTTON_DOWN : MOUSE_LEFT_BUTTON_UP) << (2 * button));
    }
  }
  if (report.wheel != 0) {
    data.ButtonFlags |= MOUSE_WHEEL;
    data.ButtonData = static_cast<USHORT>(-report.wheel * kWheelDelta);
  }
  data.Flags = MOUSE_MOVE_RELATIVE;
  data.LastX = report.x;
  data.LastY = -report.y;
  // Lost when full: what the buttons were is kept back, so that their change comes with the next report.
  if (mouse.ring.Put(data)) {
    mouse.buttons = report.buttons;
  }
  KeInsertQueueDpc(&device->data_dpc, nullptr, nullptr);
}

VOID NTAPI HookWrite(PVOID, UCHAR value) { WriteDevice(Kind::Mouse, value); }

VOID NTAPI HookQueue(PVOID context) { KeInsertQueueDpc(&static_cast<Device *>(context)->data_dpc, nullptr, nullptr); }

bool Hooked(Device *device, UCHAR status, UCHAR *byte) {
  MouseState &mouse = device->mouse;
  if (mouse.hook.IsrRoutine == nullptr) {
    return false;
  }
  MOUSE_INPUT_DATA input{};
  OUTPUT_PACKET output{device->command.bytes, device->command.next, device->command.count,
                       device->command.active ? SendingBytes : Idle};
  BOOLEAN go_on = TRUE;
  mouse.state = static_cast<MOUSE_STATE>(mouse.parser.Pending());
  mouse.hook.IsrRoutine(mouse.hook.Context, &input, &output, status, byte, &go_on, &mouse.state, &mouse.reset_state);
  return !go_on;
}

NTSTATUS SendAll(const UCHAR *bytes, ULONG count) {
  for (ULONG i = 0; i < count; i++) {
    const NTSTATUS status = SendPolled(Kind::Mouse, bytes[i]);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

/// Sets three sample rates in a row and asks who is there. Source: Microsoft, "Five-button mouse and wheel support for
/// PS/2-compatible pointing devices" (IntelliMouse knock).
NTSTATUS Knock(UCHAR first, UCHAR second, UCHAR third, UCHAR *identity) {
  const UCHAR knock[] = {kSetSampleRate, first, kSetSampleRate, second, kSetSampleRate, third, kGetId};
  NTSTATUS status = SendAll(knock, sizeof(knock));
  if (NT_SUCCESS(status)) {
    status = ReadFrom(Kind::Mouse, 500, identity);
  }
  return status;
}

/// A mouse that was plugged in again says AA 00 and waits, silent and without its wheel.
IO_WORKITEM_ROUTINE SetUpAgain;
VOID SetUpAgain(PDEVICE_OBJECT, PVOID context) {
  auto *device = static_cast<Device *>(context);
  {
    ControllerGuard guard;
    if (device->initialised) {
      device->initialised = false;
      DisconnectInterrupt(device);
      InitialiseDevices(nullptr);
    }
  }
  InterlockedExchange(&device->mouse.resetting, 0);
  IoReleaseRemoveLock(&device->remove_lock, device->work_item);
}

}  // namespace

/// Runs as a DPC: the ISR saw the mouse come back.
void MouseResetDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  if (InterlockedCompareExchange(&device->mouse.resetting, 1, 0) != 0) {
    return;
  }
  if (device->work_item == nullptr || !NT_SUCCESS(IoAcquireRemoveLock(&device->remove_lock, device->work_item))) {
    InterlockedExchange(&device->mouse.resetting, 0);
    return;
  }
  IoQueueWorkItem(device->work_item, SetUpAgain, DelayedWorkQueue, device);
}

NTSTATUS PrepareMouse(Device *device) {
  MouseState &mouse = device->mouse;
  if (mouse.ring.Records() != nullptr) {
    return STATUS_SUCCESS;
  }
  const ULONG count = controller.parameters.mouse_queue + 1;
  auto *records =
      static_cast<MOUSE_INPUT_DATA *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, count * sizeof(MOUSE_INPUT_DATA), kPoolTag));
  if (records == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  mouse.ring.Use(records, count);
  return STATUS_SUCCESS;
}

/// Resets the mouse, looks for wheel and extra buttons, leaves it reporting.
/// Statuses: STATUS_IO_TIMEOUT (nothing there), STATUS_IO_DEVICE_ERROR (wrong answers).
NTSTATUS InitialiseMouse(Device *device) {
  UCHAR answer = 0;
  NTSTATUS status = SendPolled(Kind::Mouse, kReset);
  if (NT_SUCCESS(status)) {
    status = ReadFrom(Kind::Mouse, kSelfTestMilliseconds, &answer);
  }
  if (NT_SUCCESS(status) && answer != kSelfTestPassed) {
    status = STATUS_IO_DEVICE_ERROR;
  }
  UCHAR identity = 0;
  if (NT_SUCCESS(status)) {
    status = ReadFrom(Kind::Mouse, 500, &identity);
  }
  if (NT_SUCCESS(status) && controller.parameters.enable_wheel != 0) {
    status = Knock(200, 100, 80, &identity);
    if (NT_SUCCESS(status) && identity == kMouseWheel) {
      status = Knock(200, 200, 80, &identity);
    }
  }
  if (NT_SUCCESS(status)) {
    const UCHAR set_up[] = {kSetResolution, static_cast<UCHAR>(controller.parameters.mouse_resolution), kSetSampleRate,
                            static_cast<UCHAR>(controller.parameters.sample_rate), kEnable};
    status = SendAll(set_up, sizeof(set_up));
  }
  device->mouse.parser.Reset(identity);
  device->mouse.buttons = 0;
  return status;
}

void MouseByte(Device *device, UCHAR status, UCHAR byte) {
  MouseState &mouse = device->mouse;
  if (Hooked(device, status, &byte)) {
    return;
  }
  // The bytes of a packet come within milliseconds; after a pause a new packet begins, whatever was lost.
  const ULONGLONG now = KeQueryInterruptTime();
  if (mouse.parser.Pending() != 0 && now - mouse.last_byte > 10000ULL * 1000) {
    mouse.parser.Drop();
  }
  mouse.last_byte = now;
  const bool self_test = mouse.saw_self_test;
  mouse.saw_self_test = byte == kSelfTestPassed && mouse.parser.Pending() == 0;
  if (self_test && byte == 0) {
    mouse.parser.Drop();
    KeInsertQueueDpc(&mouse.reset_dpc, nullptr, nullptr);
    return;
  }
  const std::optional<MouseReport> report = mouse.parser.Put(byte);
  if (report && device->enabled != 0) {
    QueueReport(device, *report);
  }
}

namespace {

NTSTATUS QueryAttributes(Device *device, PIRP irp, ULONG output) {
  if (output < sizeof(MOUSE_ATTRIBUTES)) {
    return Complete(irp, STATUS_BUFFER_TOO_SMALL);
  }
  const UCHAR identity = device->mouse.parser.Identity();
  auto *attributes = static_cast<MOUSE_ATTRIBUTES *>(irp->AssociatedIrp.SystemBuffer);
  RtlZeroMemory(attributes, sizeof(*attributes));
  attributes->MouseIdentifier = identity >= kMouseWheel ? WHEELMOUSE_I8042_HARDWARE : MOUSE_I8042_HARDWARE;
  attributes->NumberOfButtons = identity >= kMouseFiveButtons ? 5 : 3;
  attributes->SampleRate = static_cast<USHORT>(controller.parameters.sample_rate);
  attributes->InputDataQueueLength = controller.parameters.mouse_queue;
  return Complete(irp, STATUS_SUCCESS, sizeof(*attributes));
}

NTSTATUS ConnectClass(Device *device, PIRP irp, PIO_STACK_LOCATION stack) {
  if (device->connection.ClassService != nullptr) {
    return Complete(irp, STATUS_SHARING_VIOLATION);
  }
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(CONNECT_DATA) ||
      stack->Parameters.DeviceIoControl.Type3InputBuffer == nullptr) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  const NTSTATUS status = PrepareMouse(device);
  if (NT_SUCCESS(status)) {
    device->kind = Kind::Mouse;
    device->connection = *static_cast<CONNECT_DATA *>(stack->Parameters.DeviceIoControl.Type3InputBuffer);
  }
  return Complete(irp, status);
}

NTSTATUS HookMouse(Device *device, PIRP irp, PIO_STACK_LOCATION stack) {
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(INTERNAL_I8042_HOOK_MOUSE) ||
      stack->Parameters.DeviceIoControl.Type3InputBuffer == nullptr) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  auto *hook = static_cast<INTERNAL_I8042_HOOK_MOUSE *>(stack->Parameters.DeviceIoControl.Type3InputBuffer);
  hook->CallContext = device;
  hook->IsrWritePort = HookWrite;
  hook->QueueMousePacket = HookQueue;
  device->mouse.hook = *hook;
  return Complete(irp, STATUS_SUCCESS);
}

}  // namespace

/// Requests for the mouse. Source: WDK, "I8042prt driver reference: mouse IOCTLs".
NTSTATUS MouseControl(Device *device, PIRP irp, PIO_STACK_LOCATION stack) {
  const bool internal = stack->MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL;
  switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_MOUSE_QUERY_ATTRIBUTES:
      return QueryAttributes(device, irp, stack->Parameters.DeviceIoControl.OutputBufferLength);
    case IOCTL_INTERNAL_MOUSE_CONNECT:
      return internal ? ConnectClass(device, irp, stack) : Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    case IOCTL_INTERNAL_I8042_HOOK_MOUSE:
      return internal ? HookMouse(device, irp, stack) : Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    case IOCTL_INTERNAL_MOUSE_DISCONNECT:
    case IOCTL_INTERNAL_MOUSE_ENABLE:
    case IOCTL_INTERNAL_MOUSE_DISABLE:
      return Complete(irp, STATUS_NOT_IMPLEMENTED);
    default:
      return Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
  }
}

/// Hands what the ISR has gathered to the class driver; what it does not take stays and is offered again.
void MouseDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  HandOver(device, device->mouse.ring);
}

}  // namespace i8042
