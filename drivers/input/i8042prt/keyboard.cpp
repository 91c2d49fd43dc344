// The keyboard behind the controller: set-up, input, what the class driver asks for.

#include "i8042prt.hpp"

namespace i8042 {

namespace {

constexpr ULONG kSelfTestMilliseconds = 2000;
constexpr USHORT kFunctionKeys = 12;
constexpr USHORT kIndicators = 3;
constexpr USHORT kKeysTotal = 101;
constexpr USHORT kRateMinimum = 2;
constexpr USHORT kRateMaximum = 30;
constexpr USHORT kDelayMinimum = 250;
constexpr USHORT kDelayMaximum = 1000;

constexpr INDICATOR_LIST kIndicatorKeys[kIndicators] = {
    {0x3A, KEYBOARD_CAPS_LOCK_ON}, {0x45, KEYBOARD_NUM_LOCK_ON}, {0x46, KEYBOARD_SCROLL_LOCK_ON}};

void QueueKey(Device *device, const KEYBOARD_INPUT_DATA &data) {
  KeyboardState &keyboard = device->keyboard;
  if (keyboard.overrun) {
    KEYBOARD_INPUT_DATA lost{};
    lost.MakeCode = KEYBOARD_OVERRUN_MAKE_CODE;
    if (!keyboard.ring.Put(lost)) {
      return;
    }
    keyboard.overrun = false;
  }
  if (!keyboard.ring.Put(data)) {
    keyboard.overrun = true;
  }
  KeInsertQueueDpc(&device->data_dpc, nullptr, nullptr);
}

VOID NTAPI HookWrite(PVOID context, UCHAR value) { WriteDevice(static_cast<Device *>(context)->kind, value); }

VOID NTAPI HookQueue(PVOID context) { KeInsertQueueDpc(&static_cast<Device *>(context)->data_dpc, nullptr, nullptr); }

NTSTATUS NTAPI HookRead(PVOID context, PUCHAR value, BOOLEAN) {
  return ReadFrom(static_cast<Device *>(context)->kind, 500, value);
}

NTSTATUS NTAPI HookSend(PVOID context, UCHAR value, BOOLEAN wait) {
  const Kind kind = static_cast<Device *>(context)->kind;
  return wait ? SendPolled(kind, value) : WriteDevice(kind, value);
}

/// A filter's routine sees each byte first. True: it has dealt with the byte.
bool Hooked(Device *device, UCHAR status, UCHAR *byte) {
  KeyboardState &keyboard = device->keyboard;
  if (keyboard.hook.IsrRoutine == nullptr) {
    return false;
  }
  KEYBOARD_INPUT_DATA input{};
  OUTPUT_PACKET output{device->command.bytes, device->command.next, device->command.count,
                       device->command.active ? SendingBytes : Idle};
  KEYBOARD_SCAN_STATE state = static_cast<KEYBOARD_SCAN_STATE>(keyboard.parser.Pending());
  BOOLEAN go_on = TRUE;
  keyboard.hook.IsrRoutine(keyboard.hook.Context, &input, &output, status, byte, &go_on, &state);
  keyboard.parser.SetPending(static_cast<ScanCodeParser::Prefix>(state));
  return !go_on;
}

}  // namespace

/// The byte that the keyboard wants for rate and delay: period = (8 + bits 0-2) * 2^(bits 3-4) / 240 s, delay in
/// quarters of a second. Source: IBM PS/2 Hardware Interface Technical Reference, keyboard command F3.
UCHAR TypematicByte(const KEYBOARD_TYPEMATIC_PARAMETERS &typematic) {
  UCHAR rate = 0x1F;
  for (UCHAR code = 0; code < 0x20; code++) {
    const ULONG period = (8u + (code & 7)) << (code >> 3);
    if (240u / period <= typematic.Rate) {
      rate = code;
      break;
    }
  }
  const auto delay = static_cast<UCHAR>((typematic.Delay - kDelayMinimum) / kDelayMinimum);
  return static_cast<UCHAR>((delay & 3) << 5 | rate);
}

NTSTATUS PrepareKeyboard(Device *device) {
  KeyboardState &keyboard = device->keyboard;
  if (keyboard.ring.Records() != nullptr) {
    return STATUS_SUCCESS;
  }
  const ULONG count = controller.parameters.keyboard_queue + 1;
  auto *records = static_cast<KEYBOARD_INPUT_DATA *>(
      ExAllocatePool2(POOL_FLAG_NON_PAGED, count * sizeof(KEYBOARD_INPUT_DATA), kPoolTag));
  if (records == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  keyboard.ring.Use(records, count);
  keyboard.typematic = {0, kRateMaximum, kDelayMinimum};
  return STATUS_SUCCESS;
}

/// Resets the keyboard and leaves it sending set 1 codes, indicators off, fastest repeat.
/// Statuses: STATUS_IO_TIMEOUT (nothing there), STATUS_IO_DEVICE_ERROR (wrong answers).
NTSTATUS InitialiseKeyboard(Device *device, UCHAR *configuration) {
  KeyboardState &keyboard = device->keyboard;
  NTSTATUS status = SendPolled(Kind::Keyboard, kReset);
  UCHAR answer = 0;
  if (NT_SUCCESS(status)) {
    status = ReadFrom(Kind::Keyboard, kSelfTestMilliseconds, &answer);
  }
  if (NT_SUCCESS(status) && answer != kSelfTestPassed) {
    status = STATUS_IO_DEVICE_ERROR;
  }
  if (!NT_SUCCESS(status)) {
    return status;
  }
  // Some controllers cannot translate: then the table in scan_code.hpp does it.
  bool set2 = false;
  if (NT_SUCCESS(WriteCommand(kReadConfiguration)) && NT_SUCCESS(ReadFrom(Kind::Keyboard, 250, &answer))) {
    set2 = (answer & kTranslate) == 0;
  }
  keyboard.parser.Reset(set2);
  if (keyboard.hook.InitializationRoutine != nullptr) {
    BOOLEAN translate = TRUE;
    status = keyboard.hook.InitializationRoutine(keyboard.hook.Context, device, HookRead, HookSend, &translate);
    if (!NT_SUCCESS(status)) {
      return status;
    }
    if (!translate) {
      *configuration &= static_cast<UCHAR>(~kTranslate);
      keyboard.parser.Reset(false);
    }
  }
  const UCHAR set_up[] = {kSetIndicators, 0, kSetTypematic, TypematicByte(keyboard.typematic), kEnable};
  for (UCHAR byte : set_up) {
    status = SendPolled(Kind::Keyboard, byte);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

void KeyboardByte(Device *device, UCHAR status, UCHAR byte) {
  if (Hooked(device, status, &byte) || CommandAnswer(device, byte)) {
    return;
  }
  const std::optional<KeyEvent> event = device->keyboard.parser.Put(byte);
  if (!event || device->enabled == 0) {
    return;
  }
  KEYBOARD_INPUT_DATA data{};
  data.MakeCode = event->make_code;
  data.Flags = event->flags;
  QueueKey(device, data);
}

namespace {

NTSTATUS QueryAttributes(PIRP irp, ULONG output) {
  if (output < sizeof(KEYBOARD_ATTRIBUTES)) {
    return Complete(irp, STATUS_BUFFER_TOO_SMALL);
  }
  auto *attributes = static_cast<KEYBOARD_ATTRIBUTES *>(irp->AssociatedIrp.SystemBuffer);
  RtlZeroMemory(attributes, sizeof(*attributes));
  attributes->KeyboardIdentifier = {4, 0};  // enhanced, 101 or 102 keys
  attributes->KeyboardMode = 1;             // scan code set 1
  attributes->NumberOfFunctionKeys = kFunctionKeys;
  attributes->NumberOfIndicators = kIndicators;
  attributes->NumberOfKeysTotal = kKeysTotal;
  attributes->InputDataQueueLength = controller.parameters.keyboard_queue;
  attributes->KeyRepeatMinimum = {0, kRateMinimum, kDelayMinimum};
  attributes->KeyRepeatMaximum = {0, kRateMaximum, kDelayMaximum};
  return Complete(irp, STATUS_SUCCESS, sizeof(*attributes));
}

NTSTATUS QueryIndicatorTranslation(PIRP irp, ULONG output) {
  constexpr ULONG kLength = FIELD_OFFSET(KEYBOARD_INDICATOR_TRANSLATION, IndicatorList) + sizeof(kIndicatorKeys);
  if (output < kLength) {
    return Complete(irp, STATUS_BUFFER_TOO_SMALL);
  }
  auto *translation = static_cast<KEYBOARD_INDICATOR_TRANSLATION *>(irp->AssociatedIrp.SystemBuffer);
  translation->NumberOfIndicatorKeys = kIndicators;
  RtlCopyMemory(translation->IndicatorList, kIndicatorKeys, sizeof(kIndicatorKeys));
  return Complete(irp, STATUS_SUCCESS, kLength);
}

template <typename T>
NTSTATUS QueryValue(PIRP irp, ULONG output, const T &value) {
  if (output < sizeof(T)) {
    return Complete(irp, STATUS_BUFFER_TOO_SMALL);
  }
  *static_cast<T *>(irp->AssociatedIrp.SystemBuffer) = value;
  return Complete(irp, STATUS_SUCCESS, sizeof(T));
}

/// Requests that talk to the keyboard stand in the device queue: StartIo takes one at a time.
NTSTATUS Queue(Device *device, PIRP irp) {
  if (!device->initialised) {
    return Complete(irp, STATUS_DEVICE_NOT_READY);
  }
  IoMarkIrpPending(irp);
  IoStartPacket(device->self, irp, nullptr, nullptr);
  return STATUS_PENDING;
}

NTSTATUS SetIndicators(Device *device, PIRP irp, ULONG input) {
  if (input < sizeof(KEYBOARD_INDICATOR_PARAMETERS)) {
    return Complete(irp, STATUS_BUFFER_TOO_SMALL);
  }
  const auto *wanted = static_cast<KEYBOARD_INDICATOR_PARAMETERS *>(irp->AssociatedIrp.SystemBuffer);
  constexpr USHORT kKnown =
      KEYBOARD_SCROLL_LOCK_ON | KEYBOARD_NUM_LOCK_ON | KEYBOARD_CAPS_LOCK_ON | KEYBOARD_KANA_LOCK_ON;
  if ((wanted->LedFlags & ~kKnown) != 0) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  return Queue(device, irp);
}

NTSTATUS SetTypematic(Device *device, PIRP irp, ULONG input) {
  if (input < sizeof(KEYBOARD_TYPEMATIC_PARAMETERS)) {
    return Complete(irp, STATUS_BUFFER_TOO_SMALL);
  }
  const auto *wanted = static_cast<KEYBOARD_TYPEMATIC_PARAMETERS *>(irp->AssociatedIrp.SystemBuffer);
  if (wanted->Rate < kRateMinimum || wanted->Rate > kRateMaximum || wanted->Delay < kDelayMinimum ||
      wanted->Delay > kDelayMaximum) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  return Queue(device, irp);
}

NTSTATUS ConnectClass(Device *device, PIRP irp, PIO_STACK_LOCATION stack) {
  if (device->connection.ClassService != nullptr) {
    return Complete(irp, STATUS_SHARING_VIOLATION);
  }
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(CONNECT_DATA) ||
      stack->Parameters.DeviceIoControl.Type3InputBuffer == nullptr) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  const NTSTATUS status = PrepareKeyboard(device);
  if (NT_SUCCESS(status)) {
    device->kind = Kind::Keyboard;
    device->connection = *static_cast<CONNECT_DATA *>(stack->Parameters.DeviceIoControl.Type3InputBuffer);
  }
  return Complete(irp, status);
}

NTSTATUS HookKeyboard(Device *device, PIRP irp, PIO_STACK_LOCATION stack) {
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(INTERNAL_I8042_HOOK_KEYBOARD) ||
      stack->Parameters.DeviceIoControl.Type3InputBuffer == nullptr) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  auto *hook = static_cast<INTERNAL_I8042_HOOK_KEYBOARD *>(stack->Parameters.DeviceIoControl.Type3InputBuffer);
  hook->CallContext = device;
  hook->IsrWritePort = HookWrite;
  hook->QueueKeyboardPacket = HookQueue;
  device->keyboard.hook = *hook;
  return Complete(irp, STATUS_SUCCESS);
}

}  // namespace

/// Requests for the keyboard. Source: WDK, "I8042prt driver reference: keyboard IOCTLs".
NTSTATUS KeyboardControl(Device *device, PIRP irp, PIO_STACK_LOCATION stack) {
  const ULONG input = stack->Parameters.DeviceIoControl.InputBufferLength;
  const ULONG output = stack->Parameters.DeviceIoControl.OutputBufferLength;
  const bool internal = stack->MajorFunction == IRP_MJ_INTERNAL_DEVICE_CONTROL;
  switch (stack->Parameters.DeviceIoControl.IoControlCode) {
    case IOCTL_KEYBOARD_QUERY_ATTRIBUTES:
      return QueryAttributes(irp, output);
    case IOCTL_KEYBOARD_QUERY_INDICATOR_TRANSLATION:
      return QueryIndicatorTranslation(irp, output);
    case IOCTL_KEYBOARD_QUERY_INDICATORS:
      return QueryValue(irp, output, device->keyboard.indicators);
    case IOCTL_KEYBOARD_QUERY_TYPEMATIC:
      return QueryValue(irp, output, device->keyboard.typematic);
    case IOCTL_KEYBOARD_SET_INDICATORS:
      return SetIndicators(device, irp, input);
    case IOCTL_KEYBOARD_SET_TYPEMATIC:
      return SetTypematic(device, irp, input);
    case IOCTL_INTERNAL_KEYBOARD_CONNECT:
      return internal ? ConnectClass(device, irp, stack) : Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    case IOCTL_INTERNAL_I8042_HOOK_KEYBOARD:
      return internal ? HookKeyboard(device, irp, stack) : Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
    case IOCTL_INTERNAL_KEYBOARD_DISCONNECT:
    case IOCTL_INTERNAL_KEYBOARD_ENABLE:
    case IOCTL_INTERNAL_KEYBOARD_DISABLE:
      return Complete(irp, STATUS_NOT_IMPLEMENTED);
    default:
      return Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
  }
}

/// Hands what the ISR has gathered to the class driver; what it does not take stays and is offered again.
void KeyboardDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  HandOver(device, device->keyboard.ring);
}

}  // namespace i8042
