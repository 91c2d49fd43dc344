#pragma once
// The HPET Description Table (IA-PC HPET Specification 1.0a, 3.2.4).

#include <acpi/table.hpp>

namespace acpi {

struct Hpet {
  std::uint64_t address = 0;  // of the first kilobyte of registers, physical
  std::uint8_t number = 0;
  std::uint8_t timers = 0;  // comparators
  bool wide_counter = false;
  bool legacy_replacement = false;  // it can take the place of the timer and the RTC interrupt
  std::uint16_t vendor = 0;
  std::uint16_t minimum_tick = 0;
};

// STATUS_ACPI_INVALID_TABLE: the bytes are no HPET table, it is too short, or the registers are not in memory at an
// address that a machine can have.
Result<Hpet> ParseHpet(std::span<const std::byte> bytes);

}  // namespace acpi
