#include "host_objects.hpp"

#include <wdm/driver_host.hpp>

#include <cap/invoke.hpp>
#include <ke/cspace.hpp>
#include <ke/objects.hpp>

#include <memory>
#include <new>

namespace wdm {
namespace {

constinit cap::Cap<cap::Notification> executive;
constinit HostObjects *free_objects = nullptr;

bool Put(cap::Cap<cap::CNode> node, std::uint64_t slot, seL4_CPtr from, seL4_CapRights_t rights, seL4_Word badge) {
  return cap::Mint({node, slot, host::kCNodeBits}, ke::SlotOf(from), rights, badge) == seL4_NoError;
}

}  // namespace

void UseNotification(cap::Cap<cap::Notification> notification) { executive = notification; }

Result<void> HostObjects::Make() {
  baton_cspace = TRY(ke::MakeCNode(host::kCNodeBits));
  interrupt_cspace = TRY(ke::MakeCNode(host::kCNodeBits));
  baton = TRY(ke::MakeNotification());
  interrupts = TRY(ke::MakeNotification());
  return {};
}

Result<void> HostObjects::Fill(std::uint32_t id) {
  const seL4_CapRights_t read = seL4_CapRights_new(0, 0, 1, 0);
  const seL4_CapRights_t write = seL4_CapRights_new(0, 0, 0, 1);
  const seL4_Word bell = seL4_Word{1} << (kFirstDoorbell + id % kDoorbells);
  bool done = Put(baton_cspace, host::kWaitSlot, baton.Pointer(), read, 0) &&
              Put(interrupt_cspace, host::kWaitSlot, interrupts.Pointer(), read, 0);
  for (cap::Cap<cap::CNode> node : {baton_cspace, interrupt_cspace}) {
    done = done && Put(node, host::kExecutiveSlot, executive.Pointer(), write, bell) &&
           Put(node, host::kBatonSlot, baton.Pointer(), write, host::kBatonBadge);
  }
  for (std::uint64_t slot :
       {host::kServiceSlot, host::kFaultSlot, host::kWaitSlot, host::kExecutiveSlot, host::kBatonSlot}) {
    used[slot] = true;
  }
  if (!done) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return {};
}

Result<HostObjects *> HostObjects::Take(std::uint32_t id) {
  std::unique_ptr<HostObjects> objects(free_objects);
  if (objects) {
    free_objects = objects->next;
    objects->next = nullptr;
  } else {
    objects.reset(new (std::nothrow) HostObjects);
    if (!objects) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    TRY(objects->Make());
  }
  HostObjects *made = objects.release();
  if (Result<void> filled = made->Fill(id); !filled) {
    made->GiveBack();
    return std::unexpected(filled.error());
  }
  return made;
}

void HostObjects::GiveBack() {
  for (std::uint64_t slot = 0; slot < host::kSlotCount; slot += 1) {
    if (used[slot]) {
      RemoveBoth(slot);
    }
  }
  next = free_objects;
  free_objects = this;
}

Result<void> HostObjects::PutBoth(std::uint64_t to, seL4_CPtr from) {
  used[to] = true;
  for (cap::Cap<cap::CNode> node : {baton_cspace, interrupt_cspace}) {
    if (cap::Copy({node, to, host::kCNodeBits}, ke::SlotOf(from), seL4_AllRights) != seL4_NoError) {
      RemoveBoth(to);
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
  }
  return {};
}

void HostObjects::RemoveBoth(std::uint64_t slot) {
  for (cap::Cap<cap::CNode> node : {baton_cspace, interrupt_cspace}) {
    (void)cap::Delete({node, slot, host::kCNodeBits});  // an empty slot is no error
  }
  used[slot] = false;
}

}  // namespace wdm
