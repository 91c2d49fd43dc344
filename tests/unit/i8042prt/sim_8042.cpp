#include "sim_8042.hpp"

#include <algorithm>

using namespace i8042;

UCHAR Sim8042::Read(ULONG_PTR port) {
  if (absent) {
    return 0xFF;
  }
  if (port == kCommand) {
    return static_cast<UCHAR>((full_ ? kOutputFull : 0) | (full_ && from_mouse_ ? kAuxiliaryData : 0) |
                              (stuck ? kInputFull : 0));
  }
  const UCHAR value = output_;
  full_ = false;
  Fill();
  return value;
}

void Sim8042::Fill() {
  if (full_) {
    return;
  }
  if (!controller_bytes_.empty()) {
    output_ = controller_bytes_.front();
    controller_bytes_.pop_front();
    from_mouse_ = false;
  } else if (!keyboard_bytes.empty() && (configuration & kKeyboardOff) == 0) {
    output_ = keyboard_bytes.front();
    keyboard_bytes.pop_front();
    from_mouse_ = false;
  } else if (!mouse_bytes.empty() && (configuration & kAuxiliaryOff) == 0) {
    output_ = mouse_bytes.front();
    mouse_bytes.pop_front();
    from_mouse_ = true;
  } else {
    return;
  }
  full_ = true;
  if ((configuration & (from_mouse_ ? kAuxiliaryInterrupt : kKeyboardInterrupt)) != 0) {
    fake::Raise(from_mouse_ ? kMouseVector : kKeyboardVector);
  }
}

void Sim8042::Write(ULONG_PTR port, UCHAR value) {
  if (absent || stuck) {
    return;
  }
  if (port == kCommand) {
    command_ = 0;
    switch (value) {
      case kReadConfiguration:
        controller_bytes_.push_back(configuration);
        break;
      case kDisableKeyboard:
        configuration |= kKeyboardOff;
        break;
      case kEnableKeyboard:
        configuration &= static_cast<UCHAR>(~kKeyboardOff);
        break;
      case kDisableAuxiliary:
        configuration |= kAuxiliaryOff;
        break;
      case kEnableAuxiliary:
        configuration &= static_cast<UCHAR>(~kAuxiliaryOff);
        break;
      default:
        command_ = value;
        break;
    }
    Fill();
    return;
  }
  const UCHAR command = std::exchange(command_, UCHAR{0});
  if (command == kWriteConfiguration) {
    configuration = cannot_translate ? static_cast<UCHAR>(value & ~kTranslate) : value;
    if (key_at_enable && (value & kKeyboardInterrupt) != 0) {
      keyboard_bytes.push_back(0x1E);
    }
  } else if (command == kWriteToAuxiliary) {
    ToMouse(value);
  } else if (command == 0) {
    // Writing to the keyboard starts its clock.
    configuration &= static_cast<UCHAR>(~kKeyboardOff);
    ToKeyboard(value);
  }
  Fill();
}

void Sim8042::ToKeyboard(UCHAR value) {
  if (keyboard_absent) {
    return;
  }
  if (resend > 0) {
    resend--;
    keyboard_bytes.push_back(kResend);
    return;
  }
  const UCHAR command = std::exchange(keyboard_command_, UCHAR{0});
  if (ignore_indicators && (value == kSetIndicators || command == kSetIndicators)) {
    return;
  }
  keyboard_bytes.push_back(kAcknowledge);
  if (command == kSetIndicators) {
    indicators = value;
  } else if (command == kSetTypematic) {
    typematic = value;
  } else if (value == kSetIndicators || value == kSetTypematic) {
    keyboard_command_ = value;
  } else if (value == kReset) {
    keyboard_bytes.push_back(kSelfTestPassed);
  }
}

void Sim8042::ToMouse(UCHAR value) {
  if (mouse_absent) {
    return;
  }
  mouse_bytes.push_back(kAcknowledge);
  const UCHAR command = std::exchange(mouse_command_, UCHAR{0});
  if (command == kSetSampleRate) {
    rates_.push_back(value);
    if (rates_.size() >= 3) {
      const std::vector<UCHAR> knock(rates_.end() - 3, rates_.end());
      if (best_mouse >= 3 && knock == std::vector<UCHAR>{200, 100, 80}) {
        mouse_identity_ = 3;
      } else if (best_mouse >= 4 && knock == std::vector<UCHAR>{200, 200, 80}) {
        mouse_identity_ = 4;
      }
    }
    return;
  }
  if (command == kSetResolution) {
    return;
  }
  if (value == kReset) {
    mouse_identity_ = 0;
    mouse_bytes.push_back(kSelfTestPassed);
    mouse_bytes.push_back(0);
  } else if (value == kGetId) {
    mouse_bytes.push_back(mouse_identity_);
  } else if (value == kSetSampleRate || value == kSetResolution) {
    mouse_command_ = value;
  }
}

namespace {

std::vector<KEYBOARD_INPUT_DATA> *keys_seen = nullptr;
std::vector<MOUSE_INPUT_DATA> *moves_seen = nullptr;
ULONG *appetite_now = nullptr;

template <typename T>
void Serve(std::vector<T> *seen, PVOID begin, PVOID end, PVOID consumed) {
  EXPECT_EQ(fake::Irql(), DISPATCH_LEVEL);
  auto *first = static_cast<T *>(begin);
  const auto count = std::min<ULONG>(*appetite_now, static_cast<ULONG>(static_cast<T *>(end) - first));
  seen->insert(seen->end(), first, first + count);
  *static_cast<ULONG *>(consumed) = count;
}

VOID NTAPI ServeKeys(PVOID, PVOID begin, PVOID end, PVOID consumed) { Serve(keys_seen, begin, end, consumed); }
VOID NTAPI ServeMoves(PVOID, PVOID begin, PVOID end, PVOID consumed) { Serve(moves_seen, begin, end, consumed); }

}  // namespace

