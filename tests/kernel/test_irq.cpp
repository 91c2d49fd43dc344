// Interrupts and I/O ports.
#include "env.hpp"

using namespace test;

namespace {

constexpr Word kPitIrq = 0;  // the vector argument: any that is free
constexpr Word kPitPin = 2;  // PIT on the I/O APIC of a PC

Result Issue(Word slot, Word ioapic, Word pin, Word level, Word polarity, Word vector) {
  return Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerIOAPIC, {slot, kDepth, ioapic, pin, level, polarity, vector},
                {kRootCNode});
}
Result IssueMsi(Word slot, Word bus, Word device, Word function, Word vector) {
  return Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerMSI, {slot, kDepth, bus, device, function, 0, vector},
                {kRootCNode});
}

Cptr Ports(Word first, Word last) {
  const Cptr slot = NewSlot();
  Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {first, last, slot, kDepth}, {kRootCNode});
  return slot;
}

void Out8(Cptr ports, Word port, Word value) { Invoke(ports, X86IOPortOut8, {port, value}); }

/// PIT channel 0 counts once from `count`.
void StartPit(Cptr ports, Word count) {
  Out8(ports, 0x43, 0x30);
  Out8(ports, 0x40, count & 0xff);
  Out8(ports, 0x40, count >> 8);
}

}  // namespace

TEST(irq_issue_errors) {
  const Cptr slot = NewSlot();
  EXPECT_ERROR(Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerIOAPIC, {slot, kDepth, 0, 0, 0, 0}, {kRootCNode}),
               seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerIOAPIC, {slot, kDepth, 0, 0, 0, 0, 0}),
               seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapIRQControl, IRQIssueIRQHandler, {5, slot, kDepth}, {kRootCNode}), seL4_IllegalOperation);
  Result result = Issue(slot, 0, 5, 0, 0, 108);
  EXPECT_ERROR(result, seL4_RangeError);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_EQ(result.words[1], VECTOR_MAX);
  EXPECT_ERROR(Issue(kRootTcb, 0, 5, 0, 0, 7), seL4_DeleteFirst);
  result = Issue(slot, 1, 5, 0, 0, 7);
  EXPECT_ERROR(result, seL4_RangeError);
  EXPECT_EQ(result.words[1], 0);
  result = Issue(slot, 0, 24, 0, 0, 7);
  EXPECT_ERROR(result, seL4_RangeError);
  EXPECT_EQ(result.words[1], 23);
  EXPECT_ERROR(Issue(slot, 0, 5, 2, 0, 7), seL4_RangeError);
  EXPECT_ERROR(Issue(slot, 0, 5, 0, 2, 7), seL4_RangeError);
  EXPECT_OK(Issue(slot, 0, 5, 0, 0, 7));
  EXPECT_ERROR(Issue(NewSlot(), 0, 6, 0, 0, 7), seL4_RevokeFirst);
  EXPECT_OK(Delete(slot));
  EXPECT_OK(Issue(slot, 0, 6, 0, 0, 7));
  EXPECT_OK(RevokeSlot(seL4_CapIRQControl));
  EXPECT(SlotEmpty(slot));
}

TEST(msi_issue_errors) {
  const Cptr slot = NewSlot();
  EXPECT_ERROR(IssueMsi(slot, 256, 0, 0, 9), seL4_RangeError);
  EXPECT_ERROR(IssueMsi(slot, 0, 32, 0, 9), seL4_RangeError);
  EXPECT_ERROR(IssueMsi(slot, 0, 0, 8, 9), seL4_RangeError);
  EXPECT_OK(IssueMsi(slot, 255, 31, 7, 9));
  EXPECT_OK(Invoke(slot, IRQAckIRQ));
}

TEST(irq_handler_errors) {
  const Cptr slot = NewSlot();
  EXPECT_OK(IssueMsi(slot, 0, 0, 0, 10));
  EXPECT_ERROR(Invoke(slot, IRQSetIRQHandler), seL4_TruncatedMessage);
  Result result = Invoke(slot, IRQSetIRQHandler, {}, {kRootCNode});
  EXPECT_ERROR(result, seL4_InvalidCapability);
  EXPECT_EQ(result.words[0], 0);
  const Cptr notification = New(seL4_NotificationObject);
  EXPECT_ERROR(Invoke(slot, IRQSetIRQHandler, {}, {WithRights(notification, 2)}), seL4_InvalidCapability);
  EXPECT_OK(Invoke(slot, IRQSetIRQHandler, {}, {notification}));
  EXPECT_OK(Invoke(slot, IRQSetIRQHandler, {}, {notification}));
  EXPECT_OK(Invoke(slot, IRQClearIRQHandler));
  EXPECT_ERROR(Invoke(slot, TCBResume), seL4_IllegalOperation);
}

