// What a function has, what it needs, and what it was given.

#include "message_policy.hpp"
#include "pci.hpp"

#include <bus/lists.hpp>

#include <algorithm>

namespace pcibus {
namespace {

constexpr std::size_t kRoom = 48;
constexpr USHORT kPortFlags = CM_RESOURCE_PORT_16_BIT_DECODE | CM_RESOURCE_PORT_POSITIVE_DECODE | CM_RESOURCE_PORT_BAR;
constexpr USHORT kWindowPortFlags =
    CM_RESOURCE_PORT_16_BIT_DECODE | CM_RESOURCE_PORT_POSITIVE_DECODE | CM_RESOURCE_PORT_WINDOW_DECODE;
constexpr ULONGLONG kPage = PAGE_SIZE;
// Interrupt lines of a PC that the firmware can have meant; 0 is the timer's.
constexpr std::uint8_t kLastLine = 23;

USHORT MemoryFlags(const pci::Bar &bar) {
  return static_cast<USHORT>(CM_RESOURCE_MEMORY_READ_WRITE | CM_RESOURCE_MEMORY_BAR |
                             (bar.prefetchable ? CM_RESOURCE_MEMORY_PREFETCHABLE : 0));
}

// The registers that take part: the expansion ROM is never decoded.
bool Needed(const Function *function, const pci::Bar &bar) { return bar.Present() && function->Reachable(bar); }

template <typename List>
void AddBar(List &list, UCHAR option, const pci::Bar &bar, const bus::Placement &at) {
  if (bar.kind == pci::BarKind::kIo) {
    list.AddPort(option, at, CmResourceShareDeviceExclusive, kPortFlags);
  } else {
    list.AddMemory(option, at, CmResourceShareDeviceExclusive, MemoryFlags(bar));
  }
}

// The firmware's choice first; anywhere else only when that cannot be.
void RequireBar(bus::RequirementsList<kRoom> &list, const Function *function, const pci::Bar &bar) {
  bus::Placement anywhere{bar.size, bar.size, bar.size, bar.limit};
  if (bar.IsMemory()) {
    // Two functions in one page could not be told apart by the memory that their drivers are given.
    anywhere.alignment = std::max(anywhere.alignment, kPage);
  }
  UCHAR option = 0;
  if (function->Configured(bar)) {
    AddBar(list, IO_RESOURCE_PREFERRED, bar, bus::Placement::Exactly(bar.base, bar.base + (bar.size - 1)));
    option = IO_RESOURCE_ALTERNATIVE;
  }
  if (anywhere.minimum <= anywhere.maximum && anywhere.length - 1 <= anywhere.maximum - anywhere.minimum) {
    AddBar(list, option, bar, anywhere);
  }
}

// Messages, fewer messages, the line: the best that can be had.
void RequireInterrupt(bus::RequirementsList<kRoom> &list, const Function *function) {
  const ULONG wanted = MessageCount(function);
  UCHAR option = 0;
  if (wanted != 0) {
    list.AddMessages(option, wanted);
    option = IO_RESOURCE_ALTERNATIVE;
    if (wanted > 1) {
      list.AddMessages(option, 1);
    }
  }
  const std::uint8_t line = function->identity.interrupt_line;
  if (function->identity.interrupt_pin != 0 && line != 0 && line <= kLastLine) {
    list.AddInterrupt(option, line, CmResourceShareShared, CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE);
  }
}

// What a bridge hands on, as `visit(window, is_ports, prefetchable)` for each open window.
template <typename Visit>
void ForEachWindow(const pci::BridgeWindows &windows, Visit visit) {
  if (windows.io.Open()) {
    visit(windows.io, true, false);
  }
  if (windows.memory.Open()) {
    visit(windows.memory, false, false);
  }
  if (windows.prefetchable.Open()) {
    visit(windows.prefetchable, false, true);
  }
}

USHORT WindowFlags(bool prefetchable) {
  return static_cast<USHORT>(CM_RESOURCE_MEMORY_WINDOW_DECODE | (prefetchable ? CM_RESOURCE_MEMORY_PREFETCHABLE : 0));
}

void RequireWindows(bus::RequirementsList<kRoom> &list, const Function *function) {
  if (!function->windows.Numbered(function->bus->number)) {
    return;
  }
  list.AddBuses(0, function->windows.secondary, function->windows.subordinate);
  ForEachWindow(function->windows, [&](const pci::Window &window, bool ports, bool prefetchable) {
    const auto at = bus::Placement::Exactly(window.base, window.limit);
    if (ports) {
      list.AddPort(0, at, CmResourceShareDeviceExclusive, kWindowPortFlags);
    } else {
      list.AddMemory(0, at, CmResourceShareDeviceExclusive, WindowFlags(prefetchable));
    }
  });
}

// Steps through the assigned ranges in the order in which they were asked for.
class Assigned {
 public:
  explicit Assigned(const CM_RESOURCE_LIST *resources)
      : list_(resources == nullptr || resources->Count == 0 ? nullptr : &resources->List[0].PartialResourceList) {}

