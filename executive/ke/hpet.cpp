#include <ke/hpet.hpp>

#include "device_memory.hpp"

#include <algorithm>
#include <cstddef>

namespace ke::hpet {
namespace {

constexpr std::uint64_t kAddress = 0xfed0'0000;
// Registers, section 2.3.
constexpr std::size_t kCapabilities = 0x000;
constexpr std::size_t kConfiguration = 0x010;
constexpr std::size_t kCounter = 0x0f0;
constexpr std::size_t kTimer = 0x100;  // + 0x20 * n: configuration, +8: comparator
constexpr std::uint64_t kEnable = 1u << 0;
constexpr std::uint64_t kLegacyReplacement = 1u << 1;
constexpr std::uint64_t kTimerInterruptEnable = 1u << 2;
constexpr std::uint64_t kLegacyCapable = 1u << 15;
constexpr std::uint64_t kMaximumPeriod = 0x05f5'e100;        // femtoseconds
constexpr std::uint64_t kFemtosecondsPerUnit = 100'000'000;  // in 100 ns
constexpr std::uint64_t kLongestDelay = 36'000'000'000;      // an hour

constinit volatile std::byte *registers = nullptr;
constinit std::uint64_t period = 0;

std::uint64_t Read(std::size_t offset) { return *reinterpret_cast<volatile std::uint64_t *>(registers + offset); }
void Write(std::size_t offset, std::uint64_t value) {
  *reinterpret_cast<volatile std::uint64_t *>(registers + offset) = value;
}

}  // namespace

Result<void> Initialise() {
  registers = TRY(MapDevicePage(kAddress, seL4_X86_Uncacheable));
  std::uint64_t capabilities = Read(kCapabilities);
  period = capabilities >> 32;
  if (period == 0 || period > kMaximumPeriod || (capabilities & kLegacyCapable) == 0) {
    return Fail(STATUS_NOT_FOUND);
  }
  Write(kConfiguration, 0);
  Write(kCounter, 0);
  Write(kTimer, 0);
  Write(kTimer + 0x20, 0);
  Write(kConfiguration, kEnable | kLegacyReplacement);
  return {};
}

void Arm(unsigned timer, std::uint64_t delay) {
  std::uint64_t units = std::min(delay, kLongestDelay);
  auto ticks = static_cast<std::uint64_t>(static_cast<unsigned __int128>(units) * kFemtosecondsPerUnit / period);
  std::size_t base = kTimer + timer * 0x20;
  // A comparator that the counter has passed already would not fire for years: try again a little later.
  for (std::uint64_t margin = std::max<std::uint64_t>(ticks, 64);; margin *= 2) {
    std::uint64_t target = Read(kCounter) + margin;
    Write(base, kTimerInterruptEnable);
    Write(base + 8, target);
    if (Read(kCounter) < target) {
      return;
    }
  }
}

}  // namespace ke::hpet
