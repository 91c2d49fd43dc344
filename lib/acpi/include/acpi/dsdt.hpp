#pragma once
// What is found in the DSDT (ACPI 6.5, 20.2) by its bytes: AML is not read. Each search is bounded by the table and
// accepts one exact form of an object; what a firmware expresses in another way is not found.

#include <acpi/table.hpp>

#include <optional>

namespace acpi {

// SLP_TYP of a sleep state for both PM1 control registers, each 0 to 7.
struct SleepType {
  std::uint8_t a = 0;
  std::uint8_t b = 0;
};

// The package \_S5 of the DSDT in `bytes`: its name, then a package that begins with small constants. Nothing when no
// place in the table has that form. STATUS_ACPI_INVALID_TABLE: the bytes are no DSDT.
Result<std::optional<SleepType>> FindSoftOff(std::span<const std::byte> bytes);

// The EISA ID of seven characters, `PNP0501`, as AML has it (ACPI 6.5, 19.6.38): compressed, most significant byte
// first.
constexpr std::uint32_t EisaId(std::string_view id) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 3; i += 1) {
    value = value << 5 | (static_cast<std::uint32_t>(id[i]) & 0x1F);
  }
  for (std::size_t i = 3; i < 7; i += 1) {
    const auto digit = static_cast<std::uint32_t>(id[i]);
    value = value << 4 | (digit >= 'A' ? digit - 'A' + 10 : digit - '0');
  }
  return __builtin_bswap32(value);
}

// How many devices say by a constant _HID that they are `eisa_id`. STATUS_ACPI_INVALID_TABLE: the bytes are no DSDT.
Result<std::size_t> CountDevices(std::span<const std::byte> bytes, std::uint32_t eisa_id);

}  // namespace acpi
