// Any bytes as an ACPI table. The first byte chooses the parser; length and checksum are repaired so that inputs reach
// it. What parses is used to its end, and must be what the headers promise.

#include <acpi/dsdt.hpp>
#include <acpi/fadt.hpp>
#include <acpi/hpet.hpp>
#include <acpi/madt.hpp>
#include <acpi/mcfg.hpp>

#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

void RequireBlock(const acpi::Block &block) {
  Require(!block.Present() || (block.address != 0 && block.address + block.length - 1 >= block.address &&
                               (block.memory || block.address + block.length <= 0x10000)));
}

void TryFadt(std::span<const std::byte> bytes) {
  const auto fadt = acpi::ParseFadt(bytes);
  if (!fadt) {
    return;
  }
  for (const acpi::Block *block : {&fadt->pm1a_event, &fadt->pm1b_event, &fadt->pm1a_control, &fadt->pm1b_control,
                                   &fadt->pm2_control, &fadt->pm_timer, &fadt->gpe0, &fadt->gpe1}) {
    RequireBlock(*block);
    Require(!fadt->hardware_reduced || !block->Present());
  }
}

void TryMadt(std::span<const std::byte> bytes) {
  const auto madt = acpi::Madt::Parse(bytes);
  if (!madt) {
    return;
  }
  std::size_t entries = 0;
  while (madt->Processor(entries)) {
    entries += 1;
  }
  while (madt->Controller(entries)) {
    entries += 1;
  }
  Require(entries <= bytes.size() / 8);
  for (unsigned irq = 0; irq < 256; irq += 1) {
    Require(!madt->Route(static_cast<std::uint8_t>(irq)) || irq < 16);
  }
}

void TryMcfg(std::span<const std::byte> bytes) {
  const auto mcfg = acpi::Mcfg::Parse(bytes);
  for (std::size_t i = 0; mcfg && i < mcfg->Count(); i += 1) {
    const acpi::EcamRange range = mcfg->At(i);
    Require(range.first_bus <= range.last_bus && range.Address(range.last_bus, 31, 7) >= range.base);
    Require(mcfg->Find(range.segment, range.last_bus).has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size < 1 + acpi::kHeaderSize) {
    return 0;
  }
  static constexpr const char *kSignatures[] = {"FACP", "APIC", "HPET", "MCFG", "DSDT"};
  const std::size_t which = data[0] % std::size(kSignatures);
  std::vector<std::byte> table(size - 1);
  std::memcpy(table.data(), data + 1, table.size());
  std::memcpy(table.data(), kSignatures[which], 4);
  const auto length = static_cast<std::uint32_t>(table.size());
  std::memcpy(table.data() + 4, &length, 4);
  table[9] = std::byte{0};
  unsigned sum = 0;
  for (const std::byte byte : table) {
    sum += static_cast<unsigned>(byte);
  }
  table[9] = static_cast<std::byte>(0x100 - (sum & 0xFF));
  switch (which) {
    case 0:
      TryFadt(table);
      break;
    case 1:
      TryMadt(table);
      break;
    case 2:
      static_cast<void>(acpi::ParseHpet(table));
      break;
    case 3:
      TryMcfg(table);
      break;
    default:
      if (const auto found = acpi::FindSoftOff(table); found && *found) {
        Require((*found)->a < 8 && (*found)->b < 8);
      }
      Require(*acpi::CountDevices(table, acpi::EisaId("PNP0501")) <= table.size() / 10);
  }
  return 0;
}
