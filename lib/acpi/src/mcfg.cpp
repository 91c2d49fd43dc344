#include <acpi/mcfg.hpp>

namespace acpi {
namespace {

constexpr std::size_t kFirst = 44;
constexpr std::size_t kSize = 16;
constexpr std::uint64_t kBusSize = 1u << 20;

}  // namespace

Result<Mcfg> Mcfg::Parse(std::span<const std::byte> bytes) {
  const Mcfg mcfg(TRY(Table::Check(bytes, "MCFG")));
  if (mcfg.table_.Length() < kFirst) {
    return Fail(STATUS_ACPI_INVALID_TABLE);
  }
  for (std::size_t i = 0; i < mcfg.Count(); i += 1) {
    const EcamRange range = mcfg.At(i);
    if (range.first_bus > range.last_bus || range.base == 0 || range.base % kBusSize != 0 ||
        range.base > UINT64_MAX - (std::uint64_t{range.last_bus} + 1) * kBusSize) {
      return Fail(STATUS_ACPI_INVALID_TABLE);
    }
  }
  return mcfg;
}

std::size_t Mcfg::Count() const { return (table_.Length() - kFirst) / kSize; }

EcamRange Mcfg::At(std::size_t index) const {
  const std::size_t at = kFirst + index * kSize;
  return {.base = table_.Read64(at),
          .segment = table_.Read16(at + 8),
          .first_bus = table_.Read8(at + 10),
          .last_bus = table_.Read8(at + 11)};
}

std::optional<EcamRange> Mcfg::Find(std::uint16_t segment, std::uint8_t bus) const {
  for (std::size_t i = 0; i < Count(); i += 1) {
    if (At(i).Holds(segment, bus)) {
      return At(i);
    }
  }
  return {};
}

}  // namespace acpi
