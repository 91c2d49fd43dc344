#include <acpi/madt.hpp>

namespace acpi {
namespace {

constexpr std::size_t kFirstEntry = 44;
constexpr std::uint8_t kIsaInterrupts = 16;

enum Kind : std::uint8_t { kLocalApic = 0, kIoApic = 1, kOverride = 2, kAddressOverride = 5, kLocalX2Apic = 9 };

// Length that the fields of an entry need; kinds that are not read need their own header only.
std::size_t LeastLength(std::uint8_t kind) {
  switch (kind) {
    case kLocalApic:
      return 8;
    case kIoApic:
    case kAddressOverride:
      return 12;
    case kOverride:
      return 10;
    case kLocalX2Apic:
      return 16;
    default:
      return 2;
  }
}

struct Entry {
  std::uint8_t kind;
  std::size_t offset;
};

// Steps from entry to entry; Parse has checked that each has its length.
class Entries {
 public:
  explicit Entries(const Table &table) : table_(table) {}
  std::optional<Entry> Next() {
    if (!table_.Has(at_, 2)) {
      return {};
    }
    const Entry entry{table_.Read8(at_), at_};
    at_ += table_.Read8(at_ + 1);
    return entry;
  }

 private:
  const Table &table_;
  std::size_t at_ = kFirstEntry;
};

LocalApic ReadProcessor(const Table &table, const Entry &entry) {
  const bool wide = entry.kind == kLocalX2Apic;
  const std::uint32_t flags = table.Read32(entry.offset + (wide ? 8 : 4));
  return {.id = wide ? table.Read32(entry.offset + 4) : table.Read8(entry.offset + 3),
          .processor = wide ? table.Read32(entry.offset + 12) : table.Read8(entry.offset + 2),
          .enabled = (flags & 1) != 0,
          .online_capable = (flags & 2) != 0};
}

// MPS INTI flags (5.2.12.5): 1 = high or edge, 3 = low or level, 0 = the bus's way, which for ISA is high and edge.
InterruptRoute ReadOverride(const Table &table, const Entry &entry) {
  const std::uint16_t flags = table.Read16(entry.offset + 8);
  return {.global = table.Read32(entry.offset + 4), .level = (flags >> 2 & 3) == 3, .active_low = (flags & 3) == 3};
}

}  // namespace

Result<Madt> Madt::Parse(std::span<const std::byte> bytes) {
  Madt madt(TRY(Table::Check(bytes, "APIC")));
  const Table &table = madt.table_;
  if (table.Length() < kFirstEntry) {
    return Fail(STATUS_ACPI_INVALID_TABLE);
  }
  madt.local_apic_address_ = table.Read32(36);
  for (std::size_t at = kFirstEntry; at != table.Length();) {
    const std::size_t length = table.Read8(at + 1);
    if (!table.Has(at, 2) || length < LeastLength(table.Read8(at)) || !table.Has(at, length)) {
      return Fail(STATUS_ACPI_INVALID_TABLE);
    }
    if (table.Read8(at) == kAddressOverride) {
      madt.local_apic_address_ = table.Read64(at + 4);
    }
    at += length;
  }
  return madt;
}

std::optional<LocalApic> Madt::Processor(std::size_t index) const {
  Entries entries(table_);
  while (const std::optional<Entry> entry = entries.Next()) {
    if ((entry->kind == kLocalApic || entry->kind == kLocalX2Apic) && index-- == 0) {
      return ReadProcessor(table_, *entry);
    }
  }
  return {};
}

std::optional<IoApic> Madt::Controller(std::size_t index) const {
  Entries entries(table_);
  while (const std::optional<Entry> entry = entries.Next()) {
    if (entry->kind == kIoApic && index-- == 0) {
      return IoApic{.id = table_.Read8(entry->offset + 2),
                    .address = table_.Read32(entry->offset + 4),
                    .first_interrupt = table_.Read32(entry->offset + 8)};
    }
  }
  return {};
}

std::optional<InterruptRoute> Madt::Route(std::uint8_t irq) const {
  if (irq >= kIsaInterrupts) {
    return {};
  }
  bool taken = false;
  Entries entries(table_);
  while (const std::optional<Entry> entry = entries.Next()) {
    if (entry->kind != kOverride) {
      continue;
    }
    const InterruptRoute route = ReadOverride(table_, *entry);
    if (table_.Read8(entry->offset + 3) == irq) {
      return route;
    }
    taken = taken || route.global == irq;
  }
  if (taken) {
    return {};
  }
  return InterruptRoute{.global = irq};
}

}  // namespace acpi
