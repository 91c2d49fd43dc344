#include <acpi/table.hpp>

namespace acpi {

Result<Table> Table::Check(std::span<const std::byte> bytes, std::string_view signature) {
  Table table(bytes);
  const std::size_t length = table.Read32(4);
  if (signature.size() != 4 || length < kHeaderSize || length > bytes.size()) {
    return Fail(STATUS_ACPI_INVALID_TABLE);
  }
  for (std::size_t i = 0; i < signature.size(); i += 1) {
    if (table.Read8(i) != static_cast<std::uint8_t>(signature[i])) {
      return Fail(STATUS_ACPI_INVALID_TABLE);
    }
  }
  table.bytes_ = bytes.first(length);
  std::uint8_t sum = 0;
  for (const std::byte byte : table.bytes_) {
    sum = static_cast<std::uint8_t>(sum + static_cast<std::uint8_t>(byte));
  }
  if (sum != 0) {
    return Fail(STATUS_ACPI_INVALID_TABLE);
  }
  return table;
}

GenericAddress Table::ReadAddress(std::size_t offset) const {
  return {static_cast<Space>(Read8(offset)), Read8(offset + 1), Read8(offset + 2), Read8(offset + 3),
          Read64(offset + 4)};
}

std::uint64_t Table::Read(std::size_t offset, std::size_t size) const {
  if (!Has(offset, size)) {
    return 0;
  }
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; i += 1) {
    value |= std::uint64_t{static_cast<std::uint8_t>(bytes_[offset + i])} << (8 * i);
  }
  return value;
}

}  // namespace acpi
