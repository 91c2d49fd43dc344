#include "interrupt_capabilities.hpp"

#include <cap/invoke.hpp>
#include <ke/cspace.hpp>

namespace wdm {
namespace {

constexpr std::size_t kVectors = 108;

struct Handler {
  seL4_CPtr capability = 0;
  bool used = false;
  InterruptGrant issued;
};
constinit std::array<Handler, kVectors> handlers = {};

bool SameWay(const InterruptGrant &a, const InterruptGrant &b) {
  return a.message == b.message && a.pin == b.pin && a.level == b.level && a.active_low == b.active_low &&
         a.bus == b.bus && a.device == b.device && a.function == b.function;
}

}  // namespace

Result<seL4_CPtr> TakeInterruptCapability(const InterruptGrant &interrupt) {
  if (interrupt.kernel_vector >= kVectors) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  Handler &handler = handlers[interrupt.kernel_vector];
  if (handler.used) {
    return Fail(STATUS_CONFLICTING_ADDRESSES);
  }
  if (handler.capability != 0 && !SameWay(handler.issued, interrupt)) {
    ke::DeleteAndFreeSlot(handler.capability);
    handler.capability = 0;
  }
  if (handler.capability == 0) {
    const seL4_CPtr slot = TRY(ke::AllocateSlot());
    const cap::Cap<cap::IrqControl> control(seL4_CapIRQControl);
    const seL4_Error error =
        interrupt.message
            ? cap::IssueMsi(control, {interrupt.bus, interrupt.device, interrupt.function, 0, interrupt.kernel_vector},
                            ke::SlotOf(slot))
            : cap::IssueIrq(control, {0, interrupt.pin, interrupt.level, interrupt.active_low, interrupt.kernel_vector},
                            ke::SlotOf(slot));
    if (error != seL4_NoError) {
      ke::FreeSlot(slot);
      return Fail(STATUS_CONFLICTING_ADDRESSES);
    }
    handler.capability = slot;
    handler.issued = interrupt;
  }
  handler.used = true;
  return handler.capability;
}

seL4_CPtr InterruptCapability(std::uint32_t kernel_vector) { return handlers[kernel_vector].capability; }

void GiveBackInterruptCapability(std::uint32_t kernel_vector) {
  Handler &handler = handlers[kernel_vector];
  (void)cap::ClearNotification(cap::Cap<cap::IrqHandler>(handler.capability));
  handler.used = false;
}

}  // namespace wdm
