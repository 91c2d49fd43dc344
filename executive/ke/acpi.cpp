#include <ke/acpi.hpp>

#include "device_memory.hpp"

#include <ke/boot_info.hpp>

namespace ke::acpi {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::size_t kHeader = 36;
constexpr std::size_t kLengthOffset = 4;
constexpr std::size_t kLargest = 0x10'0000;
constexpr std::size_t kMaximumPages = 512;

// Pages of firmware memory that are mapped already.
struct Mapped {
  std::uint64_t address = 0;
  volatile std::byte *bytes = nullptr;
};
constinit Mapped pages[kMaximumPages];
constinit std::size_t page_count = 0;
constinit std::size_t last_page = 0;  // tables are read from front to back

volatile std::byte *PageAt(std::uint64_t address) {
  if (last_page < page_count && pages[last_page].address == address) {
    return pages[last_page].bytes;
  }
  for (std::size_t i = 0; i < page_count; i += 1) {
    if (pages[i].address == address) {
      last_page = i;
      return pages[i].bytes;
    }
  }
  if (page_count == kMaximumPages) {
    return nullptr;
  }
  Result<volatile std::byte *> bytes = MapDevicePage(address, seL4_X86_WriteBack);
  if (!bytes) {
    return nullptr;
  }
  pages[page_count] = {address, *bytes};
  page_count += 1;
  return *bytes;
}

std::uint8_t ByteAt(std::uint64_t address) {
  volatile std::byte *page = PageAt(address & ~(kPage - 1));
  return page == nullptr ? 0 : static_cast<std::uint8_t>(page[address % kPage]);
}

bool HasSignature(const Table &table, std::string_view signature) {
  for (std::size_t i = 0; i < signature.size(); i += 1) {
    if (table.Read8(i) != static_cast<std::uint8_t>(signature[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace

std::uint8_t Table::Read8(std::size_t offset) const {
  return offset < length_ ? ByteAt(address_ + offset) : std::uint8_t{0};
}

std::uint32_t Table::Read32(std::size_t offset) const {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < 4; i += 1) {
    value |= std::uint32_t{Read8(offset + i)} << (8 * i);
  }
  return value;
}

std::uint64_t Table::Read64(std::size_t offset) const {
  return Read32(offset) | std::uint64_t{Read32(offset + 4)} << 32;
}

Table At(std::uint64_t address) {
  if (address == 0) {
    return {};
  }
  std::size_t length = Table(address, kHeader).Read32(kLengthOffset);
  if (length < kHeader || length > kLargest) {
    return {};
  }
  Table table(address, length);
  std::uint8_t sum = 0;
  for (std::size_t i = 0; i < length; i += 1) {
    sum = static_cast<std::uint8_t>(sum + table.Read8(i));
  }
  return sum == 0 ? table : Table();
}

Table Find(std::string_view signature) {
  auto *chunk =
      reinterpret_cast<const seL4_X86_BootInfo_ACPI_RSDP_t *>(FindBootChunk(SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP));
  if (chunk == nullptr) {
    return {};
  }
  bool extended = chunk->revision >= 2 && chunk->xsdt_address != 0;
  Table root = At(extended ? chunk->xsdt_address : chunk->rsdt_address);
  std::size_t size = extended ? 8 : 4;
  for (std::size_t offset = kHeader; offset + size <= root.Length(); offset += size) {
    std::uint64_t address = extended ? root.Read64(offset) : root.Read32(offset);
    if (HasSignature(Table(address, kHeader), signature)) {
      return At(address);
    }
  }
  return {};
}

}  // namespace ke::acpi
