#pragma once
// The Multiple APIC Description Table (ACPI 6.5, 5.2.12): processors, IOAPICs, and where the ISA interrupts go.

#include <acpi/table.hpp>

#include <optional>

namespace acpi {

struct LocalApic {
  std::uint32_t id = 0;
  std::uint32_t processor = 0;  // the processor object's UID
  bool enabled = false;
  bool online_capable = false;
};
struct IoApic {
  std::uint8_t id = 0;
  std::uint64_t address = 0;
  std::uint32_t first_interrupt = 0;  // GSI of its first pin
};

// Where an ISA interrupt arrives.
struct InterruptRoute {
  std::uint32_t global = 0;  // GSI
  bool level = false;
  bool active_low = false;

  friend bool operator==(const InterruptRoute &, const InterruptRoute &) = default;
};

// A checked MADT: a view of its bytes, which must outlive it.
class Madt {
 public:
  // STATUS_ACPI_INVALID_TABLE: the bytes are no MADT, or an entry in it is too short for its kind or beyond the end.
  static Result<Madt> Parse(std::span<const std::byte> bytes);

  // Physical address of every processor's local APIC.
  std::uint64_t LocalApicAddress() const { return local_apic_address_; }
  // Whether the machine also has two 8259s, which are to be masked.
  bool HasLegacyPics() const { return (table_.Read32(40) & 1) != 0; }

  // The `index`th of its kind, in table order; nothing beyond the last. x2APIC entries are local APICs too.
  std::optional<LocalApic> Processor(std::size_t index) const;
  std::optional<IoApic> Controller(std::size_t index) const;

  // Route of ISA interrupt `irq`: the override of the table, or GSI `irq`, edge triggered, active high. Nothing when
  // `irq` is above 15, or when an override gave the GSI of the same number to another interrupt.
  std::optional<InterruptRoute> Route(std::uint8_t irq) const;

 private:
  explicit Madt(const Table &table) : table_(table) {}

  Table table_;
  std::uint64_t local_apic_address_ = 0;
};

}  // namespace acpi
