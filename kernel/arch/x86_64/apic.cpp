#include "arch/x86_64/apic.hpp"

#include <initializer_list>

#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/layout.hpp"
#include "base/print.hpp"
#include "boot/paging.hpp"

namespace kernel::apic {
namespace {

enum Register : Word {
  kEoi = 0xb0,
  kSpurious = 0xf0,
  kTaskPriority = 0x80,
  kRequest = 0x200,
  kLvtTimer = 0x320,
  kLvtThermal = 0x330,
  kLvtCounter = 0x340,
  kLvtLint0 = 0x350,
  kLvtLint1 = 0x360,
  kLvtError = 0x370,
  kTimerInitial = 0x380,
  kTimerCurrent = 0x390,
  kTimerDivide = 0x3e0,
};

constexpr uint32_t kMasked = 1 << 16;
uint32_t ticks_per_tick;  // timer counts in 2 ms

volatile uint32_t &Reg(Word offset) { return *reinterpret_cast<volatile uint32_t *>(kDeviceBase + offset); }

// PIT channel 2, gated by port 0x61, counts down from 65535 once.
constexpr uint32_t kPitHz = 1193182;

uint16_t ReadPit() {
  cpu::Out8(0x43, 0x80);
  const uint8_t low = cpu::In8(0x42);
  return static_cast<uint16_t>(low | cpu::In8(0x42) << 8);
}

}  // namespace

void Init(Paddr address) {
  constexpr uint32_t kApicBaseMsr = 0x1b;
  constexpr Word kX2Enabled = 1 << 10, kEnabled = 1 << 11;
  const Word base = cpu::ReadMsr(kApicBaseMsr);
  if ((base & kX2Enabled) != 0) {
    Fatal("the firmware left the local APIC in x2APIC mode, which this kernel does not drive");
  }
  if ((base & kEnabled) == 0) {
    cpu::WriteMsr(kApicBaseMsr, base | kEnabled);
  }
  boot::MapDevice(0, address);
  Reg(kSpurious) = 0x100 | kSpuriousVector;
  Reg(kTaskPriority) = 0;
  for (const Word entry : {kLvtTimer, kLvtLint0, kLvtLint1, kLvtError}) {
    Reg(entry) = kMasked;
  }
  Reg(kTimerDivide) = 3;  // by 16
}

uint32_t Calibrate() {
  const uint8_t port61 = cpu::In8(0x61);
  cpu::Out8(0x61, static_cast<uint8_t>((port61 & ~2) | 1));
  cpu::Out8(0x43, 0xb0);
  cpu::Out8(0x42, 0xff);
  cpu::Out8(0x42, 0xff);
  Reg(kTimerInitial) = ~0u;
  // Five milliseconds; each reading takes about a microsecond, so the ends are sharp.
  constexpr uint16_t kWindow = kPitHz / 200;
  const uint16_t first = ReadPit();
  const uint64_t tsc_first = cpu::ReadTsc();
  const uint32_t timer_first = Reg(kTimerCurrent);
  uint16_t passed;
  unsigned tries = 0;
  do {
    passed = static_cast<uint16_t>(first - ReadPit());
    if (++tries > 10'000'000) {
      Fatal("the interval timer (PIT) does not count");
    }
  } while (passed < kWindow);
  const uint64_t cycles = cpu::ReadTsc() - tsc_first;
  const uint32_t counts = timer_first - Reg(kTimerCurrent);
  Reg(kTimerInitial) = 0;
  cpu::Out8(0x61, port61);
  ticks_per_tick = static_cast<uint32_t>(uint64_t{counts} * kPitHz * seL4_TimerTickMs / (uint64_t{passed} * 1000));
  Reg(kLvtTimer) = kTimerVector;  // one shot
  return static_cast<uint32_t>((cycles * kPitHz / passed + 500'000) / 1'000'000);
}

void EndOfInterrupt() { Reg(kEoi) = 0; }

bool InterruptPending() {
  for (Word word = 1; word < 8; ++word) {
    if (Reg(kRequest + word * 0x10) != 0) {
      return true;
    }
  }
  return false;
}

void StartTick() {
  if (!tick_running) {
    tick_running = true;
    Reg(kTimerInitial) = ticks_per_tick;
  }
}

void TickExpired() { tick_running = false; }

}  // namespace kernel::apic
