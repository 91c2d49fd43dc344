#include <acpi/dsdt.hpp>

namespace acpi {
namespace {

// A byte constant at `at`: ZeroOp, OneOp or BytePrefix and byte (20.2.3); moves `at` past it.
std::optional<std::uint8_t> ReadConstant(const Table &table, std::size_t &at, std::size_t end) {
  const std::uint8_t op = at < end ? table.Read8(at) : std::uint8_t{0xFF};
  if (op <= 1) {
    at += 1;
    return op;
  }
  if (op == 0x0A && end - at >= 2) {
    at += 2;
    return table.Read8(at - 1);
  }
  return {};
}

// The package at `at`: PackageOp, PkgLength, number of elements, elements (20.2.5.4).
std::optional<SleepType> ReadSleepPackage(const Table &table, std::size_t at) {
  constexpr std::uint8_t kPackageOp = 0x12;
  if (!table.Has(at, 3) || table.Read8(at) != kPackageOp) {
    return {};
  }
  // The top two bits count the length's further bytes; 6 bits of it are enough for four elements, and one more
  // byte is accepted because some compilers leave room.
  const std::size_t start = at + 1;
  const std::uint8_t lead = table.Read8(start);
  std::size_t size = lead & 0x3Fu;
  at = start + 1;
  if (lead >> 6 == 1) {
    size = (lead & 0x0Fu) | std::size_t{table.Read8(at)} << 4;
    at += 1;
  } else if (lead >> 6 > 1) {
    return {};
  }
  if (!table.Has(start, size)) {
    return {};
  }
  const std::size_t end = start + size;
  const std::uint8_t elements = at < end ? table.Read8(at) : std::uint8_t{0};
  at += 1;
  if (elements == 0) {
    return {};
  }
  const std::optional<std::uint8_t> a = ReadConstant(table, at, end);
  const std::optional<std::uint8_t> b = elements > 1 ? ReadConstant(table, at, end) : std::uint8_t{0};
  if (!a || !b || *a > 7 || *b > 7) {
    return {};
  }
  return SleepType{*a, *b};
}

// Whether \_S5 is being named by the bytes before `at`, which is where "_S5_" stands.
bool IsNamed(const Table &table, std::size_t at) {
  constexpr std::uint8_t kNameOp = 0x08;
  return table.Read8(at - 1) == kNameOp || (table.Read8(at - 1) == '\\' && table.Read8(at - 2) == kNameOp);
}

}  // namespace

Result<std::optional<SleepType>> FindSoftOff(std::span<const std::byte> bytes) {
  const Table table = TRY(Table::Check(bytes, "DSDT"));
  constexpr std::uint32_t kSoftOff = 0x5F35'535F;  // "_S5_"
  for (std::size_t at = kHeaderSize + 1; table.Has(at, 4); at += 1) {
    if (table.Read32(at) == kSoftOff && IsNamed(table, at)) {
      if (const std::optional<SleepType> found = ReadSleepPackage(table, at + 4)) {
        return found;
      }
    }
  }
  return std::optional<SleepType>();
}

Result<std::size_t> CountDevices(std::span<const std::byte> bytes, std::uint32_t eisa_id) {
  const Table table = TRY(Table::Check(bytes, "DSDT"));
  constexpr std::uint32_t kHardwareId = 0x4449'485F;  // "_HID"
  constexpr std::uint8_t kDWordPrefix = 0x0C;
  std::size_t count = 0;
  for (std::size_t at = kHeaderSize + 1; table.Has(at, 9); at += 1) {
    if (table.Read32(at) == kHardwareId && IsNamed(table, at) && table.Read8(at + 4) == kDWordPrefix &&
        table.Read32(at + 5) == eisa_id) {
      count += 1;
    }
  }
  return count;
}

}  // namespace acpi
