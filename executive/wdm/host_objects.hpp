#pragma once
// The kernel objects of a host: two CNodes, two notifications. Made once, used by one host after the other.

#include <wdm/host.h>
#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <array>
#include <cstdint>

namespace wdm {

struct HostObjects {
  // Objects for host `id`, its capabilities in their slots. STATUS_INSUFFICIENT_RESOURCES.
  static Result<HostObjects *> Take(std::uint32_t id);
  // Empties every slot that was used.
  void GiveBack();

  // Copies the capability in our slot `from` into slot `to` of both threads. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> PutBoth(std::uint64_t to, seL4_CPtr from);
  void RemoveBoth(std::uint64_t slot);

  cap::Cap<cap::CNode> baton_cspace;
  cap::Cap<cap::CNode> interrupt_cspace;
  cap::Cap<cap::Notification> baton;       // its bell, as we ring it
  cap::Cap<cap::Notification> interrupts;  // unbadged
  std::array<bool, host::kSlotCount> used = {};
  HostObjects *next = nullptr;

 private:
  Result<void> Make();
  Result<void> Fill(std::uint32_t id);
};

}  // namespace wdm
