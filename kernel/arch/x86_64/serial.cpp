#include "arch/x86_64/serial.hpp"

#include "arch/x86_64/cpu.hpp"

namespace kernel::serial {
namespace {

constexpr uint16_t kCom1 = 0x3f8;
constexpr uint16_t kLineStatus = kCom1 + 5;
constexpr uint8_t kTransmitEmpty = 0x20;

}  // namespace

void Init() {
  cpu::Out8(kCom1 + 1, 0);     // no interrupts
  cpu::Out8(kCom1 + 3, 0x80);  // divisor
  cpu::Out8(kCom1 + 0, 1);     // 115200 baud
  cpu::Out8(kCom1 + 1, 0);
  cpu::Out8(kCom1 + 3, 3);     // 8N1
  cpu::Out8(kCom1 + 2, 0xc7);  // FIFO
  cpu::Out8(kCom1 + 4, 3);     // DTR, RTS
}

void Put(char character) {
  // A machine without the port reads all ones: the transmitter looks empty and nothing hangs. A stuck one is given up
  // on.
  for (int tries = 0; tries < 100000 && (cpu::In8(kLineStatus) & kTransmitEmpty) == 0; ++tries) {
    cpu::Pause();
  }
  cpu::Out8(kCom1, static_cast<uint8_t>(character));
}

}  // namespace kernel::serial
