#include <wdm/grants.hpp>

#include <wdm/driver_host.hpp>

#include "host_objects.hpp"
#include "interrupt_capabilities.hpp"
#include "port_capabilities.hpp"

#include <cap/invoke.hpp>
#include <ke/cspace.hpp>

#include <new>

namespace wdm {
namespace {

constexpr std::uint32_t kAcknowledgeAfter = 1;
constexpr std::uint32_t kStartThread = std::uint32_t{1} << 31;

}  // namespace

Result<void> Grants::AddPorts(std::uint64_t device, std::uint16_t first, std::uint16_t last) {
  auto *entry = new (std::nothrow) Entry;
  if (entry == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  entry->device = device;
  entry->start = first;
  entry->last = last;
  if (Result<void> put = PutPorts(*entry); !put) {
    delete entry;
    return put;
  }
  entry->next = first_;
  first_ = entry;
  return {};
}

Result<void> Grants::PutPorts(Entry &entry) {
  const auto first = static_cast<std::uint16_t>(entry.start);
  const auto last = static_cast<std::uint16_t>(entry.last);
  host::PortRange *ranges = host_.Area().ports;
  const HostObjects &objects = host_.Objects();
  for (std::uint32_t index = 0; index < host::kPortRanges; index += 1) {
    if (objects.used[host::kFirstPortSlot + index]) {
      continue;
    }
    const seL4_CPtr capability = TRY(TakePortCapability(first, last));
    if (Result<void> put = host_.Objects().PutBoth(host::kFirstPortSlot + index, capability); !put) {
      GiveBackPortCapability(first, last);
      return put;
    }
    entry.index = index;
    ranges[index] = {first, last, 1, 0};
    return {};
  }
  return Fail(STATUS_INSUFFICIENT_RESOURCES);
}

Result<void> Grants::AddMemory(std::uint64_t device, std::uint64_t start, std::uint64_t length, bool read_only) {
  if (length == 0 || start + length < start) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  auto *entry = new (std::nothrow) Entry;
  if (entry == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  entry->kind = Entry::Kind::kMemory;
  entry->device = device;
  entry->start = start;
  entry->last = start + length - 1;
  entry->read_only = read_only;
  entry->next = first_;
  first_ = entry;
  return {};
}

Result<void> Grants::AddInterrupt(std::uint64_t device, const InterruptGrant &interrupt) {
  auto *entry = new (std::nothrow) Entry;
  if (entry == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  entry->kind = Entry::Kind::kInterrupt;
  entry->device = device;
  entry->interrupt = interrupt;
  if (Result<seL4_CPtr> handler = TakeInterruptCapability(interrupt); !handler) {
    delete entry;
    return std::unexpected(handler.error());
  }
  entry->next = first_;
  first_ = entry;
  return {};
}

void Grants::Take(Entry &entry) {
  switch (entry.kind) {
    case Entry::Kind::kPorts:
      host_.Area().ports[entry.index] = {};
      host_.Objects().RemoveBoth(host::kFirstPortSlot + entry.index);
      GiveBackPortCapability(static_cast<std::uint16_t>(entry.start), static_cast<std::uint16_t>(entry.last));
      break;
    case Entry::Kind::kMemory:
      // Views of it: the driver is told to unmap; what it keeps goes with its process.
      break;
    case Entry::Kind::kInterrupt:
      if (entry.connected) {
        host_.Objects().RemoveBoth(host::kFirstInterruptSlot + entry.index);
      }
      GiveBackInterruptCapability(entry.interrupt.kernel_vector);
      if (entry.badged != 0) {
        ke::DeleteAndFreeSlot(entry.badged);
      }
      break;
  }
}

void Grants::Revoke(std::uint64_t device) {
  for (Entry **link = &first_; *link != nullptr;) {
    Entry *entry = *link;
    if (entry->device != device) {
      link = &entry->next;
      continue;
    }
    *link = entry->next;
    Take(*entry);
    delete entry;
  }
}

void Grants::RevokeAll() {
  while (first_ != nullptr) {
    Entry *entry = first_;
    first_ = entry->next;
    Take(*entry);
    delete entry;
  }
}

bool Grants::HoldsMemory(std::uint64_t start, std::uint64_t length, bool write) const {
  for (const Entry *entry = first_; entry != nullptr; entry = entry->next) {
    if (entry->kind == Entry::Kind::kMemory && start >= entry->start && start + length - 1 <= entry->last &&
        start + length > start && !(write && entry->read_only)) {
      return true;
    }
  }
  return false;
}

Result<void> Grants::Connect(WDM_INTERRUPT &interrupt) {
  Entry *found = nullptr;
  std::uint64_t taken = 0;
  for (Entry *entry = first_; entry != nullptr; entry = entry->next) {
    if (entry->kind != Entry::Kind::kInterrupt) {
      continue;
    }
    if (entry->connected) {
      taken |= std::uint64_t{1} << entry->index;
    } else if (entry->interrupt.vector == interrupt.Vector &&
               (interrupt.Message == ~0u || entry->interrupt.message_number == interrupt.Message)) {
      found = entry;
    }
  }
  if (found == nullptr) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  std::uint32_t index = 0;
  while (index < host::kInterruptCount && (taken >> index & 1) != 0) {
    index += 1;
  }
  if (index == host::kInterruptCount) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  HostObjects &objects = host_.Objects();
  const seL4_CPtr handler = InterruptCapability(found->interrupt.kernel_vector);
  if (found->badged == 0) {
    found->badged = TRY(ke::AllocateSlot());
  } else {
    (void)cap::Delete(ke::SlotOf(found->badged));
  }
  if (cap::Mint(ke::SlotOf(found->badged), ke::SlotOf(objects.interrupts.Pointer()), seL4_AllRights,
                seL4_Word{1} << index) != seL4_NoError) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(objects.PutBoth(host::kFirstInterruptSlot + index, handler));
  if (cap::SetNotification(cap::Cap<cap::IrqHandler>(handler), cap::Cap<cap::Notification>(found->badged)) !=
      seL4_NoError) {
    objects.RemoveBoth(host::kFirstInterruptSlot + index);
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  (void)cap::Acknowledge(cap::Cap<cap::IrqHandler>(handler));
  found->connected = true;
  found->index = index;
  interrupt.Index = index;
  interrupt.Flags = found->interrupt.level ? kAcknowledgeAfter : 0;
  if (!host_.HasInterruptThread()) {
    host_.AllowInterruptThread();
    interrupt.Flags |= kStartThread;
  }
  return {};
}

Result<void> Grants::Disconnect(std::uint32_t index) {
  for (Entry *entry = first_; entry != nullptr; entry = entry->next) {
    if (entry->kind == Entry::Kind::kInterrupt && entry->connected && entry->index == index) {
      (void)cap::ClearNotification(cap::Cap<cap::IrqHandler>(InterruptCapability(entry->interrupt.kernel_vector)));
      host_.Objects().RemoveBoth(host::kFirstInterruptSlot + index);
      entry->connected = false;
      return {};
    }
  }
  return Fail(STATUS_INVALID_PARAMETER);
}

}  // namespace wdm
