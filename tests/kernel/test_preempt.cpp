// Long operations give way to interrupts and go on afterwards.
#include "env.hpp"

using namespace test;

namespace {

constexpr Word kPitPin = 2;

Cptr ports, handler, notification, node;
volatile Word woken;
volatile Word found_unfinished;
seL4_IPCBuffer *waiter_buffer;
Cptr spare;

void Out8(Word port, Word value) { Invoke(ports, X86IOPortOut8, {port, value}); }

void StartPit(Word mode, Word count) {
  Out8(0x43, 0x30 | mode << 1);
  Out8(0x40, count & 0xff);
  Out8(0x40, count >> 8);
}

/// Looks, when the interrupt comes, whether the last of the slots is there still.
void LookAtLastSlot(Word) {
  for (;;) {
    Wait(notification);
    woken = woken + 1;
    const Result result = InvokeWith(waiter_buffer, kRootCNode, CNodeCopy, {spare, kDepth, 0, 14, 15}, {node});
    if (result.Ok()) {
      found_unfinished = found_unfinished + 1;
      InvokeWith(waiter_buffer, kRootCNode, CNodeDelete, {spare, kDepth});
    }
    InvokeWith(waiter_buffer, handler, IRQAckIRQ);
  }
}

void CountInterrupts(Word) {
  for (;;) {
    Wait(notification);
    woken = woken + 1;
    InvokeWith(nullptr, handler, IRQAckIRQ);
  }
}

Result Prepare(void (*waiter)(Word)) {
  woken = 0;
  found_unfinished = 0;
  ports = NewSlot();
  handler = NewSlot();
  spare = NewSlot();
  notification = New(seL4_NotificationObject);
  Result result = Invoke(seL4_CapIOPortControl, X86IOPortControlIssue, {0x40, 0x43, ports, kDepth}, {kRootCNode});
  if (!result.Ok()) {
    return result;
  }
  result =
      Invoke(seL4_CapIRQControl, X86IRQIssueIRQHandlerIOAPIC, {handler, kDepth, 0, kPitPin, 0, 0, 0}, {kRootCNode});
  if (!result.Ok()) {
    return result;
  }
  const Thread thread = StartThread(waiter, 0, {.priority = 200, .start = false});
  waiter_buffer = thread.buffer;
  result = Invoke(handler, IRQSetIRQHandler, {}, {notification});
  DropStaleInterrupt(handler, notification);
  Invoke(thread.tcb, TCBResume);
  LetOthersRun();
  SetOwnPriority(100);
  return result;
}

}  // namespace

TEST(revoke_gives_way) {
  constexpr Word kSlots = 16384;
  // An unbadged notification signals 0: give it a badge to wait for.
  EXPECT_OK(Prepare(LookAtLastSlot));
  node = New(seL4_CapTableObject, 14);
  const Cptr endpoint = New(seL4_EndpointObject);
  for (int round = 0; round < 5 && found_unfinished == 0; ++round) {
    for (Word i = 0; i < kSlots; ++i) {
      EXPECT_OK(Invoke(node, CNodeMint, {i, 14, endpoint, kDepth, 15, i + 1}, {kRootCNode}));
    }
    StartPit(0, 1000);
    EXPECT_OK(RevokeSlot(endpoint));
    EXPECT_ERROR(Invoke(kRootCNode, CNodeCopy, {spare, kDepth, 0, 14, 15}, {node}), seL4_FailedLookup);
  }
  EXPECT(woken > 0);
  EXPECT(found_unfinished > 0);
}

TEST(clearing_gives_way) {
  EXPECT_OK(Prepare(CountInterrupts));
  const Cptr untyped = NewUntyped(22);
  const Cptr slot = NewSlot();
  NewSlot();
  constexpr Word kLarge = 0x20000000;
  StartPit(2, 600);  // 2 kHz
  for (Word round = 0; round < 12; ++round) {
    EXPECT_OK(Retype(untyped, seL4_X86_LargePageObject, 0, slot, 2));
    for (Word i = 0; i < 2; ++i) {
      EXPECT_OK(MapFrame(slot + i, kRootVSpace, kLarge + (i << 21)));
    }
    auto *const words = reinterpret_cast<volatile Word *>(kLarge);
    for (Word i = 0; i < (Word{1} << 19); i += 61) {
      EXPECT_EQ(words[i], 0);
    }
    for (Word i = 0; i < (Word{1} << 19); ++i) {
      words[i] = ~i;
    }
    EXPECT_OK(RevokeSlot(untyped));
  }
  StartPit(0, 0);
  EXPECT(woken > 0);
}