TEST(timer_interrupts_arrive) {
  const Cptr ports = Ports(0x40, 0x43);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr handler = NewSlot();
  EXPECT_OK(Issue(handler, 0, kPitPin, 0, 0, kPitIrq));
  EXPECT_OK(Invoke(handler, IRQSetIRQHandler, {}, {Badged(notification, 0x40)}));
  DropStaleInterrupt(handler, notification);
  for (int i = 0; i < 5; ++i) {
    StartPit(ports, 1000);
    EXPECT_EQ(Wait(notification), 0x40);
    EXPECT_OK(Invoke(handler, IRQAckIRQ));
  }
  // Cleared: nobody hears of it.
  EXPECT_OK(Invoke(handler, IRQClearIRQHandler));
  StartPit(ports, 100);
  for (int i = 0; i < 1000; ++i) {
    Yield();
  }
  EXPECT_EQ(Poll(notification), 0);
}

TEST(timer_interrupt_preempts) {
  // The root waits; a lower thread spins without a system call.
  const Cptr ports = Ports(0x40, 0x43);
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr handler = NewSlot();
  EXPECT_OK(Issue(handler, 0, kPitPin, 0, 0, kPitIrq));
  EXPECT_OK(Invoke(handler, IRQSetIRQHandler, {}, {Badged(notification, 2)}));
  DropStaleInterrupt(handler, notification);
  StartThread(
      [](Word) {
        for (volatile Word count = 0;; count = count + 1) {
        }
      },
      0, {.priority = 10});
  StartPit(ports, 2000);
  EXPECT_EQ(Wait(notification), 2);
}

TEST(io_port_errors) {
  const Cptr slot = NewSlot();
  const auto issue = [&](Word first, Word last, Word to) {
    return Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {first, last, to, kDepth}, {kRootCNode});
  };
  EXPECT_ERROR(Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {1, 2, slot}, {kRootCNode}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {1, 2, slot, kDepth}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(seL4_CapIOPortControl, X86IOPortIn8, {1, 2, slot, kDepth}, {kRootCNode}), seL4_IllegalOperation);
  const Result result = issue(0x81, 0x80, slot);
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_ERROR(issue(0x80, 0x80, kRootTcb), seL4_DeleteFirst);
  EXPECT_OK(issue(0x70, 0x83, slot));
  for (const Word port : {Word{0x70}, Word{0x83}, Word{0x7f}}) {
    EXPECT_ERROR(issue(port, port, NewSlot()), seL4_RevokeFirst);
  }
  EXPECT_ERROR(issue(0, 0xffff, NewSlot()), seL4_RevokeFirst);
  EXPECT_OK(issue(0x6f, 0x6f, NewSlot()));
  EXPECT_ERROR(Invoke(slot, X86IOPortIn8), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(slot, X86IOPortOut8, {0x70}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(slot, X86IOPortIn8, {0x6f}), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(slot, X86IOPortIn16, {0x83}), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(slot, X86IOPortIn32, {0x81}), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(slot, X86PageMap), seL4_IllegalOperation);
  EXPECT_OK(Invoke(slot, X86IOPortIn32, {0x80}));
  // A copy keeps the range in use, the last deletion frees it.
  const Cptr copy = NewSlot();
  EXPECT_OK(Copy(copy, slot));
  EXPECT_OK(Delete(slot));
  EXPECT_ERROR(issue(0x80, 0x80, NewSlot()), seL4_RevokeFirst);
  EXPECT_OK(Delete(copy));
  EXPECT_OK(issue(0x80, 0x80, NewSlot()));
}

TEST(io_port_access) {
  // The CMOS clock: index and data.
  const Cptr ports = Ports(0x70, 0x71);
  Out8(ports, 0x70, 0x0f);
  Out8(ports, 0x71, 0xa5);
  Out8(ports, 0x70, 0x0f);
  const Result result = Invoke(ports, X86IOPortIn8, {0x71});
  EXPECT_OK(result);
  EXPECT_EQ(result.length, 1);
  EXPECT_EQ(result.words[0], 0xa5);
  Out8(ports, 0x70, 0x0f);
  Out8(ports, 0x71, 0);
}
