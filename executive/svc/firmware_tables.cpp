// SystemFirmwareTableInformation: the firmware's tables by provider. There is one, 'ACPI'.

#include "services.hpp"

#include <ke/acpi.hpp>

#include <algorithm>
#include <array>
#include <string_view>

namespace svc {
namespace {

constexpr ULONG kAcpi = 'A' << 24 | 'C' << 16 | 'P' << 8 | 'I';
constexpr ULONG kHead = offsetof(SYSTEM_FIRMWARE_TABLE_INFORMATION, TableBuffer);
constexpr std::size_t kFadtDsdt = 40, kFadtDsdtWide = 140;

// The DSDT does not stand in the list of tables: the FADT knows it.
ke::acpi::Table FindTable(ULONG id) {
  const std::array<char, 4> signature = {static_cast<char>(id), static_cast<char>(id >> 8), static_cast<char>(id >> 16),
                                         static_cast<char>(id >> 24)};
  const std::string_view name(signature.data(), signature.size());
  if (name != "DSDT") {
    return ke::acpi::Find(name);
  }
  const ke::acpi::Table fadt = ke::acpi::Find("FACP");
  const std::uint64_t wide = fadt.Read64(kFadtDsdtWide);
  return ke::acpi::At(wide != 0 ? wide : fadt.Read32(kFadtDsdt));
}

// Copies the table in pieces into the buffer behind the head.
Result<void> Copy(const ke::acpi::Table &table, UserPointer information) {
  std::array<std::uint8_t, 512> piece;
  for (std::size_t done = 0; done < table.Length(); done += piece.size()) {
    const std::size_t size = std::min(piece.size(), table.Length() - done);
    for (std::size_t i = 0; i < size; i += 1) {
      piece[i] = table.Read8(done + i);
    }
    TRY(information.Write(piece.data(), size, kHead + done));
  }
  return {};
}

}  // namespace

Result<NTSTATUS> QueryFirmwareTable(UserPointer information, ULONG length, UserOut<ULONG> return_length) {
  if (length < kHead) {
    TRY(return_length.WriteIfGiven(kHead));
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  SYSTEM_FIRMWARE_TABLE_INFORMATION query{};
  TRY(information.Read(&query, kHead));
  if (query.ProviderSignature != kAcpi || query.Action == SystemFirmwareTable_Enumerate) {
    return Fail(STATUS_NOT_IMPLEMENTED);
  }
  if (query.Action != SystemFirmwareTable_Get) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  const ke::acpi::Table table = FindTable(query.TableID);
  if (!table) {
    return Fail(STATUS_NOT_FOUND);
  }
  const auto size = static_cast<ULONG>(table.Length());
  const ULONG room = std::min(query.TableBufferLength, length - kHead);
  query.TableBufferLength = size;
  TRY(information.Write(&query, kHead));
  TRY(return_length.WriteIfGiven(kHead + size));
  if (room < size) {
    return Fail(STATUS_BUFFER_TOO_SMALL);
  }
  TRY(Copy(table, information));
  return STATUS_SUCCESS;
}

}  // namespace svc
