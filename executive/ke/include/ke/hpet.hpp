#pragma once
// The high precision event timer (IA-PC HPET Specification 1.0a): timer 0 gives the Executive's alarms, timer 1 the
// watchdog's. Legacy replacement routes them to IOAPIC pins 2 and 8.

#include <rtl/result.hpp>

#include <cstdint>

namespace ke::hpet {

inline constexpr unsigned kTimer0Pin = 2;
inline constexpr unsigned kTimer1Pin = 8;

// STATUS_NOT_FOUND when the machine has none at its usual place.
Result<void> Initialise();

// Requests one interrupt of timer 0 or 1 after `delay` (units of 100 ns, at most an hour; longer ones fire early).
void Arm(unsigned timer, std::uint64_t delay);

}  // namespace ke::hpet
