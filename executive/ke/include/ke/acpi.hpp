#pragma once
// The firmware's ACPI tables (ACPI Specification 6.5, section 5.2), read where they lie.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace ke::acpi {

// One table; reads beyond its end give 0. Mapped page by page, for ever.
class Table {
 public:
  Table() = default;
  Table(std::uint64_t address, std::size_t length) : address_(address), length_(length) {}
  explicit operator bool() const { return length_ != 0; }
  std::size_t Length() const { return length_; }
  std::uint8_t Read8(std::size_t offset) const;
  std::uint32_t Read32(std::size_t offset) const;
  std::uint64_t Read64(std::size_t offset) const;

 private:
  std::uint64_t address_ = 0;
  std::size_t length_ = 0;
};

// The table with this signature, empty when there is none or its length or checksum is wrong.
Table Find(std::string_view signature);
// The table at a physical address.
Table At(std::uint64_t address);

}  // namespace ke::acpi
