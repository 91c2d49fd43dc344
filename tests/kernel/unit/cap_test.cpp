// Capability words: fields do not run into each other; regions and rights.
#include "object/cap.hpp"

#include <gtest/gtest.h>

#include "arch/x86_64/layout.hpp"

namespace kernel {
namespace {

void *Object(Paddr address) { return ToPointer(address); }

TEST(Cap, UntypedFields) {
  const Cap cap = Cap::ForUntyped(0x7fffffff0000, 46, true).WithFree(Word{1} << 46, 0x1ffff);
  EXPECT_EQ(cap.Address(), 0x7fffffff0000u);
  EXPECT_EQ(cap.SizeBits(), 46u);
  EXPECT_TRUE(cap.UntypedDevice());
  EXPECT_EQ(cap.FreeOffset(), Word{1} << 46);
  EXPECT_EQ(cap.ClearedChunks(), 0x1ffffu);
  EXPECT_EQ(cap.WithFree(16).ClearedChunks(), 0u);
}

TEST(Cap, FrameFields) {
  const Cap cap =
      Cap::ForFrame(0x7ffffffff000, PageSize::kHuge, VmRights::kReadOnly, true).WithMapping(0x7fffffe00000, 4095);
  EXPECT_EQ(cap.Address(), 0x7ffffffff000u);
  EXPECT_EQ(cap.FrameSize(), PageSize::kHuge);
  EXPECT_EQ(cap.FrameRights(), VmRights::kReadOnly);
  EXPECT_TRUE(cap.FrameDevice());
  EXPECT_EQ(cap.MappedAsid(), 4095u);
  EXPECT_EQ(cap.MappedAddress(), 0x7fffffe00000u);
}

TEST(Cap, ObjectPointersAreKernelAddresses) {
  const Cap cap = Cap::ForCNode(static_cast<Slot *>(Object(0x123456780)), 13, Word{5} << 6 | 51);
  EXPECT_EQ(cap.Object<void>(), Object(0x123456780));
  EXPECT_EQ(cap.Radix(), 13u);
  EXPECT_EQ(cap.GuardSize(), 51u);
  EXPECT_EQ(cap.Guard(), 5u);
}

TEST(Cap, UntypedContainsWhatWasMadeOfIt) {
  const Cap untyped = Cap::ForUntyped(0x200000, 21, false);
  EXPECT_TRUE(SameRegion(untyped, Cap::ForUntyped(0x3ff000, 12, false)));
  EXPECT_FALSE(SameRegion(untyped, Cap::ForUntyped(0x400000, 12, false)));
  EXPECT_FALSE(SameRegion(untyped, Cap::ForUntyped(0x200000, 22, false)));
  EXPECT_TRUE(SameRegion(untyped, Cap::ForFrame(0x200000, PageSize::kLarge, VmRights::kReadWrite, false)));
  EXPECT_TRUE(SameRegion(untyped, Cap::ForEndpoint(static_cast<Endpoint *>(Object(0x3ffff0)), 15, 1)));
  EXPECT_FALSE(SameRegion(untyped, Cap::ForEndpoint(static_cast<Endpoint *>(Object(0x400000)), 15, 1)));
  EXPECT_FALSE(SameRegion(untyped, Cap::Plain(CapType::kDomain)));
  EXPECT_FALSE(SameRegion(untyped, Cap::ForReply(static_cast<Tcb *>(Object(0x200000)), false, true)));
  EXPECT_FALSE(SameObject(untyped, untyped));
}

TEST(Cap, RightsOnlyShrink) {
  for (Word have = 0; have < 16; ++have) {
    for (Word mask = 0; mask < 16; ++mask) {
      const Cap cap = MaskRights(Cap::ForEndpoint(static_cast<Endpoint *>(Object(0x1000)), have, 9), mask);
      EXPECT_EQ(cap.Rights(), have & mask);
      EXPECT_EQ(cap.Badge(), 9u);
    }
  }
}

TEST(Cap, FrameRights) {
  const auto masked = [](VmRights have, Word mask) {
    return MaskRights(Cap::ForFrame(0x1000, PageSize::kSmall, have, false), mask).FrameRights();
  };
  EXPECT_EQ(masked(VmRights::kReadWrite, 3), VmRights::kReadWrite);
  EXPECT_EQ(masked(VmRights::kReadWrite, 2), VmRights::kReadOnly);
  EXPECT_EQ(masked(VmRights::kReadWrite, 1), VmRights::kKernelOnly);
  EXPECT_EQ(masked(VmRights::kReadWrite, 0), VmRights::kKernelOnly);
  EXPECT_EQ(masked(VmRights::kReadOnly, 3), VmRights::kReadOnly);
  EXPECT_EQ(masked(VmRights::kKernelOnly, 3), VmRights::kKernelOnly);
}

TEST(Cap, GuardsMustFit) {
  const Cap cap = Cap::ForCNode(static_cast<Slot *>(Object(0x1000)), 8, 0);
  EXPECT_TRUE(UpdateData(cap, 57, false).IsNull());
  const Cap guarded = UpdateData(cap, Word{0xff} << 6 | 4, false);
  EXPECT_EQ(guarded.Guard(), 15u);
  EXPECT_EQ(guarded.GuardSize(), 4u);
  EXPECT_EQ(guarded.Radix(), 8u);
}

}  // namespace
}  // namespace kernel
