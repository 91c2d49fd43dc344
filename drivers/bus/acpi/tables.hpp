#pragma once
// The firmware's tables, as the system gives them (ZwQuerySystemInformation, provider `ACPI`).

#include <acpi/dsdt.hpp>
#include <acpi/fadt.hpp>
#include <acpi/hpet.hpp>
#include <acpi/mcfg.hpp>
#include <bus/pool.hpp>

#include <optional>

namespace acpibus {

// What the driver knows of the machine. A table that is missing or wrong leaves its part empty; without a FADT the
// machine is taken for one of the time before ACPI.
struct Machine {
  bool has_fadt = false;
  acpi::Fadt fadt;
  std::optional<acpi::Hpet> hpet;
  std::optional<acpi::EcamRange> ecam;  // of segment 0, bus 0
  std::optional<acpi::SleepType> soft_off;
  std::size_t serial_ports = 0;
  bool floppy_controller = false;
  bool power_button_device = false;
  ULONGLONG low_memory_end = 0;   // where devices below 4 GiB may begin
  ULONGLONG high_memory_end = 0;  // and those above
};

// Reads everything anew.
Machine ReadMachine();

}  // namespace acpibus
