// Power off by ACPI's sleep state S5, reboot by the reset register or the keyboard controller (ACPI Specification 6.5,
// sections 4.8.3.2 and 5.2.9). AML is not interpreted: the \_S5 package of every firmware is a literal, which is
// searched for.

#include "power.hpp"

#include <ke/acpi.hpp>
#include <ke/clock.hpp>
#include <ke/log.hpp>
#include <ke/pci_config.hpp>
#include <ke/ports.hpp>

#include <cap/invoke.hpp>

namespace svc {
namespace {

constexpr std::size_t kFadtDsdt = 40;
constexpr std::size_t kFadtSmiCommand = 48;
constexpr std::size_t kFadtAcpiEnable = 52;
constexpr std::size_t kFadtPm1aControl = 64;
constexpr std::size_t kFadtPm1bControl = 68;
constexpr std::uint16_t kSleepEnable = 1u << 13;
constexpr unsigned kSleepTypeShift = 10;

struct SoftOff {
  std::uint16_t pm1a = 0;
  std::uint16_t pm1b = 0;
  std::uint16_t smi_command = 0;
  std::uint8_t acpi_enable = 0;
  std::uint8_t type_a = 0;
  std::uint8_t type_b = 0;
};
constinit SoftOff soft_off;

// Name (\_S5_, Package () {a, b, ...}): 08 5F 53 35 5F 12 length count (0A)a (0A)b. Section 20.2.5.
bool FindS5(const ke::acpi::Table &dsdt) {
  for (std::size_t i = 0; i + 16 < dsdt.Length(); i += 1) {
    if (dsdt.Read32(i) != 0x5f35'535f || dsdt.Read8(i + 4) != 0x12) {
      continue;
    }
    std::size_t at = i + 5;
    at += 1 + (dsdt.Read8(at) >> 6);  // PkgLength
    at += 1;                          // number of elements
    std::uint8_t values[2];
    for (std::uint8_t &value : values) {
      if (dsdt.Read8(at) == 0x0a) {
        at += 1;
      }
      value = dsdt.Read8(at) & 7;
      at += 1;
    }
    soft_off.type_a = values[0];
    soft_off.type_b = values[1];
    return true;
  }
  return false;
}

// Machines take a while to switch themselves off: only then is it time to say that one does not.
void GiveTime() {
  constexpr std::uint64_t kHalfSecond = 5'000'000;
  std::uint64_t end = ke::clock::InterruptTime() + kHalfSecond;
  while (ke::clock::InterruptTime() < end) {
  }
}

void WritePort(std::uint16_t port, std::uint16_t value) {
  if (port == 0) {
    return;
  }
  if (Result<ke::Ports> ports = ke::Ports::Claim(port, static_cast<std::uint16_t>(port + 1))) {
    ports->Out16(port, value);
  }
}

}  // namespace

void InitialisePower() {
  ke::acpi::Table fadt = ke::acpi::Find("FACP");
  if (!fadt) {
    return;
  }
  ke::acpi::Table dsdt = ke::acpi::At(fadt.Read32(kFadtDsdt));
  if (!dsdt || !FindS5(dsdt)) {
    return;
  }
  soft_off.pm1a = static_cast<std::uint16_t>(fadt.Read32(kFadtPm1aControl));
  soft_off.pm1b = static_cast<std::uint16_t>(fadt.Read32(kFadtPm1bControl));
  soft_off.smi_command = static_cast<std::uint16_t>(fadt.Read32(kFadtSmiCommand));
  soft_off.acpi_enable = fadt.Read8(kFadtAcpiEnable);
}

void HaltSystem() {
  ke::Log("The system is halted.");
  for (;;) {
    (void)cap::Suspend(cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB));
  }
}

void Reboot() {
  // The reset control register of PCI chipsets, then the keyboard controller's reset line.
  ke::ResetByPciChipset();
  if (Result<ke::Ports> ports = ke::Ports::Claim(0x64, 0x64)) {
    ports->Out8(0x64, 0xfe);
  }
  ke::Log("This machine does not reset itself.");
  HaltSystem();
}

void PowerOff() {
  InitialisePower();
  if (soft_off.smi_command != 0 && soft_off.acpi_enable != 0) {
    if (Result<ke::Ports> ports = ke::Ports::Claim(soft_off.smi_command, soft_off.smi_command)) {
      ports->Out8(soft_off.smi_command, soft_off.acpi_enable);
    }
  }
  WritePort(soft_off.pm1a, static_cast<std::uint16_t>(soft_off.type_a << kSleepTypeShift | kSleepEnable));
  WritePort(soft_off.pm1b, static_cast<std::uint16_t>(soft_off.type_b << kSleepTypeShift | kSleepEnable));
  GiveTime();
  ke::Log("This machine does not switch itself off.");
  HaltSystem();
}

}  // namespace svc
