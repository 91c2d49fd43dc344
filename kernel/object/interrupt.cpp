#include "object/interrupt.hpp"

#include <array>

#include "api/lookup.hpp"
#include "arch/x86_64/apic.hpp"
#include "arch/x86_64/ioapic.hpp"
#include "object/notification.hpp"

namespace kernel {
namespace {

struct IrqState {
  bool active;   // a handler capability exists
  bool has_pin;  // an I/O APIC pin leads here; otherwise it is a message
  uint8_t pin;
};

constinit std::array<IrqState, kUserIrqs> irqs{};
alignas(32) constinit std::array<Slot, kUserIrqs> irq_slots{};  // the notification capability of each

void SetMasked(Word irq, bool masked) {
  if (irqs[irq].has_pin) {
    ioapic::SetMasked(irqs[irq].pin, masked);
  }
}

}  // namespace

void HandleIrq(Word irq) {
  const Cap &cap = irq_slots[irq].cap;
  SetMasked(irq, true);
  if (cap.Is(CapType::kNotification) && cap.CanSend()) {
    SendSignal(*cap.Object<Notification>(), cap.Badge());
  }
}

void DeletingIrqHandler(Word irq) { DeleteOne(irq_slots[irq]); }

void FreeIrq(Word irq) {
  SetMasked(irq, true);
  irqs[irq] = {};
}

Status DecodeIrqControl(const Arguments &arguments) {
  const bool ioapic_pin = arguments.label == X86IRQIssueIRQHandlerIOAPIC;
  if (!ioapic_pin && arguments.label != X86IRQIssueIRQHandlerMSI) {
    return Fail(seL4_IllegalOperation);
  }
  if (arguments.length < 7 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word irq = arguments[6];
  if (irq >= kUserIrqs) {
    return FailRange(0, kUserIrqs - 1);
  }
  if (irqs[irq].active) {
    return Fail(seL4_RevokeFirst);
  }
  Slot *slot;
  if (const Status status = LookupTargetSlot(arguments.extra[0]->cap, arguments[0], arguments[1], slot);
      status != Status::kOk) {
    return status;
  }
  if (const Status status = EnsureEmpty(*slot); status != Status::kOk) {
    return status;
  }
  if (ioapic_pin) {
    const Word ioapic = arguments[2], pin = arguments[3], level = arguments[4], polarity = arguments[5];
    if (ioapic::Count() == 0) {
      return Fail(seL4_IllegalOperation);
    }
    if (ioapic >= ioapic::Count()) {
      return FailRange(0, ioapic::Count() - 1);
    }
    if (pin >= ioapic::kPins) {
      return FailRange(0, ioapic::kPins - 1);
    }
    if (level > 1 || polarity > 1) {
      return FailRange(0, 1);
    }
    arguments.Commit();
    irqs[irq] = {true, true, static_cast<uint8_t>(pin)};
    ioapic::Route(pin, apic::kFirstUserVector + irq, level != 0, polarity != 0);
  } else {
    const Word bus = arguments[2], device = arguments[3], function = arguments[4];
    if (bus > 255) {
      return FailRange(0, 255);
    }
    if (device > 31) {
      return FailRange(0, 31);
    }
    if (function > 7) {
      return FailRange(0, 7);
    }
    arguments.Commit();
    irqs[irq] = {true, false, 0};
  }
  InsertDerived(Cap::Plain(CapType::kIrqHandler, irq), *arguments.slot, *slot);
  return Status::kOk;
}

Status DecodeIrqHandler(const Arguments &arguments) {
  const Word irq = arguments.slot->cap.Irq();
  switch (arguments.label) {
    case IRQAckIRQ:
      arguments.Commit();
      SetMasked(irq, false);
      return Status::kOk;
    case IRQSetIRQHandler: {
      Slot *const source = arguments.extra[0];
      if (source == nullptr) {
        return Fail(seL4_TruncatedMessage);
      }
      if (!source->cap.Is(CapType::kNotification) || !source->cap.CanSend()) {
        return FailCapability(0);
      }
      arguments.Commit();
      const Cap cap = source->cap;
      DeleteOne(irq_slots[irq]);
      InsertDerived(cap, *source, irq_slots[irq]);
      return Status::kOk;
    }
    case IRQClearIRQHandler:
      arguments.Commit();
      DeleteOne(irq_slots[irq]);
      return Status::kOk;
    default:
      return Fail(seL4_IllegalOperation);
  }
}

}  // namespace kernel
