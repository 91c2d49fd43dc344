#include "port_capabilities.hpp"

#include <wdm/grants.hpp>

#include <cap/invoke.hpp>
#include <ke/cspace.hpp>

#include <array>
#include <new>

namespace wdm {
namespace {

struct PortRange {
  PortRange *next = nullptr;
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  seL4_CPtr capability = 0;
  unsigned users = 0;
};
constinit PortRange *ranges = nullptr;

struct Kept {
  OwnPorts ports;
  bool left = false;
};
constinit std::array<Kept, 8> kept = {};
constinit std::size_t kept_count = 0;

bool Overlap(std::uint16_t first, std::uint16_t last, std::uint16_t other_first, std::uint16_t other_last) {
  return first <= other_last && other_first <= last;
}

// Ranges that nobody uses now stand in the way of a different one.
void DropUnused(std::uint16_t first, std::uint16_t last) {
  for (PortRange **link = &ranges; *link != nullptr;) {
    PortRange *range = *link;
    if (range->users == 0 && Overlap(first, last, range->first, range->last)) {
      *link = range->next;
      ke::DeleteAndFreeSlot(range->capability);
      delete range;
    } else {
      link = &range->next;
    }
  }
}

Result<void> MakeOwnersLeave(std::uint16_t first, std::uint16_t last) {
  for (std::size_t i = 0; i < kept_count; i += 1) {
    Kept &each = kept[i];
    if (each.left || !Overlap(first, last, each.ports.first, each.ports.last)) {
      continue;
    }
    if (each.ports.leave == nullptr) {
      return Fail(STATUS_CONFLICTING_ADDRESSES);
    }
    each.ports.leave();
    each.left = true;
  }
  return {};
}

}  // namespace

void KeepPorts(const OwnPorts &ports) {
  if (kept_count < kept.size()) {
    kept[kept_count] = {ports, false};
    kept_count += 1;
  }
}

Result<seL4_CPtr> TakePortCapability(std::uint16_t first, std::uint16_t last) {
  for (PortRange *range = ranges; range != nullptr; range = range->next) {
    if (range->first == first && range->last == last) {
      if (range->users == 0) {
        TRY(MakeOwnersLeave(first, last));
      }
      range->users += 1;
      return range->capability;
    }
  }
  DropUnused(first, last);
  TRY(MakeOwnersLeave(first, last));
  auto *range = new (std::nothrow) PortRange;
  if (range == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  Result<seL4_CPtr> slot = ke::AllocateSlot();
  if (!slot || cap::IssuePorts(cap::Cap<cap::IoPortControl>(seL4_CapIOPortControl), first, last, ke::SlotOf(*slot)) !=
                   seL4_NoError) {
    if (slot) {
      ke::FreeSlot(*slot);
    }
    delete range;
    return Fail(slot ? STATUS_CONFLICTING_ADDRESSES : STATUS_INSUFFICIENT_RESOURCES);
  }
  *range = {ranges, first, last, *slot, 1};
  ranges = range;
  return range->capability;
}

void GiveBackPortCapability(std::uint16_t first, std::uint16_t last) {
  for (PortRange *range = ranges; range != nullptr; range = range->next) {
    if (range->first == first && range->last == last && range->users != 0) {
      range->users -= 1;
      if (range->users != 0) {
        return;
      }
      break;
    }
  }
  for (std::size_t i = 0; i < kept_count; i += 1) {
    Kept &each = kept[i];
    if (each.left && Overlap(first, last, each.ports.first, each.ports.last)) {
      DropUnused(each.ports.first, each.ports.last);
      each.left = false;
      if (each.ports.again != nullptr) {
        each.ports.again();
      }
    }
  }
}

}  // namespace wdm
