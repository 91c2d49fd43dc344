#include <acpi/fadt.hpp>

namespace acpi {
namespace {

constexpr std::size_t kSmallest = 116;  // ACPI 1.0

// Offsets in the table (5.2.9, table 5.9).
constexpr std::size_t kFacs = 36, kDsdt = 40, kSci = 46, kSmi = 48, kEnable = 52;
constexpr std::size_t kPm1aEvent = 56, kPm1bEvent = 60, kPm1aControl = 64, kPm1bControl = 68, kPm2Control = 72;
constexpr std::size_t kPmTimer = 76, kGpe0 = 80, kGpe1 = 84;
constexpr std::size_t kPm1EventLength = 88, kPm1ControlLength = 89, kPm2ControlLength = 90, kPmTimerLength = 91;
constexpr std::size_t kGpe0Length = 92, kGpe1Length = 93;
constexpr std::size_t kCentury = 108, kBootFlags = 109, kFlags = 112, kReset = 116, kResetValue = 128;
constexpr std::size_t kExtendedFacs = 132, kExtendedDsdt = 140;
constexpr std::size_t kExtended = 148;  // X_PM1a_EVT_BLK; seven more follow, 12 bytes each
constexpr std::size_t kAddressSize = 12;

constexpr std::uint32_t kFlagPowerButton = 1u << 4, kFlagSleepButton = 1u << 5, kFlagReset = 1u << 10;
constexpr std::uint32_t kFlagHardwareReduced = 1u << 20;
constexpr std::uint16_t kBootLegacy = 1u << 0, kBoot8042 = 1u << 1, kBootNoVga = 1u << 2, kBootNoMsi = 1u << 3;
constexpr std::uint16_t kBootNoRtc = 1u << 5;

// A block's place: the extended address when it is there and usable, else the 32-bit port. `least` bytes are needed.
Block ReadBlock(const Table &table, std::size_t port_offset, std::size_t length_offset, std::size_t index,
                std::uint8_t least) {
  const std::uint8_t length = table.Read8(length_offset);
  const GenericAddress extended = table.ReadAddress(kExtended + index * kAddressSize);
  const std::uint32_t port = table.Read32(port_offset);
  Block block{.memory = false, .address = port, .length = length};
  // Machines are known whose extended form contradicts the old one; as others do, an old one that is there wins
  // unless it is none of the two spaces that can hold it.
  if (port == 0 && extended.address != 0) {
    block.memory = extended.space == Space::kMemory;
    block.address = extended.address;
    if (length == 0) {
      block.length = static_cast<std::uint8_t>(extended.bit_width / 8);
    }
    if (extended.space != Space::kMemory && extended.space != Space::kIo) {
      return {};
    }
  }
  const std::uint64_t limit = block.memory ? UINT64_MAX : 0xFFFF;
  if (block.address == 0 || block.length < least || block.address > limit ||
      std::uint64_t{block.length} - 1 > limit - block.address) {
    return {};
  }
  return block;
}

// The reset register is one byte in ports, memory, or the configuration space of a function on bus 0 (4.8.3.6).
std::optional<GenericAddress> ReadReset(const Table &table) {
  const GenericAddress reset = table.ReadAddress(kReset);
  const bool known = reset.space == Space::kIo || reset.space == Space::kMemory || reset.space == Space::kPciConfig;
  if ((table.Read32(kFlags) & kFlagReset) == 0 || !table.Has(kReset, kResetValue - kReset + 1) || !known ||
      reset.bit_width != 8 || reset.bit_offset != 0 || reset.address == 0 ||
      (reset.space == Space::kIo && reset.address > 0xFFFF)) {
    return {};
  }
  return reset;
}

void ReadBlocks(const Table &table, Fadt &fadt) {
  fadt.pm1a_event = ReadBlock(table, kPm1aEvent, kPm1EventLength, 0, 4);
  fadt.pm1b_event = ReadBlock(table, kPm1bEvent, kPm1EventLength, 1, 4);
  fadt.pm1a_control = ReadBlock(table, kPm1aControl, kPm1ControlLength, 2, 2);
  fadt.pm1b_control = ReadBlock(table, kPm1bControl, kPm1ControlLength, 3, 2);
  fadt.pm2_control = ReadBlock(table, kPm2Control, kPm2ControlLength, 4, 1);
  fadt.pm_timer = ReadBlock(table, kPmTimer, kPmTimerLength, 5, 4);
  fadt.gpe0 = ReadBlock(table, kGpe0, kGpe0Length, 6, 2);
  fadt.gpe1 = ReadBlock(table, kGpe1, kGpe1Length, 7, 2);
}

}  // namespace

Result<Fadt> ParseFadt(std::span<const std::byte> bytes) {
  const Table table = TRY(Table::Check(bytes, "FACP"));
  if (table.Length() < kSmallest) {
    return Fail(STATUS_ACPI_INVALID_TABLE);
  }
  Fadt fadt;
  fadt.revision = table.Revision();
  fadt.sci_interrupt = table.Read16(kSci);
  fadt.smi_command_port = table.Read32(kSmi) <= 0xFFFF ? table.Read32(kSmi) : 0;
  fadt.acpi_enable = table.Read8(kEnable);
  fadt.dsdt = table.Read64(kExtendedDsdt) != 0 ? table.Read64(kExtendedDsdt) : table.Read32(kDsdt);
  fadt.facs = table.Read64(kExtendedFacs) != 0 ? table.Read64(kExtendedFacs) : table.Read32(kFacs);
  fadt.century = table.Read8(kCentury) < 128 ? table.Read8(kCentury) : std::uint8_t{0};
  const std::uint32_t flags = table.Read32(kFlags);
  fadt.hardware_reduced = fadt.revision >= 5 && (flags & kFlagHardwareReduced) != 0;
  if (!fadt.hardware_reduced) {
    ReadBlocks(table, fadt);
  }
  fadt.fixed_power_button = !fadt.hardware_reduced && (flags & kFlagPowerButton) == 0;
  fadt.fixed_sleep_button = !fadt.hardware_reduced && (flags & kFlagSleepButton) == 0;
  fadt.reset_register = ReadReset(table);
  fadt.reset_value = table.Read8(kResetValue);
  // ACPI 1.0 has no boot flags: every machine of that time has all of it.
  if (fadt.revision > 1) {
    const std::uint16_t boot = table.Read16(kBootFlags);
    fadt.legacy_devices = (boot & kBootLegacy) != 0;
    fadt.keyboard_controller = (boot & kBoot8042) != 0;
    fadt.vga = (boot & kBootNoVga) == 0;
    fadt.message_interrupts = (boot & kBootNoMsi) == 0;
    fadt.rtc = (boot & kBootNoRtc) == 0;
  }
  return fadt;
}

}  // namespace acpi
