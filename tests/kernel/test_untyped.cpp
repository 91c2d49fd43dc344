// Untyped memory: what can be made of it, where the capabilities go, when it is free again.
#include "env.hpp"

using namespace test;

namespace {

Result RetypeTo(Cptr untyped, Word type, Word bits, Word index, Word depth, Word offset, Word count,
                Cptr root = kRootCNode) {
  return Invoke(untyped, UntypedRetype, {type, bits, index, depth, offset, count}, {root});
}

}  // namespace

TEST(retype_every_type) {
  struct Kind {
    Word type, bits, size;
  };
  constexpr Kind kKinds[] = {
      {seL4_UntypedObject, 4, 4},        {seL4_TCBObject, 0, 11},
      {seL4_EndpointObject, 0, 4},       {seL4_NotificationObject, 0, 5},
      {seL4_CapTableObject, 1, 6},       {seL4_X86_PDPTObject, 0, 12},
      {seL4_X64_PML4Object, 0, 12},      {seL4_X86_4K, 0, 12},
      {seL4_X86_PageTableObject, 0, 12}, {seL4_X86_PageDirectoryObject, 0, 12},
      {seL4_X86_LargePageObject, 0, 21},
  };
  for (const Kind &kind : kKinds) {
    // Exactly one fits into an untyped of its size.
    const Cptr untyped = NewUntyped(kind.size);
    const Cptr slot = NewSlot();
    EXPECT_OK(Retype(untyped, kind.type, kind.bits, slot));
    const Result second = Retype(untyped, kind.type, kind.bits, NewSlot());
    EXPECT_ERROR(second, seL4_NotEnoughMemory);
    EXPECT_EQ(second.words[0], 0);
    EXPECT_OK(Delete(slot));
    EXPECT_OK(Retype(untyped, kind.type, kind.bits, slot));
  }
}

TEST(retype_arguments) {
  const Cptr untyped = NewUntyped(16);
  const Cptr slot = NewSlot();
  EXPECT_ERROR(Invoke(untyped, TCBResume), seL4_IllegalOperation);
  EXPECT_ERROR(Invoke(untyped, UntypedRetype, {1, 2, 3, 4, 5}, {kRootCNode}), seL4_TruncatedMessage);
  EXPECT_ERROR(Invoke(untyped, UntypedRetype, {1, 2, 3, 4, 5, 6}), seL4_TruncatedMessage);
  Result result = Retype(untyped, seL4_ObjectTypeCount, 0, slot);
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 0);
  for (const Word bits : {Word{64}, Word{48}, ~Word{0}}) {
    result = Retype(untyped, seL4_UntypedObject, bits, slot);
    EXPECT_ERROR(result, seL4_RangeError);
    EXPECT_EQ(result.words[0], 0);
    EXPECT_EQ(result.words[1], seL4_MaxUntypedBits);
  }
  result = Retype(untyped, seL4_CapTableObject, 0, slot);
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 1);
  result = Retype(untyped, seL4_UntypedObject, 3, slot);
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 1);
}

TEST(retype_destination) {
  const Cptr untyped = NewUntyped(16);
  const Word slots = Word{1} << boot_info->initThreadCNodeSizeBits;
  const Cptr slot = NewSlot();
  const Cptr node = New(seL4_CapTableObject, 2);
  // Depth 0: the root itself is the node.
  EXPECT_OK(RetypeTo(untyped, seL4_EndpointObject, 0, 0, 0, slot, 1));
  EXPECT_ERROR(RetypeTo(untyped, seL4_EndpointObject, 0, 0, 0, slot, 1), seL4_DeleteFirst);
  // Found by index and depth.
  EXPECT_OK(RetypeTo(untyped, seL4_EndpointObject, 0, node, kDepth, 1, 3));
  EXPECT_ERROR(RetypeTo(untyped, seL4_EndpointObject, 0, node, kDepth, 0, 2), seL4_DeleteFirst);
  Result result = RetypeTo(untyped, seL4_EndpointObject, 0, node, kDepth, 4, 1);
  EXPECT_ERROR(result, seL4_RangeError);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_EQ(result.words[1], 3);
  result = RetypeTo(untyped, seL4_EndpointObject, 0, 0, 0, 100, 0);
  EXPECT_ERROR(result, seL4_RangeError);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_EQ(result.words[1], seL4_RetypeFanOutLimit);
  EXPECT_ERROR(RetypeTo(untyped, seL4_EndpointObject, 0, 0, 0, 100, 257), seL4_RangeError);
  result = RetypeTo(untyped, seL4_EndpointObject, 0, 0, 0, slots - 1, 2);
  EXPECT_ERROR(result, seL4_RangeError);
  EXPECT_EQ(result.words[1], 1);
  result = RetypeTo(untyped, seL4_EndpointObject, 0, slot, kDepth, 0, 1);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[0], 0);
  EXPECT_EQ(result.words[1], seL4_MissingCapability);
  EXPECT_EQ(result.words[2], kDepth);
  result = RetypeTo(untyped, seL4_EndpointObject, 0, 1, kDepth, 0, 1, slot);
  EXPECT_ERROR(result, seL4_FailedLookup);
  EXPECT_EQ(result.words[1], seL4_InvalidRoot);
  EXPECT_ERROR(RetypeTo(untyped, seL4_EndpointObject, 0, node, 65, 0, 1), seL4_RangeError);
}

