#include "hardware.hpp"

#include <acpi/fadt.hpp>
#include <ke/acpi.hpp>
#include <ke/boot_console.hpp>
#include <ke/boot_info.hpp>
#include <ke/pci_config.hpp>
#include <pci/capability.hpp>

#include <algorithm>
#include <bit>

namespace pnp {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint32_t kClockPin = 2;                            // HPET timer 0 (docs/architecture.md section 8)
constexpr std::uint32_t kWatchdogPin = 8;                         // HPET timer 1
constexpr Range kOwnPorts[] = {{.first = 0xcf8, .last = 0xcff}};  // PCI configuration space
constexpr Range kOwnMemory[] = {
    {.first = 0xfec0'0000, .last = 0xfec0'0fff},  // IOAPIC
    {.first = 0xfed0'0000, .last = 0xfed0'0fff},  // HPET
    {.first = 0xfee0'0000, .last = 0xfeef'ffff},  // local APIC, and where messages go
};

// A firmware table's bytes.
Result<Bytes> ReadTable(std::string_view signature) {
  const ke::acpi::Table table = ke::acpi::Find(signature);
  if (!table) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  Bytes bytes;
  TRY(bytes.Resize(table.Length()));
  for (std::size_t i = 0; i < bytes.Size(); i += 1) {
    bytes[i] = std::byte{table.Read8(i)};
  }
  return bytes;
}

// The reset register of many machines is port 0xcf9, which is inside the configuration address: the Executive's own.
bool IsOwn(const acpi::Block &block) {
  return !block.memory && std::ranges::any_of(kOwnPorts, [&](const Range &own) {
    return block.address <= own.last && block.address + block.length > own.first;
  });
}

Result<void> AppendRegisters(const acpi::Block &block, ResourceList &to) {
  if (!block.Present() || IsOwn(block)) {
    return {};
  }
  Resource resource;
  resource.type = block.memory ? CmResourceTypeMemory : CmResourceTypePort;
  resource.flags = block.memory ? CM_RESOURCE_MEMORY_READ_WRITE : CM_RESOURCE_PORT_IO | CM_RESOURCE_PORT_16_BIT_DECODE;
  resource.share = CmResourceShareShared;
  resource.start = block.address;
  resource.length = block.length;
  return to.Append(resource);
}

// The fixed hardware of ACPI (ACPI 6.5, 4.8.3).
Result<ResourceList> FixedHardware() {
  const Bytes bytes = TRY(ReadTable("FACP"));
  const acpi::Fadt fadt = TRY(acpi::ParseFadt(bytes.Items()));
  ResourceList list;
  for (const acpi::Block &block : {fadt.pm1a_event, fadt.pm1b_event, fadt.pm1a_control, fadt.pm1b_control,
                                   fadt.pm2_control, fadt.pm_timer, fadt.gpe0, fadt.gpe1}) {
    TRY(AppendRegisters(block, list));
  }
  TRY(AppendRegisters({.memory = false,
                       .address = fadt.smi_command_port,
                       .length = static_cast<std::uint8_t>(fadt.smi_command_port != 0 ? 1 : 0)},
                      list));
  if (fadt.reset_register && fadt.reset_register->space != acpi::Space::kPciConfig) {
    TRY(AppendRegisters({.memory = fadt.reset_register->space == acpi::Space::kMemory,
                         .address = fadt.reset_register->address,
                         .length = 1},
                        list));
  }
  if (!fadt.hardware_reduced) {
    Resource interrupt;
    interrupt.type = CmResourceTypeInterrupt;
    interrupt.flags = CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE;
    interrupt.share = CmResourceShareShared;
    interrupt.start = fadt.sci_interrupt;
    TRY(list.Append(interrupt));
  }
  return list;
}

// Registers of a function's MSI-X capability and table (PCI 3.0, 6.8.2).
constexpr std::uint16_t kMessagesOn = 1u << 15;
constexpr std::uint16_t kAllMasked = 1u << 14;
constexpr std::uint64_t kMessageAddress = 0xfee0'0000;  // to the one processor, APIC id 0
constexpr std::size_t kEntry = 16;

class ThisMachine final : public Hardware {
 public:
  Result<void> Describe(Arbiters &arbiters) override;
  Result<ResourceList> FirmwareResources(std::u16string_view table) override {
    return table == u"FACP" ? FixedHardware() : Result<ResourceList>(Fail(STATUS_OBJECT_NAME_NOT_FOUND));
  }
  Result<void> KeepMessageTable(PciAddress function, AssignedResources &resources) override;
  Result<void> PrepareInterrupts(PciAddress function, const AssignedResources &resources) override;
  void DisableMessages(PciAddress function) override;
  void DisableBusMaster(PciAddress function) override {
    ke::DisableBusMaster(function.bus, function.device, function.function);
  }
  std::uint64_t ResetFunction(PciAddress function) override {
    return ke::ResetFunction(function.bus, function.device, function.function);
  }
  void RestoreFunction(PciAddress function) override {
    ke::RestoreFunction(function.bus, function.device, function.function);
  }
  bool UsesConsole(const AssignedResources &resources) override {
    ke::ConsolePorts console;
    return ke::FindConsolePorts(console) && std::ranges::any_of(resources.ports, [&](const AssignedPorts &ports) {
             return ports.first <= console.last && console.first <= ports.last;
           });
  }
};

ke::PciFunction ConfigOf(PciAddress address) { return {address.bus, address.device, address.function}; }

// Where the MSI-X table is; nothing when the function has none, or no address for it.
struct TablePlace {
  std::uint64_t address = 0;
  pci::MsiX capability;
};
std::optional<TablePlace> FindTable(ke::PciFunction &config) {
  const std::optional<pci::MsiX> capability = pci::ReadMsiX(config);
  if (!capability) {
    return {};
  }
  const unsigned offset = pci::kFirstBar + capability->table_bar * 4u;
  const std::uint32_t low = config.Read32(offset);
  constexpr std::uint32_t kIo = 1u << 0;
  constexpr std::uint32_t kWide = 2u << 1;
  if ((low & kIo) != 0) {
    return {};
  }
  std::uint64_t address = low & ~0xfu;
  if ((low & 6u) == kWide) {
    if (capability->table_bar == 5) {
      return {};
    }
    address |= std::uint64_t{config.Read32(offset + 4)} << 32;
  }
  if (address == 0) {
    return {};
  }
  return TablePlace{address + capability->table_offset, *capability};
}

Result<void> ThisMachine::Describe(Arbiters &arbiters) {
  TRY(ke::InitialisePci());
  const seL4_BootInfo &info = *ke::boot_info;
  for (seL4_Word i = 0; i < info.untyped.end - info.untyped.start; i += 1) {
    const seL4_UntypedDesc &memory = info.untypedList[i];
    if (!memory.isDevice) {
      TRY(arbiters.memory.Reserve(
          {.first = memory.paddr, .last = memory.paddr + (std::uint64_t{1} << memory.sizeBits) - 1}));
    }
  }
  for (const Range &range : kOwnMemory) {
    TRY(arbiters.memory.Reserve(range));
  }
  for (const Range &range : kOwnPorts) {
    TRY(arbiters.ports.Reserve(range));
  }
  arbiters.interrupts.ReservePin(kClockPin);
  arbiters.interrupts.ReservePin(kWatchdogPin);
  const Result<Bytes> bytes = ReadTable("APIC");
  if (bytes) {
    if (const Result<acpi::Madt> madt = acpi::Madt::Parse(bytes->Items())) {
      arbiters.interrupts.UseMadt(*madt);
    }
  }
  return {};
}

Result<void> ThisMachine::KeepMessageTable(PciAddress function, AssignedResources &resources) {
  ke::PciFunction config = ConfigOf(function);
  if (const std::optional<TablePlace> table = FindTable(config)) {
    resources.memory = TRY(WithoutPages(resources.memory, table->address, table->capability.TableSize()));
  }
  return {};
}

// Writes one entry of the MSI-X table. False: its page cannot be mapped.
bool WriteEntry(const TablePlace &table, std::uint32_t index, std::uint32_t vector) {
  volatile std::uint32_t *entry = ke::MessageTable(table.address + index * kEntry);
  if (entry == nullptr) {
    return false;
  }
  entry[0] = static_cast<std::uint32_t>(kMessageAddress);
  entry[1] = 0;
  entry[2] = vector;
  entry[3] = 0;  // not masked
  return true;
}

Result<void> EnableMsiX(ke::PciFunction &config, const TablePlace &table, const AssignedResources &resources) {
  const unsigned control = table.capability.offset + 2;
  const std::uint16_t old = config.Read16(control);
  // All masked while the table is written; memory decoding on, for it is in memory.
  config.Write16(control, static_cast<std::uint16_t>(old | kMessagesOn | kAllMasked));
  config.Write16(pci::kCommand, static_cast<std::uint16_t>(config.Read16(pci::kCommand) | pci::kCommandMemory |
                                                           pci::kCommandInterruptDisable));
  for (const AssignedInterrupt &interrupt : resources.interrupts) {
    for (std::uint32_t i = 0; interrupt.message && i < interrupt.message_count; i += 1) {
      const std::uint32_t index = interrupt.first_message + i;
      if (index >= table.capability.vectors || !WriteEntry(table, index, interrupt.vector + i)) {
        config.Write16(control, static_cast<std::uint16_t>(old & ~kMessagesOn));
        return Fail(STATUS_NOT_SUPPORTED);
      }
    }
  }
  config.Write16(control, static_cast<std::uint16_t>((old | kMessagesOn) & ~kAllMasked));
  return {};
}

Result<void> EnableMsi(ke::PciFunction &config, const pci::Msi &msi, const AssignedInterrupt &interrupt) {
  if (interrupt.message_count > msi.vectors) {
    return Fail(STATUS_NOT_SUPPORTED);
  }
  config.Write32(msi.offset + 4, static_cast<std::uint32_t>(kMessageAddress));
  if (msi.wide_address) {
    config.Write32(msi.offset + 8, 0);
  }
  config.Write16(msi.offset + (msi.wide_address ? 12 : 8), static_cast<std::uint16_t>(interrupt.vector));
  if (msi.maskable) {
    config.Write32(msi.offset + (msi.wide_address ? 16 : 12), 0);
  }
  const auto count = static_cast<unsigned>(std::bit_width(std::bit_ceil(interrupt.message_count)) - 1);
  const std::uint16_t control = config.Read16(msi.offset + 2);
  config.Write16(pci::kCommand,
                 static_cast<std::uint16_t>(config.Read16(pci::kCommand) | pci::kCommandInterruptDisable));
  config.Write16(msi.offset + 2, static_cast<std::uint16_t>((control & ~0x70u) | count << 4 | 1u));
  return {};
}

Result<void> ThisMachine::PrepareInterrupts(PciAddress function, const AssignedResources &resources) {
  ke::PciFunction config = ConfigOf(function);
  const AssignedInterrupt *message = nullptr;
  for (const AssignedInterrupt &interrupt : resources.interrupts) {
    if (interrupt.message && message == nullptr) {
      message = &interrupt;
    }
  }
  DisableMessages(function);
  if (message == nullptr) {
    config.Write16(pci::kCommand,
                   static_cast<std::uint16_t>(config.Read16(pci::kCommand) & ~pci::kCommandInterruptDisable));
    return {};
  }
  if (const std::optional<TablePlace> table = FindTable(config)) {
    return EnableMsiX(config, *table, resources);
  }
  if (const std::optional<pci::Msi> msi = pci::ReadMsi(config)) {
    return EnableMsi(config, *msi, *message);
  }
  return Fail(STATUS_NOT_SUPPORTED);
}

void ThisMachine::DisableMessages(PciAddress function) {
  ke::PciFunction config = ConfigOf(function);
  if (!config.Present()) {
    return;
  }
  if (const std::optional<pci::MsiX> msi_x = pci::ReadMsiX(config)) {
    const std::uint16_t control = config.Read16(msi_x->offset + 2);
    config.Write16(msi_x->offset + 2, static_cast<std::uint16_t>(control & ~kMessagesOn));
  }
  if (const std::optional<pci::Msi> msi = pci::ReadMsi(config)) {
    const std::uint16_t control = config.Read16(msi->offset + 2);
    config.Write16(msi->offset + 2, static_cast<std::uint16_t>(control & ~1u));
  }
}

constinit ThisMachine machine;

}  // namespace

Hardware &Machine() { return machine; }

Result<Array<AssignedMemory>> WithoutPages(const Array<AssignedMemory> &memory, std::uint64_t start,
                                           std::uint64_t length) {
  const std::uint64_t first = start & ~(kPage - 1);
  const std::uint64_t end = (start + length + kPage - 1) & ~(kPage - 1);
  Array<AssignedMemory> rest;
  for (const AssignedMemory &piece : memory) {
    const std::uint64_t piece_end = piece.start + piece.length;
    if (piece_end <= first || piece.start >= end) {
      TRY(rest.Append(piece));
      continue;
    }
    AssignedMemory part = piece;
    if (piece.start < first) {
      part.length = first - piece.start;
      TRY(rest.Append(part));
    }
    if (piece_end > end) {
      part.start = end;
      part.length = piece_end - end;
      TRY(rest.Append(part));
    }
  }
  return rest;
}

}  // namespace pnp
