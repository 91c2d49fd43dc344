#pragma once
// The Fixed ACPI Description Table (ACPI 6.5, 5.2.9).

#include <acpi/table.hpp>

#include <optional>

namespace acpi {

// A fixed register block; length 0: the machine does not have it.
struct Block {
  bool memory = false;
  std::uint64_t address = 0;
  std::uint8_t length = 0;

  bool Present() const { return length != 0; }
  friend bool operator==(const Block &, const Block &) = default;
};

struct Fadt {
  std::uint8_t revision = 0;
  std::uint16_t sci_interrupt = 0;
  std::uint32_t smi_command_port = 0;  // 0: the machine is always in ACPI mode
  std::uint8_t acpi_enable = 0;
  Block pm1a_event, pm1b_event;  // status register, then the enable register in the second half
  Block pm1a_control, pm1b_control;
  Block pm2_control, pm_timer, gpe0, gpe1;
  std::uint64_t dsdt = 0;
  std::uint64_t facs = 0;
  std::uint8_t century = 0;  // its index in the CMOS memory, 0: none
  std::optional<GenericAddress> reset_register;
  std::uint8_t reset_value = 0;
  bool hardware_reduced = false;   // no fixed registers at all
  bool fixed_power_button = true;  // else a control method's
  bool fixed_sleep_button = true;
  bool legacy_devices = true;       // serial, parallel, floppy ... on the LPC bus
  bool keyboard_controller = true;  // an 8042
  bool vga = true;
  bool message_interrupts = true;
  bool rtc = true;
};

// Reads the table in `bytes`. A block that lies partly beyond its address space, or is too short for its registers, is
// taken as absent. STATUS_ACPI_INVALID_TABLE: the bytes are no FADT, or one shorter than ACPI 1.0's 116 bytes.
Result<Fadt> ParseFadt(std::span<const std::byte> bytes);

}  // namespace acpi
