// Sleeps with nothing to run, between two marks: boot_test.py counts the interrupts of the kernel's own timer in
// between.
#include "env.hpp"

using namespace test;

TEST(idle_for_a_while) {
  const Cptr ports = NewSlot();
  EXPECT_OK(Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {0x40, 0x43, ports, kDepth}, {kRootCNode}));
  const Cptr notification = New(seL4_NotificationObject);
  const Cptr handler = NewSlot();
  EXPECT_OK(Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerIOAPIC, {handler, kDepth, 0, 2, 0, 0, 0}, {kRootCNode}));
  EXPECT_OK(Invoke(handler, IRQSetIRQHandler, {}, {Badged(notification, 1)}));
  DropStaleInterrupt(handler, notification);
  Print("idle begins\n");
  for (int i = 0; i < 5; ++i) {
    // 50 ms each.
    Invoke(ports, X86IOPortOut8, {0x43, 0x30});
    Invoke(ports, X86IOPortOut8, {0x40, 0});
    Invoke(ports, X86IOPortOut8, {0x40, 0xe9});
    EXPECT_EQ(Wait(notification), 1);
    EXPECT_OK(Invoke(handler, IRQAckIRQ));
  }
  Print("idle over\n");
}
