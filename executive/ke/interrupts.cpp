#include <ke/interrupts.hpp>

#include <ke/cspace.hpp>

#include <cap/invoke.hpp>

namespace ke {

Result<Interrupt> Interrupt::Connect(unsigned pin, cap::Cap<cap::Notification> notification, std::uint64_t badge) {
  seL4_CPtr badged = TRY(AllocateSlot());
  seL4_CPtr handler = TRY(AllocateSlot());
  cap::IoApicPin description{.pin = pin, .vector = pin};
  if (cap::Mint(SlotOf(badged), SlotOf(notification.Pointer()), seL4_AllRights, badge) != seL4_NoError ||
      cap::IssueIrq(cap::Cap<cap::IrqControl>(seL4_CapIRQControl), description, SlotOf(handler)) != seL4_NoError ||
      cap::SetNotification(cap::Cap<cap::IrqHandler>(handler), cap::Cap<cap::Notification>(badged)) != seL4_NoError) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  Interrupt interrupt;
  interrupt.handler_ = cap::Cap<cap::IrqHandler>(handler);
  interrupt.Acknowledge();
  return interrupt;
}

void Interrupt::Acknowledge() const { (void)cap::Acknowledge(handler_); }

}  // namespace ke
