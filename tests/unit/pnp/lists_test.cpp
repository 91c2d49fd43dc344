// Resource lists as drivers send them, good and bad.

#include "fake_port.hpp"

#include "registry_key.hpp"
#include "resource_lists.hpp"

#include <gtest/gtest.h>

#include <cstring>

using namespace pnp;
using namespace pnp_test;

namespace {

std::vector<std::byte> Copy(const Bytes &bytes) { return {bytes.begin(), bytes.end()}; }

TEST(Lists, RequirementsKeepAlternativesInOrder) {
  const auto bytes = RequirementBytes(
      {{NeedPorts(8, 0x3f8, 0x3ff), NeedPorts(8, 0, 0xffff, IO_RESOURCE_ALTERNATIVE, 8), NeedLine(4, 4)},
       {NeedMemory(0x1000, 0, 0xffffffff)}});
  const auto requirements = ParseRequirements(bytes);
  ASSERT_TRUE(requirements);
  ASSERT_EQ(requirements->alternatives.Size(), 2u);
  const RequirementList &first = requirements->alternatives[0];
  ASSERT_EQ(first.Size(), 3u);
  EXPECT_EQ(first[0].minimum, 0x3f8u);
  EXPECT_TRUE(first[1].IsAlternative());
  EXPECT_EQ(first[1].alignment, 8u);
  EXPECT_EQ(first[2].type, CmResourceTypeInterrupt);
  EXPECT_EQ(requirements->alternatives[1][0].length, 0x1000u);
}

TEST(Lists, MessageRequests) {
  const auto requirements = ParseRequirements(RequirementBytes({{NeedMessages(4)}}));
  ASSERT_TRUE(requirements);
  EXPECT_TRUE(requirements->alternatives[0][0].IsMessage());
  EXPECT_EQ(requirements->alternatives[0][0].MessageCount(), 4u);
}

TEST(Lists, LargeMemoryIsCountedInItsUnits) {
  IO_RESOURCE_DESCRIPTOR large = NeedMemory(0x10, 0, (1ull << 45) - 1);
  large.Type = CmResourceTypeMemoryLarge;
  large.Flags = CM_RESOURCE_MEMORY_LARGE_48;
  large.u.Memory48.Alignment48 = 1;
  const auto requirements = ParseRequirements(RequirementBytes({{large}}));
  ASSERT_TRUE(requirements);
  EXPECT_EQ(requirements->alternatives[0][0].length, 0x10'0000u);
  EXPECT_EQ(requirements->alternatives[0][0].alignment, 0x1'0000u);
}

TEST(Lists, ImpossibleDescriptorsAreRefused) {
  IO_RESOURCE_DESCRIPTOR nothing = NeedPorts(0, 0, 0xff);
  IO_RESOURCE_DESCRIPTOR reversed = NeedPorts(8, 0x100, 0x80);
  IO_RESOURCE_DESCRIPTOR crooked = NeedPorts(8, 0, 0xff, 0, 3);
  IO_RESOURCE_DESCRIPTOR narrow = NeedPorts(8, 0, 6);
  IO_RESOURCE_DESCRIPTOR vectors = NeedLine(5, 4);
  IO_RESOURCE_DESCRIPTOR specific = NeedPorts(8, 0, 0xff);
  specific.Type = CmResourceTypeDeviceSpecific;
  for (const auto &bad : {nothing, reversed, crooked, narrow, vectors, specific}) {
    EXPECT_EQ(ParseRequirements(RequirementBytes({{bad}})).error().Code(), STATUS_INVALID_PARAMETER);
  }
}

TEST(Lists, EveryCutRequirementsListIsRefused) {
  const auto bytes = RequirementBytes({{NeedPorts(8, 0x3f8, 0x3ff)}, {NeedLine(4, 4), NeedMessages(1)}});
  for (std::size_t size = 0; size < bytes.size(); size += 1) {
    std::vector<std::byte> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(ParseRequirements(cut)) << size;
    if (size >= 4) {
      const auto length = static_cast<ULONG>(size);
      std::memcpy(cut.data(), &length, sizeof(length));
      EXPECT_FALSE(ParseRequirements(cut)) << size;
    }
  }
  EXPECT_TRUE(ParseRequirements(bytes));
}

TEST(Lists, CountsBeyondTheBytesAreRefused) {
  auto bytes = RequirementBytes({{NeedPorts(8, 0x3f8, 0x3ff)}});
  const ULONG many = 0xffff'ffff;
  for (const std::size_t at : {offsetof(IO_RESOURCE_REQUIREMENTS_LIST, AlternativeLists),
                               offsetof(IO_RESOURCE_REQUIREMENTS_LIST, List) + offsetof(IO_RESOURCE_LIST, Count)}) {
    auto bad = bytes;
    std::memcpy(bad.data() + at, &many, sizeof(many));
    EXPECT_FALSE(ParseRequirements(bad));
  }
}

TEST(Lists, ResourcesGoRoundUnchanged) {
  CM_PARTIAL_RESOURCE_DESCRIPTOR line{};
  line.Type = CmResourceTypeInterrupt;
  line.ShareDisposition = CmResourceShareShared;
  line.u.Interrupt.Level = 5;
  line.u.Interrupt.Vector = 5;
  line.u.Interrupt.Affinity = 1;
  CM_PARTIAL_RESOURCE_DESCRIPTOR channel{};
  channel.Type = CmResourceTypeDma;
  channel.u.Dma.Channel = 2;
  const auto bytes = ResourceBytes({HasPorts(0x3f8, 8), line, channel});
  const auto list = ParseResources(bytes);
  ASSERT_TRUE(list);
  ASSERT_EQ(list->Size(), 3u);
  const auto written = WriteResources(list->Items(), Internal, 0);
  ASSERT_TRUE(written);
  auto again = Copy(*written);
  const USHORT zero = 0;  // version and revision are ours
  std::memcpy(again.data() + 12, &zero, 2);
  std::memcpy(again.data() + 14, &zero, 2);
  EXPECT_EQ(again, bytes);
}

TEST(Lists, EveryCutResourceListIsRefused) {
  const auto bytes = ResourceBytes({HasPorts(0x3f8, 8), HasPorts(0x2f8, 8)});
  for (std::size_t size = 0; size < bytes.size(); size += 1) {
    EXPECT_FALSE(ParseResources(std::span(bytes).first(size))) << size;
  }
}

TEST(Lists, DeviceSpecificDataAreSkipped) {
  CM_PARTIAL_RESOURCE_DESCRIPTOR specific{};
  specific.Type = CmResourceTypeDeviceSpecific;
  specific.u.DeviceSpecificData.DataSize = 6;
  auto bytes = ResourceBytes({specific});
  EXPECT_FALSE(ParseResources(bytes));
  bytes.resize(bytes.size() + 6);
  const auto list = ParseResources(bytes);
  ASSERT_TRUE(list);
  EXPECT_TRUE(list->Empty());
}

TEST(Lists, ABootConfigurationAsksForItself) {
  const auto list = ParseResources(ResourceBytes({HasPorts(0x600, 4), HasPorts(0x700, 0)}));
  const auto requirements = RequireExactly(*list, Internal, 0);
  ASSERT_TRUE(requirements);
  ASSERT_EQ(requirements->alternatives[0].Size(), 1u);
  EXPECT_EQ(requirements->alternatives[0][0].minimum, 0x600u);
  EXPECT_EQ(requirements->alternatives[0][0].maximum, 0x603u);
}

TEST(Lists, MultiStringsEndAtTheEmptyStringOrTheEnd) {
  const MultiString list(std::u16string_view(u"one\0two\0\0three", 14));
  EXPECT_TRUE(list.Contains(u"ONE"));
  EXPECT_TRUE(list.Contains(u"two"));
  EXPECT_FALSE(list.Contains(u"three"));
  EXPECT_TRUE(MultiString(std::u16string_view(u"alone")).Contains(u"alone"));
  EXPECT_FALSE(MultiString(std::u16string_view()).Contains(u""));
}

}  // namespace
