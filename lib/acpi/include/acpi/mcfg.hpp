#pragma once
// The MCFG table (PCI Firmware Specification 3.3, 4.1.2): where the enhanced configuration space (ECAM) of each range
// of buses is.

#include <acpi/table.hpp>

#include <optional>

namespace acpi {

struct EcamRange {
  std::uint64_t base = 0;  // as the table has it: address of bus 0, even when the range begins later
  std::uint16_t segment = 0;
  std::uint8_t first_bus = 0;
  std::uint8_t last_bus = 0;

  bool Holds(std::uint16_t on_segment, std::uint8_t bus) const {
    return on_segment == segment && bus >= first_bus && bus <= last_bus;
  }
  // Physical address of the 4 KiB of a function (`device` below 32, `function` below 8) on a bus that it holds.
  std::uint64_t Address(std::uint8_t bus, std::uint8_t device, std::uint8_t function) const {
    return base + (std::uint64_t{bus} << 20 | std::uint64_t{device} << 15 | std::uint64_t{function} << 12);
  }
};

// A checked MCFG: a view of its bytes, which must outlive it.
class Mcfg {
 public:
  // STATUS_ACPI_INVALID_TABLE: the bytes are no MCFG, or a range of it is upside down, misaligned or beyond memory.
  static Result<Mcfg> Parse(std::span<const std::byte> bytes);

  std::size_t Count() const;
  // Range `index`, which is below Count().
  EcamRange At(std::size_t index) const;
  // The range that holds a bus, or nothing.
  std::optional<EcamRange> Find(std::uint16_t segment, std::uint8_t bus) const;

 private:
  explicit Mcfg(const Table &table) : table_(table) {}

  Table table_;
};

}  // namespace acpi