PortTest::PortTest() {
  fake::Reset(&chip);
  keys_seen = &keys;
  moves_seen = &moves;
  appetite_now = &appetite;
  controller = Controller{};
  KeInitializeEvent(&controller.mutex, SynchronizationEvent, TRUE);
  driver.DriverExtension = &extension;
  driver.DriverStartIo = StartIo;
  EXPECT_EQ(Add(&keyboard, IOCTL_INTERNAL_KEYBOARD_CONNECT, reinterpret_cast<PVOID>(ServeKeys)), STATUS_SUCCESS);
  EXPECT_EQ(Add(&mouse, IOCTL_INTERNAL_MOUSE_CONNECT, reinterpret_cast<PVOID>(ServeMoves)), STATUS_SUCCESS);
}

PortTest::~PortTest() {
  EXPECT_EQ(Pnp(mouse, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
  EXPECT_EQ(Pnp(keyboard, IRP_MN_REMOVE_DEVICE), STATUS_SUCCESS);
  EXPECT_EQ(fake::PoolInUse(), 0u);
  EXPECT_EQ(fake::Connected(), 0u);
  EXPECT_EQ(fake::Irql(), PASSIVE_LEVEL);
}

NTSTATUS PortTest::Add(PDEVICE_OBJECT *device, ULONG connect, PVOID service) {
  NTSTATUS status = AddDevice(&driver, &bus);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  *device = fake::LastDevice();
  CONNECT_DATA connection{*device, service};
  fake::Request *request = fake::NewRequest(IRP_MJ_INTERNAL_DEVICE_CONTROL, 0);
  request->Current()->Parameters.DeviceIoControl.IoControlCode = connect;
  request->Current()->Parameters.DeviceIoControl.InputBufferLength = sizeof(connection);
  request->Current()->Parameters.DeviceIoControl.Type3InputBuffer = &connection;
  status = DispatchControl(*device, &request->irp);
  fake::Free(request);
  return status;
}

NTSTATUS PortTest::Start(PDEVICE_OBJECT device, bool ports, ULONG vector) {
  std::vector<UCHAR> memory(sizeof(CM_RESOURCE_LIST) + 3 * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR));
  auto *list = reinterpret_cast<CM_RESOURCE_LIST *>(memory.data());
  list->Count = 1;
  CM_PARTIAL_RESOURCE_LIST &partial = list->List[0].PartialResourceList;
  if (ports) {
    for (ULONG_PTR port : {Sim8042::kData, Sim8042::kCommand}) {
      CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor = partial.PartialDescriptors[partial.Count++];
      descriptor.Type = CmResourceTypePort;
      descriptor.u.Port.Start.QuadPart = static_cast<LONGLONG>(port);
      descriptor.u.Port.Length = 1;
    }
  }
  CM_PARTIAL_RESOURCE_DESCRIPTOR &interrupt = partial.PartialDescriptors[partial.Count++];
  interrupt.Type = CmResourceTypeInterrupt;
  interrupt.Flags = CM_RESOURCE_INTERRUPT_LATCHED;
  interrupt.u.Interrupt.Vector = vector;
  interrupt.u.Interrupt.Level = vector == Sim8042::kKeyboardVector ? 8 : 10;
  fake::Request *request = fake::NewRequest(IRP_MJ_PNP, 0);
  request->Current()->MinorFunction = IRP_MN_START_DEVICE;
  request->Current()->Parameters.StartDevice.AllocatedResourcesTranslated = list;
  DispatchPnp(device, &request->irp);
  const NTSTATUS status = request->Status();
  fake::Free(request);
  return status;
}

NTSTATUS PortTest::StartKeyboard() { return Start(keyboard, true, Sim8042::kKeyboardVector); }
NTSTATUS PortTest::StartMouse() { return Start(mouse, false, Sim8042::kMouseVector); }

fake::Request *PortTest::Control(PDEVICE_OBJECT device, ULONG code, const void *input, ULONG input_length,
                                 ULONG output_length, UCHAR major) {
  fake::Request *request = fake::NewRequest(major, std::max(input_length, output_length));
  std::copy_n(static_cast<const UCHAR *>(input), input_length, request->buffer.begin());
  request->Current()->Parameters.DeviceIoControl.IoControlCode = code;
  request->Current()->Parameters.DeviceIoControl.InputBufferLength = input_length;
  request->Current()->Parameters.DeviceIoControl.OutputBufferLength = output_length;
  DispatchControl(device, &request->irp);
  fake::Settle();
  return request;
}

NTSTATUS PortTest::Pnp(PDEVICE_OBJECT device, UCHAR minor) {
  fake::Request *request = fake::NewRequest(IRP_MJ_PNP, 0);
  request->Current()->MinorFunction = minor;
  const NTSTATUS status = DispatchPnp(device, &request->irp);
  fake::Free(request);
  return status;
}

void PortTest::Open(PDEVICE_OBJECT device) {
  fake::Request *request = fake::NewRequest(IRP_MJ_CREATE, 0);
  EXPECT_EQ(DispatchCreate(device, &request->irp), STATUS_SUCCESS);
  fake::Free(request);
}
