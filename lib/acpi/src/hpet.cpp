#include <acpi/hpet.hpp>

namespace acpi {

Result<Hpet> ParseHpet(std::span<const std::byte> bytes) {
  constexpr std::size_t kSize = 56;
  constexpr std::uint64_t kRegisters = 0x400;
  const Table table = TRY(Table::Check(bytes, "HPET"));
  if (table.Length() < kSize) {
    return Fail(STATUS_ACPI_INVALID_TABLE);
  }
  const GenericAddress registers = table.ReadAddress(40);
  if (registers.space != Space::kMemory || registers.address == 0 || registers.address % 8 != 0 ||
      registers.address > UINT64_MAX - kRegisters) {
    return Fail(STATUS_ACPI_INVALID_TABLE);
  }
  const std::uint32_t id = table.Read32(36);
  return Hpet{.address = registers.address,
              .number = table.Read8(52),
              .timers = static_cast<std::uint8_t>((id >> 8 & 0x1F) + 1),
              .wide_counter = (id >> 13 & 1) != 0,
              .legacy_replacement = (id >> 15 & 1) != 0,
              .vendor = static_cast<std::uint16_t>(id >> 16),
              .minimum_tick = table.Read16(53)};
}

}  // namespace acpi
