#pragma once
// One ACPI table in memory: header, length and checksum are checked once; reads past the end give zero, which is what
// the specification (6.5, 5.2) wants for the fields that an older table does not have.

#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace acpi {

inline constexpr std::size_t kHeaderSize = 36;

// Where a register block is (Generic Address Structure, ACPI 6.5 5.2.3.2).
enum class Space : std::uint8_t { kMemory = 0, kIo = 1, kPciConfig = 2 };
struct GenericAddress {
  Space space = Space::kMemory;
  std::uint8_t bit_width = 0;
  std::uint8_t bit_offset = 0;
  std::uint8_t access_size = 0;
  std::uint64_t address = 0;

  friend bool operator==(const GenericAddress &, const GenericAddress &) = default;
};

class Table {
 public:
  // The table that `bytes` begin with. STATUS_ACPI_INVALID_TABLE: the signature is not `signature`, the length is below
  // the header's or beyond the bytes, or the sum of all bytes is not 0.
  static Result<Table> Check(std::span<const std::byte> bytes, std::string_view signature);

  std::size_t Length() const { return bytes_.size(); }
  std::uint8_t Revision() const { return Read8(8); }
  // All bytes, the header too.
  std::span<const std::byte> Bytes() const { return bytes_; }
  // Whether the `size` bytes at `offset` are in the table.
  bool Has(std::size_t offset, std::size_t size) const {
    return offset <= bytes_.size() && size <= bytes_.size() - offset;
  }

  // Little-endian numbers at `offset`; 0 when they are not wholly in the table.
  std::uint8_t Read8(std::size_t offset) const { return static_cast<std::uint8_t>(Read(offset, 1)); }
  std::uint16_t Read16(std::size_t offset) const { return static_cast<std::uint16_t>(Read(offset, 2)); }
  std::uint32_t Read32(std::size_t offset) const { return static_cast<std::uint32_t>(Read(offset, 4)); }
  std::uint64_t Read64(std::size_t offset) const { return Read(offset, 8); }
  GenericAddress ReadAddress(std::size_t offset) const;

 private:
  explicit Table(std::span<const std::byte> bytes) : bytes_(bytes) {}
  std::uint64_t Read(std::size_t offset, std::size_t size) const;

  std::span<const std::byte> bytes_;
};

}  // namespace acpi
