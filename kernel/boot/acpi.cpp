#include "boot/acpi.hpp"

#include <string.h>

#include "arch/x86_64/layout.hpp"
#include "base/print.hpp"

namespace kernel::boot {
namespace {

struct [[gnu::packed]] Rsdp {
  char signature[8];
  uint8_t checksum;
  char oem[6];
  uint8_t revision;
  uint32_t rsdt;
  uint32_t length;
  uint64_t xsdt;
  uint8_t extended_checksum;
  uint8_t reserved[3];
};
static_assert(sizeof(Rsdp) == 36);
constexpr Word kRsdp1Size = 20;

struct [[gnu::packed]] TableHeader {
  char signature[4];
  uint32_t length;
  uint8_t revision, checksum;
  char oem[6], oem_table[8];
  uint32_t oem_revision, creator, creator_revision;
};
static_assert(sizeof(TableHeader) == 36);

struct [[gnu::packed]] Madt {
  TableHeader header;
  uint32_t local_apic;
  uint32_t flags;
};

struct [[gnu::packed]] MadtEntry {
  uint8_t type;
  uint8_t length;
};

bool ChecksumGood(const void *data, Word size) {
  uint8_t sum = 0;
  for (Word i = 0; i < size; ++i) {
    sum = static_cast<uint8_t>(sum + static_cast<const uint8_t *>(data)[i]);
  }
  return sum == 0;
}

const Rsdp *ScanForRsdp(Paddr start, Paddr end) {
  for (Paddr address = AlignUp(start, 4); address + kRsdp1Size <= end; address += 16) {
    const auto *const rsdp = ToPointer<const Rsdp>(address);
    if (memcmp(rsdp->signature, "RSD PTR ", 8) == 0 && ChecksumGood(rsdp, kRsdp1Size)) {
      return rsdp;
    }
  }
  return nullptr;
}

void FindRsdp(LoaderInfo &info) {
  if (info.has_rsdp) {
    return;
  }
  const Paddr ebda = Paddr{*ToPointer<const uint16_t>(0x40e)} << 4;
  const Rsdp *rsdp = ebda >= 0x400 && ebda < 0xa0000 ? ScanForRsdp(ebda, ebda + 1024) : nullptr;
  if (rsdp == nullptr) {
    rsdp = ScanForRsdp(0xe0000, 0x100000);
  }
  if (rsdp == nullptr) {
    Fatal("there is no ACPI (no root system description pointer)");
  }
  memcpy(info.rsdp, rsdp, rsdp->revision >= 2 ? sizeof(Rsdp) : kRsdp1Size);
  info.has_rsdp = true;
}

const TableHeader *Table(Paddr address) {
  return address != 0 && address < kWindowSize ? ToPointer<const TableHeader>(address) : nullptr;
}

/// Looks through RSDT or XSDT (entries of `width` bytes) for the MADT.
const Madt *FindMadt(const TableHeader *root, Word width) {
  if (root == nullptr || root->length < sizeof(TableHeader)) {
    return nullptr;
  }
  const auto *const entries = reinterpret_cast<const uint8_t *>(root + 1);
  for (Word offset = 0; offset + width <= root->length - sizeof(TableHeader); offset += width) {
    Paddr address = 0;
    memcpy(&address, entries + offset, width);
    const TableHeader *const table = Table(address);
    if (table != nullptr && memcmp(table->signature, "APIC", 4) == 0) {
      return reinterpret_cast<const Madt *>(table);
    }
  }
  return nullptr;
}

AcpiInfo ReadMadt(const Madt &madt) {
  AcpiInfo result{madt.local_apic, 0};
  bool has_processor = false;
  const auto *const start = reinterpret_cast<const uint8_t *>(&madt);
  for (Word offset = sizeof(Madt); offset + sizeof(MadtEntry) <= madt.header.length;) {
    const auto *const entry = reinterpret_cast<const MadtEntry *>(start + offset);
    if (entry->length < sizeof(MadtEntry)) {
      break;
    }
    if (entry->type == 0 || entry->type == 9) {
      has_processor = true;
    } else if (entry->type == 1 && result.io_apic == 0) {
      uint32_t address;
      memcpy(&address, start + offset + 4, sizeof(address));
      result.io_apic = address;
    } else if (entry->type == 5) {
      memcpy(&result.local_apic, start + offset + 4, sizeof(result.local_apic));
    }
    offset += entry->length;
  }
  if (!has_processor) {
    Fatal("ACPI's MADT names no processor");
  }
  if (result.io_apic == 0) {
    Fatal("ACPI's MADT names no I/O APIC");
  }
  return result;
}

}  // namespace

AcpiInfo ReadAcpi(LoaderInfo &info) {
  FindRsdp(info);
  Rsdp rsdp;
  memcpy(&rsdp, info.rsdp, sizeof(rsdp));
  const Madt *madt = nullptr;
  if (rsdp.revision >= 2) {
    madt = FindMadt(Table(rsdp.xsdt), 8);
  }
  if (madt == nullptr) {
    madt = FindMadt(Table(rsdp.rsdt), 4);
  }
  if (madt == nullptr) {
    Fatal("ACPI has no interrupt controller table (MADT)");
  }
  return ReadMadt(*madt);
}

}  // namespace kernel::boot