  // The start of the next range of ports or memory of this size, or nothing.
  std::optional<ULONGLONG> Next(bool ports, ULONGLONG size) {
    for (; list_ != nullptr && at_ < list_->Count; at_ += 1) {
      const CM_PARTIAL_RESOURCE_DESCRIPTOR &entry = list_->PartialDescriptors[at_];
      const bool memory = entry.Type == CmResourceTypeMemory || entry.Type == CmResourceTypeMemoryLarge;
      if (ports ? entry.Type != CmResourceTypePort : !memory) {
        continue;
      }
      const bus::MemoryLength units(size);
      if (entry.u.Generic.Length != static_cast<ULONG>(size >> units.shift)) {
        return {};
      }
      at_ += 1;
      return static_cast<ULONGLONG>(entry.u.Generic.Start.QuadPart);
    }
    return {};
  }
  bool HasMessages() const {
    for (ULONG i = 0; list_ != nullptr && i < list_->Count; i += 1) {
      const CM_PARTIAL_RESOURCE_DESCRIPTOR &entry = list_->PartialDescriptors[i];
      if (entry.Type == CmResourceTypeInterrupt && (entry.Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0) {
        return true;
      }
    }
    return false;
  }

 private:
  const CM_PARTIAL_RESOURCE_LIST *list_;
  ULONG at_ = 0;
};

}  // namespace

bool Function::Configured(const pci::Bar &bar) const {
  return bar.base != 0 && bar.size - 1 <= bar.limit && bar.base <= bar.limit - (bar.size - 1);
}

bool Function::Reachable(const pci::Bar &bar) const {
  if (bus->bridge == nullptr || bus->bridge->windows.subtractive) {
    return true;
  }
  const pci::BridgeWindows &above = bus->bridge->windows;
  if (bar.kind == pci::BarKind::kIo) {
    return above.io.Open();
  }
  return above.memory.Open() || above.prefetchable.Open();
}

NTSTATUS QueryResources(const Function *function, PIRP irp) {
  bus::ResourceList<kRoom> list;
  for (std::size_t i = 0; i < pci::kMaximumBars; i += 1) {
    const pci::Bar &bar = function->bars[i];
    const bool ports = bar.kind == pci::BarKind::kIo;
    const std::uint16_t decodes = ports ? pci::kCommandIo : pci::kCommandMemory;
    if (!bar.Present() || !function->Configured(bar) || (function->boot_command & decodes) == 0) {
      continue;
    }
    if (ports) {
      list.AddPort(bar.base, bar.base + (bar.size - 1), CmResourceShareDeviceExclusive, kPortFlags);
    } else {
      list.AddMemory(bar.base, bar.base + (bar.size - 1), CmResourceShareDeviceExclusive, MemoryFlags(bar));
    }
  }
  if (function->identity.IsBridge() && function->windows.Numbered(function->bus->number)) {
    list.AddBuses(function->windows.secondary, function->windows.subordinate);
    ForEachWindow(function->windows, [&](const pci::Window &window, bool ports, bool prefetchable) {
      if (ports) {
        list.AddPort(window.base, window.limit, CmResourceShareDeviceExclusive, kWindowPortFlags);
      } else {
        list.AddMemory(window.base, window.limit, CmResourceShareDeviceExclusive, WindowFlags(prefetchable));
      }
    });
  }
  if (list.Empty()) {
    return STATUS_SUCCESS;
  }
  PCM_RESOURCE_LIST copy = list.Copy(PCIBus, function->bus->number);
  if (copy == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(copy);
  return STATUS_SUCCESS;
}

NTSTATUS QueryRequirements(const Function *function, PIRP irp) {
  bus::RequirementsList<kRoom> list;
  for (std::size_t i = 0; i < pci::kMaximumBars; i += 1) {
    if (Needed(function, function->bars[i])) {
      RequireBar(list, function, function->bars[i]);
    }
  }
  if (function->identity.IsBridge()) {
    RequireWindows(list, function);
  } else {
    RequireInterrupt(list, function);
  }
  if (list.Empty()) {
    return STATUS_SUCCESS;
  }
  PIO_RESOURCE_REQUIREMENTS_LIST copy = list.Copy(PCIBus, function->bus->number, function->Slot());
  if (copy == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(copy);
  return STATUS_SUCCESS;
}

namespace {

// Writes the assigned addresses; `ports` and `memory` say whether every register of the kind has one.
NTSTATUS WriteAddresses(Function *function, HalConfig &config, Assigned &assigned, bool &ports, bool &memory) {
  for (std::size_t i = 0; i < pci::kMaximumBars; i += 1) {
    const pci::Bar &bar = function->bars[i];
    if (!bar.Present()) {
      continue;
    }
    const bool is_ports = bar.kind == pci::BarKind::kIo;
    if (!Needed(function, bar)) {
      (is_ports ? ports : memory) = false;  // it would decode where it happens to stand
      continue;
    }
    const std::optional<ULONGLONG> start = assigned.Next(is_ports, bar.size);
    if (!start) {
      return STATUS_DEVICE_CONFIGURATION_ERROR;
    }
    pci::WriteBar(config, bar, *start);
  }
  return STATUS_SUCCESS;
}

}  // namespace

NTSTATUS Start(Function *function, const CM_RESOURCE_LIST *resources) {
  if (function->identity.base_class == 0x06 && !function->identity.IsBridge()) {
    // Host and ISA bridges decode what the machine cannot do without: left as they are.
    return STATUS_SUCCESS;
  }
  HalConfig config = function->Config();
  if (pci::PowerState(config).value_or(0) != 0) {
    SetPower(function, PowerDeviceD0);
  }
  constexpr std::uint16_t kOurs =
      pci::kCommandIo | pci::kCommandMemory | pci::kCommandMaster | pci::kCommandInterruptDisable;
  auto command = static_cast<std::uint16_t>(config.Read16(pci::kCommand) & ~kOurs);
  config.Write16(pci::kCommand, command);
  Assigned assigned(resources);
  bool ports = true;
  bool memory = true;
  const NTSTATUS status = WriteAddresses(function, config, assigned, ports, memory);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  // As NT's bus driver does: no driver's source turns bus mastering on itself. The device masters the bus when its
  // driver tells it to, and the system turns it off when the driver is gone.
  command |= static_cast<std::uint16_t>(pci::kCommandMaster | (ports ? pci::kCommandIo : 0) |
                                        (memory ? pci::kCommandMemory : 0));
  if (assigned.HasMessages()) {
    command |= pci::kCommandInterruptDisable;
  }
  config.Write16(pci::kCommand, command);
  return STATUS_SUCCESS;
}

}  // namespace pcibus
