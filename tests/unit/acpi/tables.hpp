#pragma once
// Builds ACPI tables for the tests: a table's bytes with the checksum that makes them sum to zero.

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <initializer_list>
#include <string_view>
#include <vector>

class TableBuilder {
 public:
  explicit TableBuilder(std::string_view signature, std::size_t size, std::uint8_t revision = 1) : bytes_(size) {
    std::memcpy(bytes_.data(), signature.data(), 4);
    Set(8, revision, 1);
    std::memcpy(bytes_.data() + 10, "NPTUNETESTTABL", 14);
  }
  TableBuilder &Set(std::size_t offset, std::uint64_t value, std::size_t size) {
    for (std::size_t i = 0; i < size; i += 1) {
      bytes_.at(offset + i) = static_cast<std::byte>(value >> (8 * i));
    }
    return *this;
  }
  TableBuilder &Address(std::size_t offset, unsigned space, unsigned width, std::uint64_t address) {
    return Set(offset, space, 1).Set(offset + 1, width, 1).Set(offset + 4, address, 8);
  }
  TableBuilder &Append(std::initializer_list<unsigned> values) {
    for (const unsigned value : values) {
      bytes_.push_back(static_cast<std::byte>(value));
    }
    return *this;
  }
  // The bytes, with their length (or the one given) and checksum filled in.
  std::vector<std::byte> Build(std::size_t length = 0) {
    Set(4, length == 0 ? bytes_.size() : length, 4);
    Set(9, 0, 1);
    unsigned sum = 0;
    for (const std::byte byte : bytes_) {
      sum += static_cast<unsigned>(byte);
    }
    Set(9, 0x100 - (sum & 0xFF), 1);
    return bytes_;
  }

 private:
  std::vector<std::byte> bytes_;
};

// The FADT of QEMU's machines "pc" (ACPI 1.0) and "q35" (revision 3), field by field.
inline TableBuilder PcFadt() {
  TableBuilder table("FACP", 116, 1);
  return table.Set(36, 0x7FE0000, 4)
      .Set(40, 0x7FE0040, 4)
      .Set(44, 1, 1)
      .Set(46, 9, 2)
      .Set(48, 0xB2, 4)
      .Set(52, 0xF1, 1)
      .Set(53, 0xF0, 1)
      .Set(56, 0x600, 4)
      .Set(64, 0x604, 4)
      .Set(76, 0x608, 4)
      .Set(80, 0xAFE0, 4)
      .Set(88, 4, 1)
      .Set(89, 2, 1)
      .Set(91, 4, 1)
      .Set(92, 4, 1)
      .Set(108, 0x32, 1)
      .Set(112, 0x80A5, 4);
}
inline TableBuilder Q35Fadt() {
  TableBuilder table("FACP", 244, 3);
  return table.Set(36, 0x7FE0000, 4)
      .Set(40, 0x7FE0040, 4)
      .Set(44, 1, 1)
      .Set(46, 9, 2)
      .Set(48, 0xB2, 4)
      .Set(52, 2, 1)
      .Set(53, 3, 1)
      .Set(56, 0x600, 4)
      .Set(64, 0x604, 4)
      .Set(76, 0x608, 4)
      .Set(80, 0x620, 4)
      .Set(88, 4, 1)
      .Set(89, 2, 1)
      .Set(91, 4, 1)
      .Set(92, 16, 1)
      .Set(108, 0x32, 1)
      .Set(109, 2, 2)
      .Set(112, 0x84A5, 4)
      .Address(116, 1, 8, 0xCF9)
      .Set(128, 0xF, 1)
      .Set(140, 0x7FE0040, 8)
      .Address(148, 1, 32, 0x600)
      .Address(172, 1, 16, 0x604)
      .Address(208, 1, 32, 0x608)
      .Address(220, 1, 128, 0x620);
}
