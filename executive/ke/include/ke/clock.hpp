#pragma once
// Time. The TSC is the clock; its frequency comes from the boot information (docs/architecture.md section 8).

#include <cstdint>

namespace ke::clock {

// Units of 100 ns since the system started (KUSER_SHARED_DATA.InterruptTime).
std::uint64_t InterruptTime();
// Units of 100 ns since 1 January 1601 UTC.
std::uint64_t SystemTime();
// Sets the system time; interrupt time goes on unchanged.
void SetSystemTime(std::uint64_t time);
// Interrupt time = (TSC - start) * multiplier >> 48, for those who compute it themselves.
struct TscScale {
  std::uint64_t start;
  std::uint64_t multiplier;
};
TscScale Scale();
// System time at which the system started.
std::uint64_t BootTime();
// The performance counter and its frequency in Hz (10 MHz, as Windows 10 reports).
std::uint64_t PerformanceCounter();
inline constexpr std::uint64_t kPerformanceFrequency = 10'000'000;
// Period of the clock tick in units of 100 ns (KeMaximumIncrement).
inline constexpr std::uint32_t kTickIncrement = 156'250;

}  // namespace ke::clock