TEST(retype_fan_out) {
  const Cptr untyped = NewUntyped(14);
  const Cptr node = New(seL4_CapTableObject, 8);
  EXPECT_OK(RetypeTo(untyped, seL4_EndpointObject, 0, node, kDepth, 0, 256));
  const Result result = Retype(untyped, seL4_X86_4K, 0, NewSlot(), 1);
  EXPECT_OK(result);
  EXPECT_OK(RevokeSlot(untyped));
  const Cptr left = NewSlot();
  EXPECT_OK(Retype(untyped, seL4_UntypedObject, 14, left));
}

TEST(untyped_watermark) {
  const Cptr untyped = NewUntyped(14);
  // 16 bytes, then pages: the first page begins at the next boundary.
  EXPECT_OK(Retype(untyped, seL4_EndpointObject, 0, NewSlot()));
  const Cptr frames = NewSlot();
  NewSlot();
  NewSlot();
  EXPECT_OK(Retype(untyped, seL4_X86_4K, 0, frames, 3));
  const Word first = Invoke(frames, X86PageGetAddress).words[0];
  EXPECT_EQ(Invoke(frames + 1, X86PageGetAddress).words[0], first + 4096);
  EXPECT_EQ(first & 16383, 4096);
  Result result = Retype(untyped, seL4_EndpointObject, 0, NewSlot());
  EXPECT_ERROR(result, seL4_NotEnoughMemory);
  // Deleting some of the children frees nothing, the last one does.
  EXPECT_OK(Delete(frames));
  EXPECT_OK(Delete(frames + 1));
  EXPECT_ERROR(Retype(untyped, seL4_X86_4K, 0, frames), seL4_NotEnoughMemory);
  EXPECT_OK(RevokeSlot(untyped));
  EXPECT_OK(Retype(untyped, seL4_UntypedObject, 14, frames));
}

TEST(untyped_children_hold_it) {
  const Cptr untyped = NewUntyped(13);
  const Cptr child = NewSlot();
  EXPECT_OK(Retype(untyped, seL4_UntypedObject, 12, child));
  EXPECT_ERROR(Copy(NewSlot(), untyped), seL4_RevokeFirst);
  const Cptr copy = NewSlot();
  EXPECT_OK(Copy(copy, child));
  EXPECT_ERROR(Retype(child, seL4_EndpointObject, 0, NewSlot()), seL4_NotEnoughMemory);
  EXPECT_OK(Retype(copy, seL4_EndpointObject, 0, NewSlot()));
  EXPECT_OK(RevokeSlot(untyped));
  EXPECT_ERROR(Delete(untyped + 1000000), seL4_FailedLookup);
  EXPECT(SlotEmpty(child));
  EXPECT(SlotEmpty(copy));
}

TEST(frames_of_reused_memory_are_clear) {
  const Cptr untyped = NewUntyped(21);
  const Cptr slot = NewSlot();
  constexpr Word kLarge = 0x20000000;
  EXPECT_OK(Retype(untyped, seL4_X86_LargePageObject, 0, slot));
  EXPECT_OK(MapFrame(slot, kRootVSpace, kLarge));
  auto *words = reinterpret_cast<volatile Word *>(kLarge);
  for (Word i = 0; i < (Word{1} << 18); ++i) {
    words[i] = i + 1;
  }
  EXPECT_OK(Delete(slot));
  EXPECT_OK(Retype(untyped, seL4_UntypedObject, 20, NewSlot()));
  EXPECT_OK(Retype(untyped, seL4_X86_4K, 0, slot));
  EXPECT_OK(MapFrame(slot, kRootVSpace, kScratch));
  words = reinterpret_cast<volatile Word *>(kScratch);
  for (Word i = 0; i < 512; ++i) {
    EXPECT_EQ(words[i], 0);
  }
  EXPECT_OK(RevokeSlot(untyped));
  EXPECT_OK(Retype(untyped, seL4_X86_LargePageObject, 0, slot));
  EXPECT_OK(MapFrame(slot, kRootVSpace, kLarge));
  words = reinterpret_cast<volatile Word *>(kLarge);
  for (Word i = 0; i < (Word{1} << 18); ++i) {
    EXPECT_EQ(words[i], 0);
  }
}

TEST(device_untyped) {
  // Physical 0 to 1 MiB; the VGA text buffer may be mapped, kernel objects may not be made.
  const Cptr device = boot_info->untyped.start;
  EXPECT_EQ(boot_info->untypedList[0].isDevice, 1);
  const Cptr slot = NewSlot();
  const Result result = Retype(device, seL4_EndpointObject, 0, slot);
  EXPECT_ERROR(result, seL4_InvalidArgument);
  EXPECT_EQ(result.words[0], 1);
  EXPECT_OK(Retype(device, seL4_X86_4K, 0, slot));
  EXPECT_EQ(Invoke(slot, X86PageGetAddress).words[0], 0);
  EXPECT_OK(MapFrame(slot, kRootVSpace, kScratch));
  // Device frames are not cleared: the interrupt vector table of the BIOS is there.
  Word any = 0;
  for (Word i = 0; i < 128; ++i) {
    any |= reinterpret_cast<volatile Word *>(kScratch)[i];
  }
  EXPECT(any != 0);
  // A device frame is no IPC buffer.
  EXPECT_OK(Invoke(slot, X86PageUnmap));
  EXPECT_ERROR(Invoke(New(seL4_TCBObject), TCBSetIPCBuffer, {kScratch}, {slot}), seL4_IllegalOperation);
  EXPECT_OK(Delete(slot));
}
