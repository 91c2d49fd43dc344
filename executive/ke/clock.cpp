#include <ke/clock.hpp>

#include <ke/boot_info.hpp>
#include <ke/clock_start.hpp>
#include <ke/ports.hpp>

namespace ke::clock {
namespace {

constinit std::uint64_t start_tsc = 0;
constinit std::uint64_t multiplier = 0;  // 100 ns units per TSC cycle, as a fraction of 2^48
constinit std::uint64_t system_offset = 0;

std::uint64_t ReadTsc() {
  std::uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return std::uint64_t{high} << 32 | low;
}

constexpr std::uint64_t kUnitsPerSecond = 10'000'000;

// Days from 1 January 1601 to this date of the Gregorian calendar.
std::uint64_t DaysSince1601(unsigned year, unsigned month, unsigned day) {
  // March is the year's first month here, so that the leap day comes last.
  unsigned shifted = month <= 2 ? year - 1 : year;
  unsigned from_march = (month + 9) % 12;
  std::uint64_t days = std::uint64_t{shifted} * 365 + shifted / 4 - shifted / 100 + shifted / 400 +
                       (from_march * 306 + 5) / 10 + day - 1;
  constexpr std::uint64_t kDaysTo1601 = 584'694;  // the same sum for 1 January 1601
  return days - kDaysTo1601;
}

unsigned FromBcd(unsigned value) { return (value >> 4) * 10 + (value & 15); }

// The real-time clock (MC146818A data sheet): registers 0, 2, 4, 7, 8, 9; status A bit 7 = being updated; status B bit
// 2 = binary, bit 1 = 24 hours. Kept as UTC.
std::uint64_t ReadRtc(const Ports &cmos) {
  auto read = [&](std::uint8_t index) {
    cmos.Out8(0x70, index);
    return unsigned{cmos.In8(0x71)};
  };
  for (int attempt = 0; attempt < 1000 && (read(0x0a) & 0x80) != 0; attempt += 1) {
  }
  unsigned status = read(0x0b);
  unsigned raw[6] = {read(0), read(2), read(4), read(7), read(8), read(9)};
  bool afternoon = (status & 2) == 0 && (raw[2] & 0x80) != 0;
  raw[2] &= 0x7f;
  if ((status & 4) == 0) {
    for (unsigned &value : raw) {
      value = FromBcd(value);
    }
  }
  if ((status & 2) == 0) {
    raw[2] = raw[2] % 12 + (afternoon ? 12 : 0);
  }
  std::uint64_t days = DaysSince1601(2000 + raw[5] % 100, raw[4], raw[3]);
  return (((days * 24 + raw[2]) * 60 + raw[1]) * 60 + raw[0]) * kUnitsPerSecond;
}

}  // namespace

void Initialise() {
  auto *chunk =
      reinterpret_cast<const seL4_X86_BootInfo_TSC_freq_t *>(FindBootChunk(SEL4_BOOTINFO_HEADER_X86_TSC_FREQ));
  std::uint64_t megahertz = chunk->freq_mhz == 0 ? 1000 : chunk->freq_mhz;
  multiplier = (std::uint64_t{10} << 48) / megahertz;
  start_tsc = ReadTsc();
  if (Result<Ports> cmos = Ports::Claim(0x70, 0x71)) {
    system_offset = ReadRtc(*cmos);
  }
}

std::uint64_t InterruptTime() {
  return static_cast<std::uint64_t>(static_cast<unsigned __int128>(ReadTsc() - start_tsc) * multiplier >> 48);
}
TscScale Scale() { return {start_tsc, multiplier}; }
std::uint64_t SystemTime() { return system_offset + InterruptTime(); }
void SetSystemTime(std::uint64_t time) { system_offset = time - InterruptTime(); }
std::uint64_t BootTime() { return system_offset; }
std::uint64_t PerformanceCounter() { return InterruptTime(); }

}  // namespace ke::clock
