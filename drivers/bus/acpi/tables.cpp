#include "tables.hpp"

namespace acpibus {
namespace {

constexpr ULONG kTag = 'tpcA';
constexpr ULONG kProvider = 'ACPI';
constexpr ULONG kLargest = 0x40'0000;
constexpr ULONGLONG kFourGigabytes = 0x1'0000'0000;
// Memory comes in such pieces; what the highest page number leaves out (firmware, graphics) is in the last one.
constexpr ULONGLONG kMemoryStep = 0x1000'0000;
// Where devices may begin when there is this much memory: the arbiter knows which of it is memory.
constexpr ULONGLONG kUsualGap = 0x8000'0000;

// Tables are named by their four characters in the order of memory (EnumSystemFirmwareTables, Windows SDK).
constexpr ULONG TableId(const char (&signature)[5]) {
  ULONG id = 0;
  for (unsigned i = 4; i-- > 0;) {
    id = id << 8 | static_cast<UCHAR>(signature[i]);
  }
  return id;
}

NTSTATUS Query(const bus::PoolBlock &block, ULONG id, ULONG room) {
  auto *query = static_cast<SYSTEM_FIRMWARE_TABLE_INFORMATION *>(block.Data());
  query->ProviderSignature = kProvider;
  query->Action = SystemFirmwareTable_Get;
  query->TableID = id;
  query->TableBufferLength = room;
  ULONG length = 0;
  return ZwQuerySystemInformation(SystemFirmwareTableInformation, query,
                                  FIELD_OFFSET(SYSTEM_FIRMWARE_TABLE_INFORMATION, TableBuffer) + room, &length);
}

// One table in pool; `Bytes` is empty when the machine does not have it.
class FirmwareTable {
 public:
  explicit FirmwareTable(ULONG id) {
    constexpr ULONG kHead = FIELD_OFFSET(SYSTEM_FIRMWARE_TABLE_INFORMATION, TableBuffer);
    ULONG room = PAGE_SIZE;
    // The second round has the room that the first one asked for.
    for (unsigned round = 0; round < 2; round += 1) {
      bus::PoolBlock block(kHead + room, kTag);
      if (!block) {
        return;
      }
      const NTSTATUS status = Query(block, id, room);
      const ULONG size = static_cast<SYSTEM_FIRMWARE_TABLE_INFORMATION *>(block.Data())->TableBufferLength;
      if (NT_SUCCESS(status)) {
        block_ = std::move(block);
        size_ = size <= room ? size : room;
        return;
      }
      if (status != STATUS_BUFFER_TOO_SMALL || size <= room || size > kLargest) {
        return;
      }
      room = size;
    }
  }
  std::span<const std::byte> Bytes() const {
    if (!block_) {
      return {};
    }
    auto *query = static_cast<SYSTEM_FIRMWARE_TABLE_INFORMATION *>(block_.Data());
    return {reinterpret_cast<const std::byte *>(query->TableBuffer), size_};
  }

 private:
  bus::PoolBlock block_;
  SIZE_T size_ = 0;
};

void ReadDsdt(Machine &machine) {
  const FirmwareTable table(TableId("DSDT"));
  const std::span<const std::byte> bytes = table.Bytes();
  if (const auto soft_off = acpi::FindSoftOff(bytes)) {
    machine.soft_off = *soft_off;
  }
  machine.serial_ports = acpi::CountDevices(bytes, acpi::EisaId("PNP0501")).value_or(0);
  machine.floppy_controller = acpi::CountDevices(bytes, acpi::EisaId("PNP0700")).value_or(0) != 0;
  machine.power_button_device = acpi::CountDevices(bytes, acpi::EisaId("PNP0C0C")).value_or(0) != 0;
}

void ReadMemory(Machine &machine) {
  SYSTEM_BASIC_INFORMATION basic{};
  ULONGLONG end = 0;
  if (NT_SUCCESS(ZwQuerySystemInformation(SystemBasicInformation, &basic, sizeof(basic), nullptr))) {
    end = (ULONGLONG{basic.HighestPhysicalPageNumber} + 1) * PAGE_SIZE;
  }
  end = (end + kMemoryStep - 1) / kMemoryStep * kMemoryStep;
  // What the gap below 4 GiB takes from memory is found above: the highest number only bounds it.
  const bool small = end != 0 && end <= kUsualGap;
  machine.low_memory_end = small ? end : kUsualGap;
  machine.high_memory_end = small || end == 0 ? kFourGigabytes : end + (kFourGigabytes - kUsualGap);
}

}  // namespace

Machine ReadMachine() {
  Machine machine;
  const FirmwareTable fadt(TableId("FACP"));
  if (const auto parsed = acpi::ParseFadt(fadt.Bytes())) {
    machine.has_fadt = true;
    machine.fadt = *parsed;
  }
  const FirmwareTable hpet(TableId("HPET"));
  if (const auto parsed = acpi::ParseHpet(hpet.Bytes())) {
    machine.hpet = *parsed;
  }
  const FirmwareTable mcfg(TableId("MCFG"));
  if (const auto parsed = acpi::Mcfg::Parse(mcfg.Bytes())) {
    machine.ecam = parsed->Find(0, 0);
  }
  ReadDsdt(machine);
  ReadMemory(machine);
  return machine;
}

}  // namespace acpibus
