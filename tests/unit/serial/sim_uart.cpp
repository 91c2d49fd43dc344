#include "sim_uart.hpp"

#include <algorithm>
#include <cstring>

using namespace serial;

int SimUart::Cause() const {
  if ((enable & kLineStatusInterrupt) != 0 && (overrun != 0 || (!received.empty() && received.front().second != 0))) {
    return kLineChanged;
  }
  if ((enable & kReceiveInterrupt) != 0 && !received.empty()) {
    constexpr size_t kLevels[] = {1, 4, 8, 14};
    return received.size() >= kLevels[fifo >> 6] ? kDataReceived : kDataTimeout;
  }
  if ((enable & kTransmitInterrupt) != 0 && transmit_cause) {
    return kTransmitEmpty;
  }
  if ((enable & kModemInterrupt) != 0 && modem_changes != 0) {
    return kModemChanged;
  }
  return -1;
}

void SimUart::Update() {
  const bool now = Cause() >= 0;
  const bool edge = now && !output;
  output = now;
  if (edge) {
    fake::Raise(kVector);
  }
}

UCHAR SimUart::Read(ULONG_PTR port) {
  if (absent) {
    return 0xFF;
  }
  UCHAR value = 0;
  switch (static_cast<Register>(port - kBase)) {
    case Register::Data:
      if (!received.empty()) {
        value = received.front().first;
        received.pop_front();
      }
      break;
    case Register::InterruptEnable:
      return enable;
    case Register::InterruptIdentity: {
      const int cause = Cause();
      value = static_cast<UCHAR>((cause < 0 ? kNonePending : cause) | ((fifo & 1) != 0 ? kFifosOn : 0));
      if (cause == kTransmitEmpty) {
        transmit_cause = false;
      }
      break;
    }
    case Register::LineControl:
      return control;
    case Register::ModemControl:
      return modem;
    case Register::LineStatus:
      value = static_cast<UCHAR>((received.empty() ? 0 : kDataReady | received.front().second) | overrun |
                                 (transmitting.empty() ? kHoldingEmpty | kTransmitterEmpty : 0));
      overrun = 0;
      if (!received.empty()) {
        received.front().second = 0;
      }
      break;
    case Register::ModemStatus:
      if ((modem & kLoop) != 0) {
        value = static_cast<UCHAR>((modem & 8) << 4 | (modem & 4) << 4 | (modem & 2) << 3 | (modem & 1) << 5);
      } else {
        value = modem_inputs | modem_changes;
        modem_changes = 0;
      }
      break;
    default:
      break;
  }
  Update();
  return value;
}

void SimUart::Write(ULONG_PTR port, UCHAR value) {
  if (absent) {
    return;
  }
  switch (static_cast<Register>(port - kBase)) {
    case Register::Data:
      if ((control & kDivisorAccess) != 0) {
        divisor = (divisor & 0xFF00) | value;
        break;
      }
      EXPECT_LT(transmitting.size(), 16u) << "transmit FIFO overrun";
      transmit_cause = false;
      transmitting.push_back(value);
      if (instant) {
        Send(1);
      }
      break;
    case Register::InterruptEnable:
      if ((control & kDivisorAccess) != 0) {
        divisor = (divisor & 0xFF) | static_cast<unsigned>(value) << 8;
        break;
      }
      if ((value & kTransmitInterrupt) != 0 && (enable & kTransmitInterrupt) == 0 && transmitting.empty()) {
        transmit_cause = true;
      }
      enable = value & 0x0F;
      break;
    case Register::FifoControl:
      if ((value & kFifoClearReceive) != 0) {
        received.clear();
      }
      fifo = value;
      break;
    case Register::LineControl:
      control = value;
      break;
    case Register::ModemControl:
      modem = value;
      break;
    default:
      break;
  }
  Update();
}

bool SimUart::Receive(UCHAR byte, UCHAR errors) {
  if (!HasRoom()) {
    overrun = kOverrun;
    Update();
    return false;
  }
  received.emplace_back(byte, errors);
  Update();
  return true;
}

void SimUart::Send(size_t count) {
  const bool was = !transmitting.empty();
  while (count-- != 0 && !transmitting.empty()) {
    sent.push_back(static_cast<char>(transmitting.front()));
    transmitting.pop_front();
  }
  if (was && transmitting.empty()) {
    transmit_cause = true;
  }
  Update();
}

