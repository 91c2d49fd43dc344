#include <ke/pci_config.hpp>

#include "device_memory.hpp"

#include <acpi/mcfg.hpp>
#include <ke/acpi.hpp>
#include <ke/ports.hpp>
#include <pci/capability.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <new>

namespace ke {
namespace {

constexpr std::uint16_t kAddress = 0xcf8;
constexpr std::uint16_t kData = 0xcfc;
constexpr std::uint16_t kResetControl = 0xcf9;
constexpr std::uint32_t kEnable = 1u << 31;
constexpr unsigned kPortSpace = 256;
constexpr unsigned kExtendedSpace = 4096;
constexpr std::uint64_t kResetTime = 1'000'000;  // 100 ms (PCI Express 5.0, 6.6.2)

constinit Ports ports;
constinit std::array<::acpi::EcamRange, 4> ranges;
constinit std::size_t range_count = 0;

// Pages that are mapped: of ECAM, and with tables of messages. A machine has fewer functions with extended space.
struct Mapped {
  std::uint64_t address = 0;
  volatile std::byte *bytes = nullptr;
};
constinit std::array<Mapped, 256> pages;
constinit std::size_t page_count = 0;

// What a function reset takes: the first 64 bytes, for few functions at a time.
struct Saved {
  bool used = false;
  std::uint8_t bus = 0, device = 0, function = 0;
  std::array<std::uint32_t, 16> words = {};
};
constinit std::array<Saved, 8> saved;

const ::acpi::EcamRange *RangeOf(std::uint8_t bus) {
  const auto found = std::find_if(ranges.begin(), ranges.begin() + range_count,
                                  [&](const ::acpi::EcamRange &range) { return range.Holds(0, bus); });
  return found == ranges.begin() + range_count ? nullptr : &*found;
}

volatile std::byte *MapOnce(std::uint64_t page_address) {
  const auto end = pages.begin() + page_count;
  const auto found = std::find_if(pages.begin(), end, [&](const Mapped &page) { return page.address == page_address; });
  if (found != end) {
    return found->bytes;
  }
  if (page_count == pages.size()) {
    return nullptr;
  }
  const Result<volatile std::byte *> bytes = MapDevicePage(page_address, seL4_X86_Uncacheable);
  if (!bytes) {
    return nullptr;
  }
  pages[page_count] = {page_address, *bytes};
  page_count += 1;
  return *bytes;
}

void ReadMcfg() {
  const acpi::Table table = acpi::Find("MCFG");
  std::unique_ptr<std::byte[]> bytes(new (std::nothrow) std::byte[table.Length() + 1]);
  if (!table || bytes == nullptr) {
    return;  // the first 256 bytes are enough for everything that must work
  }
  for (std::size_t i = 0; i < table.Length(); i += 1) {
    bytes[i] = std::byte{table.Read8(i)};
  }
  const Result<::acpi::Mcfg> mcfg = ::acpi::Mcfg::Parse({bytes.get(), table.Length()});
  for (std::size_t i = 0; mcfg && i < mcfg->Count() && range_count < ranges.size(); i += 1) {
    ranges[range_count] = mcfg->At(i);
    range_count += 1;
  }
}

}  // namespace

Result<void> InitialisePci() {
  if (ports) {
    return {};
  }
  ports = TRY(Ports::Claim(kAddress, kData + 3));
  ReadMcfg();
  return {};
}

void PciFunction::Select(unsigned offset) const {
  ports.Out32(kAddress, kEnable | std::uint32_t{bus_} << 16 | std::uint32_t{device_} << 11 |
                            std::uint32_t{function_} << 8 | (offset & 0xfc));
}

unsigned PciFunction::Size() const { return RangeOf(bus_) == nullptr ? kPortSpace : kExtendedSpace; }

bool PciFunction::Present() {
  const std::uint16_t vendor = Read16(0);
  return vendor != 0xffff && vendor != 0;
}

// Only functions that answer have a page mapped, so a scan of empty slots costs none.
volatile std::byte *PciFunction::Extended(unsigned offset) {
  const ::acpi::EcamRange *range = RangeOf(bus_);
  if (range == nullptr || offset >= kExtendedSpace || !Present()) {
    return nullptr;
  }
  volatile std::byte *bytes = MapOnce(range->Address(bus_, device_, function_));
  return bytes == nullptr ? nullptr : bytes + offset;
}

std::uint32_t PciFunction::Read(unsigned offset, unsigned size) {
  if (offset < kPortSpace) {
    Select(offset);
    const auto port = static_cast<std::uint16_t>(kData + (offset & 3));
    return size == 1 ? ports.In8(port) : size == 2 ? ports.In16(port) : ports.In32(kData);
  }
  volatile std::byte *bytes = Extended(offset);
  if (bytes == nullptr) {
    return ~0u;
  }
  switch (size) {
    case 1:
      return *reinterpret_cast<volatile std::uint8_t *>(bytes);
    case 2:
      return *reinterpret_cast<volatile std::uint16_t *>(bytes);
    default:
      return *reinterpret_cast<volatile std::uint32_t *>(bytes);
  }
}

void PciFunction::Write(unsigned offset, unsigned size, std::uint32_t value) {
  if (offset < kPortSpace) {
    Select(offset);
    const auto port = static_cast<std::uint16_t>(kData + (offset & 3));
    if (size == 1) {
      ports.Out8(port, static_cast<std::uint8_t>(value));
    } else if (size == 2) {
      ports.Out16(port, static_cast<std::uint16_t>(value));
    } else {
      ports.Out32(kData, value);
    }
    return;
  }
  volatile std::byte *bytes = Extended(offset);
  if (bytes == nullptr) {
    return;
  }
  switch (size) {
    case 1:
      *reinterpret_cast<volatile std::uint8_t *>(bytes) = static_cast<std::uint8_t>(value);
      break;
    case 2:
      *reinterpret_cast<volatile std::uint16_t *>(bytes) = static_cast<std::uint16_t>(value);
      break;
    default:
      *reinterpret_cast<volatile std::uint32_t *>(bytes) = value;
      break;
  }
}

void DisableBusMaster(std::uint8_t bus, std::uint8_t device, std::uint8_t function) {
  PciFunction config(bus, device, function);
  if (!config.Present()) {
    return;
  }
  const std::uint16_t command = config.Read16(pci::kCommand);
  config.Write16(pci::kCommand,
                 static_cast<std::uint16_t>((command & ~pci::kCommandMaster) | pci::kCommandInterruptDisable));
  // Configuration writes are not posted on the bus itself; the read makes sure of bridges between.
  (void)config.Read16(pci::kCommand);
}

std::uint64_t ResetFunction(std::uint8_t bus, std::uint8_t device, std::uint8_t function) {
  PciFunction config(bus, device, function);
  if (!config.Present()) {
    return 0;
  }
  DisableBusMaster(bus, device, function);
  const auto reset = pci::FindFunctionReset(config);
  const auto slot = std::find_if(saved.begin(), saved.end(), [](const Saved &entry) { return !entry.used; });
  if (!reset || slot == saved.end()) {
    return 0;
  }
  *slot = {.used = true, .bus = bus, .device = device, .function = function, .words = {}};
  for (unsigned i = 0; i < slot->words.size(); i += 1) {
    slot->words[i] = config.Read32(i * 4);
  }
  pci::StartFunctionReset(config, *reset);
  return kResetTime;
}

void RestoreFunction(std::uint8_t bus, std::uint8_t device, std::uint8_t function) {
  const auto slot = std::find_if(saved.begin(), saved.end(), [&](const Saved &entry) {
    return entry.used && entry.bus == bus && entry.device == device && entry.function == function;
  });
  if (slot == saved.end()) {
    return;
  }
  slot->used = false;
  PciFunction config(bus, device, function);
  // From the end, so that the command register comes last; identity and class are read-only.
  for (unsigned i = static_cast<unsigned>(slot->words.size()); i-- > 1;) {
    if (i != 2) {
      config.Write32(i * 4, i == 1 ? slot->words[i] & 0xffff : slot->words[i]);
    }
  }
}

volatile std::uint32_t *MessageTable(std::uint64_t address) {
  constexpr std::uint64_t kPage = 4096;
  volatile std::byte *page = MapOnce(address & ~(kPage - 1));
  return page == nullptr || address % 16 != 0 ? nullptr
                                              : reinterpret_cast<volatile std::uint32_t *>(page + address % kPage);
}

void ResetByPciChipset() {
  if (InitialisePci()) {
    ports.Out8(kResetControl, 0x02);
    ports.Out8(kResetControl, 0x06);
  }
}

}  // namespace ke
