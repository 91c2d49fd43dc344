#include "serial.hpp"

namespace ke {
namespace {

constexpr std::uint16_t kBase = Serial::kFirstPort;
constexpr std::uint16_t kData = kBase + 0;             // divisor latch low while DLAB is set
constexpr std::uint16_t kInterruptEnable = kBase + 1;  // divisor latch high
constexpr std::uint16_t kFifoControl = kBase + 2;
constexpr std::uint16_t kLineControl = kBase + 3;
constexpr std::uint16_t kModemControl = kBase + 4;
constexpr std::uint16_t kLineStatus = kBase + 5;
constexpr std::uint16_t kScratch = kBase + 7;
constexpr std::uint8_t kDataReady = 0x01;
constexpr std::uint8_t kTransmitterEmpty = 0x20;
constexpr unsigned kFifoSize = 16;

}  // namespace

Result<void> Serial::Initialise() {
  ports_ = TRY(Ports::Claim(kFirstPort, kLastPort));
  ports_.Out8(kScratch, 0x5a);
  if (ports_.In8(kScratch) != 0x5a) {
    ports_ = {};
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  ports_.Out8(kInterruptEnable, 0);
  ports_.Out8(kLineControl, 0x80);  // DLAB
  ports_.Out8(kData, 1);            // 115200
  ports_.Out8(kInterruptEnable, 0);
  ports_.Out8(kLineControl, 0x03);   // 8N1
  ports_.Out8(kFifoControl, 0x07);   // on, both cleared, interrupt at one byte
  ports_.Out8(kModemControl, 0x0b);  // DTR, RTS, OUT2 (the interrupt gate)
  return {};
}

void Serial::EnableInterrupt(Interrupt interrupt) {
  interrupt_ = interrupt;
  ports_.Out8(kInterruptEnable, 0x01);
}

void Serial::WaitForRoom() {
  // A transmitter that is stuck must not hang the system: the text is lost then.
  for (int i = 0; i < 100'000; i += 1) {
    if ((ports_.In8(kLineStatus) & kTransmitterEmpty) == 0) {
      continue;
    }
    room_ = kFifoSize;
    return;
  }
  room_ = 1;
}

void Serial::Write(std::string_view bytes) {
  if (!ports_) {
    return;
  }
  for (char byte : bytes) {
    if (room_ == 0) {
      WaitForRoom();
    }
    ports_.Out8(kData, static_cast<std::uint8_t>(byte));
    room_ -= 1;
  }
}

std::size_t Serial::Read(std::span<char> to) {
  std::size_t count = 0;
  while (ports_ && count < to.size()) {
    if ((ports_.In8(kLineStatus) & kDataReady) == 0) {
      break;
    }
    to[count] = static_cast<char>(ports_.In8(kData));
    count += 1;
  }
  return count;
}

}  // namespace ke