void SimUart::SetModemInputs(UCHAR inputs) {
  const UCHAR changed = static_cast<UCHAR>((inputs ^ modem_inputs) >> 4);
  modem_inputs = inputs;
  modem_changes |= changed;
  Update();
}

SerialTest::SerialTest() {
  fake::Reset(&uart);
  object.DeviceExtension = &device;
  device.self = &object;
  InitialiseDevice(&device);
  device.line.uart = {reinterpret_cast<PUCHAR>(SimUart::kBase), false};
  EXPECT_EQ(ResetHardware(&device), STATUS_SUCCESS);
  device.interrupt = fake::Connect(InterruptService, &device, SimUart::kVector, 8);
  device.started = true;
  EXPECT_EQ(Open(), STATUS_SUCCESS);
}

SerialTest::~SerialTest() {
  if (device.opens != 0) {
    Close();
  }
  EXPECT_EQ(fake::PoolInUse(), 0u);
  EXPECT_EQ(fake::Irql(), PASSIVE_LEVEL);
}

NTSTATUS SerialTest::Open() {
  fake::Request *request = fake::NewRequest(IRP_MJ_CREATE, 0, &file);
  const NTSTATUS status = DispatchCreate(&object, &request->irp);
  fake::Free(request);
  return status;
}

void SerialTest::Close() {
  uart.Send(1000);
  fake::Request *request = fake::NewRequest(IRP_MJ_CLEANUP, 0, &file);
  DispatchCleanup(&object, &request->irp);
  fake::Free(request);
  request = fake::NewRequest(IRP_MJ_CLOSE, 0, &file);
  DispatchClose(&object, &request->irp);
  fake::Free(request);
}

fake::Request *SerialTest::Read(ULONG length) {
  fake::Request *request = fake::NewRequest(IRP_MJ_READ, length, &file);
  request->Current()->Parameters.Read.Length = length;
  DispatchRead(&object, &request->irp);
  return request;
}

fake::Request *SerialTest::Write(const std::string &text) {
  fake::Request *request = fake::NewRequest(IRP_MJ_WRITE, static_cast<ULONG>(text.size()), &file);
  std::ranges::copy(text, request->buffer.begin());
  request->Current()->Parameters.Write.Length = static_cast<ULONG>(text.size());
  DispatchWrite(&object, &request->irp);
  return request;
}

fake::Request *SerialTest::Control(ULONG code, const void *input, ULONG input_length, ULONG output_length) {
  fake::Request *request =
      fake::NewRequest(IRP_MJ_DEVICE_CONTROL, input_length > output_length ? input_length : output_length, &file);
  if (input_length != 0) {
    std::memcpy(request->buffer.data(), input, input_length);
  }
  request->Current()->Parameters.DeviceIoControl.IoControlCode = code;
  request->Current()->Parameters.DeviceIoControl.InputBufferLength = input_length;
  request->Current()->Parameters.DeviceIoControl.OutputBufferLength = output_length;
  DispatchControl(&object, &request->irp);
  return request;
}

NTSTATUS SerialTest::Set(ULONG code, const void *input, ULONG length) {
  fake::Request *request = Control(code, input, length, 0);
  const NTSTATUS status = request->Status();
  fake::Free(request);
  return status;
}

std::string SerialTest::Take(fake::Request *request) {
  EXPECT_TRUE(request->done);
  std::string text(reinterpret_cast<char *>(request->buffer.data()), request->Information());
  fake::Free(request);
  return text;
}

void SerialTest::Feed(const std::string &text) {
  for (char byte : text) {
    EXPECT_TRUE(uart.Receive(static_cast<UCHAR>(byte)));
  }
  fake::Settle();
}

void SerialTest::SetTimeouts(ULONG interval, ULONG multiplier, ULONG constant, ULONG write_multiplier,
                             ULONG write_constant) {
  EXPECT_EQ(
      Set(IOCTL_SERIAL_SET_TIMEOUTS, SERIAL_TIMEOUTS{interval, multiplier, constant, write_multiplier, write_constant}),
      STATUS_SUCCESS);
}
