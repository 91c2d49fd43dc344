// Who gets what.

#include "fake_port.hpp"

#include "arbiter.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <map>

using namespace pnp;
using namespace pnp_test;

namespace {

class Family final : public Ancestry {
 public:
  Owner ParentOf(Owner owner) const override {
    const auto found = parents.find(owner);
    return found == parents.end() ? kSystem : found->second;
  }
  std::map<Owner, Owner> parents;
};

class Arbiter : public testing::Test {
 protected:
  Result<Assignment> Try(Owner owner, const std::vector<std::vector<IO_RESOURCE_DESCRIPTOR>> &lists,
                         std::optional<PciAddress> source = {}) {
    const auto requirements = ParseRequirements(RequirementBytes(lists));
    EXPECT_TRUE(requirements);
    return Assign(arbiters, owner, *requirements, source);
  }
  Family family;
  Arbiters arbiters{family};
};

TEST_F(Arbiter, RangesDoNotOverlap) {
  const auto one = Try(1, {{NeedPorts(8, 0x100, 0x11f, 0, 8)}});
  const auto two = Try(2, {{NeedPorts(8, 0x100, 0x11f, 0, 8)}});
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->resources.ports[0].first, 0x100);
  EXPECT_EQ(two->resources.ports[0].first, 0x108);
  EXPECT_EQ(two->resources.ports[0].last, 0x10f);
  EXPECT_TRUE(Try(3, {{NeedPorts(16, 0x100, 0x11f, 0, 16)}}));
  EXPECT_EQ(Try(4, {{NeedPorts(1, 0x100, 0x11f)}}).error().Code(), STATUS_CONFLICTING_ADDRESSES);
}

TEST_F(Arbiter, WhatIsReleasedCanBeHadAgain) {
  ASSERT_TRUE(Try(1, {{NeedPorts(8, 0x3f8, 0x3ff), NeedLine(4, 4)}}));
  EXPECT_FALSE(Try(2, {{NeedPorts(8, 0x3f8, 0x3ff), NeedLine(4, 4)}}));
  arbiters.Release(1, true);
  EXPECT_TRUE(Try(2, {{NeedPorts(8, 0x3f8, 0x3ff), NeedLine(4, 4)}}));
}

TEST_F(Arbiter, AFailureTakesNothing) {
  ASSERT_TRUE(Try(1, {{NeedLine(4, 4)}}));
  EXPECT_FALSE(Try(2, {{NeedPorts(8, 0x3f8, 0x3ff), NeedLine(4, 4)}}));
  EXPECT_EQ(arbiters.ports.Size(), 0u);
}

TEST_F(Arbiter, AlternativesAreTriedInOrderAndBackwards) {
  ASSERT_TRUE(Try(1, {{NeedLine(5, 5)}}));
  // The preferred ports are free, the preferred line is not; then ports that only the second alternative of the first
  // group leaves to the second group.
  const auto two =
      Try(2, {{NeedPorts(8, 0x100, 0x107), NeedLine(5, 5), NeedLine(7, 7, false, false, IO_RESOURCE_ALTERNATIVE)}});
  ASSERT_TRUE(two);
  EXPECT_EQ(two->raw[1].start, 7u);
  const auto three = Try(3, {{NeedPorts(8, 0x200, 0x207), NeedPorts(8, 0x300, 0x307, IO_RESOURCE_ALTERNATIVE),
                              NeedPorts(8, 0x200, 0x207)}});
  ASSERT_TRUE(three);
  EXPECT_EQ(three->raw[0].start, 0x300u);
  EXPECT_EQ(three->raw[1].start, 0x200u);
}

TEST_F(Arbiter, TheSecondListIsForWhenTheFirstCannotBe) {
  ASSERT_TRUE(Try(1, {{NeedPorts(8, 0x100, 0x107)}}));
  const auto two = Try(2, {{NeedPorts(8, 0x100, 0x107)}, {NeedPorts(8, 0x500, 0x507)}});
  ASSERT_TRUE(two);
  EXPECT_EQ(two->raw[0].start, 0x500u);
}

TEST_F(Arbiter, ManyAlternativesEndInTime) {
  std::vector<IO_RESOURCE_DESCRIPTOR> list;
  for (int group = 0; group < 30; group += 1) {
    list.push_back(NeedPorts(1, 0x100, 0x10f));
    list.push_back(NeedPorts(1, 0x100, 0x10f, IO_RESOURCE_ALTERNATIVE));
  }
  EXPECT_FALSE(Try(1, {list}));
  EXPECT_EQ(arbiters.ports.Size(), 0u);
}

TEST_F(Arbiter, LinesAreRoutedAndShared) {
  const auto one = Try(1, {{NeedLine(11, 11, true, true)}});
  const auto two = Try(2, {{NeedLine(11, 11, true, true)}});
  ASSERT_TRUE(one && two);
  EXPECT_EQ(one->resources.interrupts[0].pin, 11u);
  EXPECT_TRUE(one->resources.interrupts[0].level && one->resources.interrupts[0].active_low);
  EXPECT_EQ(one->resources.interrupts[0].vector, 11 + kFirstVector);
  EXPECT_EQ(one->translated[0].level, (11 + kFirstVector) >> 4);
  EXPECT_FALSE(Try(3, {{NeedLine(11, 11, true, false)}}));
  EXPECT_FALSE(Try(3, {{NeedLine(11, 11, false, true)}}));
  EXPECT_FALSE(Try(3, {{NeedLine(24, 24)}}));
  arbiters.interrupts.ReservePin(8);
  EXPECT_FALSE(Try(3, {{NeedLine(8, 8, true, true)}}));
}

TEST_F(Arbiter, MessagesAreConsecutiveAlignedAndNeedASender) {
  EXPECT_FALSE(Try(1, {{NeedMessages(1)}}));
  const PciAddress source{0, 3, 0};
  const auto one = Try(1, {{NeedMessages(1)}}, source);
  const auto four = Try(2, {{NeedMessages(3)}}, source);
  ASSERT_TRUE(one && four);
  EXPECT_EQ(four->resources.interrupts[0].vector % 4, 0u);
  EXPECT_EQ(four->resources.interrupts[0].message_count, 3u);
  EXPECT_EQ(four->raw[0].message_count, 3u);
  EXPECT_EQ(four->translated[0].start, four->resources.interrupts[0].vector);
  // MSI-X asks message by message.
  const auto several = Try(3, {{NeedMessages(1), NeedMessages(1)}}, source);
  ASSERT_TRUE(several);
  EXPECT_EQ(several->resources.interrupts[1].first_message, 1u);
  // A pool of messages has an end.
  int more = 0;
  while (more < 200 && Try(10 + static_cast<Owner>(more), {{NeedMessages(1)}}, source)) {
    more += 1;
  }
  EXPECT_EQ(more, static_cast<int>(kKernelVectors - kPins - 1 - 3 - 2));
}

TEST_F(Arbiter, ChildrenMayHaveWhatTheirParentHas) {
  family.parents = {{2, 1}, {3, 1}};
  ASSERT_TRUE(Try(1, {{NeedPorts(0x100, 0x1000, 0x10ff)}}));
  EXPECT_TRUE(Try(2, {{NeedPorts(8, 0x1000, 0x1007)}}));
  EXPECT_FALSE(Try(3, {{NeedPorts(8, 0x1000, 0x1007)}}));
  EXPECT_FALSE(Try(4, {{NeedPorts(8, 0x1080, 0x1087)}}));  // a stranger
  EXPECT_FALSE(Try(2, {{NeedPorts(8, 0x10fc, 0x1103)}}));  // half outside
}

IO_RESOURCE_DESCRIPTOR Window(ULONG length, ULONGLONG first, ULONGLONG last) {
  IO_RESOURCE_DESCRIPTOR window = NeedPorts(length, first, last);
  window.Flags |= CM_RESOURCE_PORT_WINDOW_DECODE;
  return window;
}

TEST_F(Arbiter, WindowsHoldTheChildrenOfTheirBus) {
  // 1 is the topmost bus, 2 a bridge on it, 3 a device on it, 4 one behind the bridge, 5 no device of the bus.
  family.parents = {{2, 1}, {3, 1}, {4, 2}};
  ASSERT_TRUE(Try(5, {{NeedPorts(1, 0x60, 0x60)}}));
  const auto root = Try(1, {{Window(0x1'0000, 0, 0xffff)}});
  ASSERT_TRUE(root);  // although 5 has a port in it
  EXPECT_TRUE(root->resources.ports.Empty());
  EXPECT_FALSE(Try(3, {{NeedPorts(1, 0x60, 0x60)}}));
  ASSERT_TRUE(Try(2, {{Window(0x1000, 0xc000, 0xcfff)}}));
  EXPECT_FALSE(Try(3, {{NeedPorts(8, 0xc000, 0xc0ff)}}));  // the bridge's alone
  const auto behind = Try(4, {{NeedPorts(8, 0, 0xffff, 0, 8)}});
  ASSERT_TRUE(behind);
  EXPECT_EQ(behind->resources.ports[0].first, 0xc000);
  EXPECT_FALSE(Try(4, {{NeedPorts(8, 0xd000, 0xd007)}}));
}

TEST_F(Arbiter, TheEndOfTheNumbersIsNoTrap) {
  ASSERT_TRUE(arbiters.memory.Reserve({.first = ~0ull - 0xfff, .last = ~0ull}));
  EXPECT_FALSE(Try(1, {{NeedMemory(0x1000, ~0ull - 0xfff, ~0ull)}}));
  EXPECT_FALSE(Try(1, {{NeedMemory(0x1000, ~0ull - 0x1000, ~0ull)}}));
  EXPECT_FALSE(Try(1, {{NeedPorts(8, 0x1'0000, 0x1'ffff)}}));
}

TEST(Messages, TableOfTheIsaOverrides) {
  // A MADT with IRQ 0 at GSI 2 and IRQ 9 level, active high.
  std::vector<std::uint8_t> table(44);
  table.insert(table.end(), {2, 10, 0, 0, 2, 0, 0, 0, 0, 0});
  table.insert(table.end(), {2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0});
  std::memcpy(table.data(), "APIC", 4);
  table[4] = static_cast<std::uint8_t>(table.size());
  unsigned sum = 0;
  for (const auto byte : table) {
    sum += byte;
  }
  table[9] = static_cast<std::uint8_t>(0x100 - (sum & 0xff));
  const auto madt = acpi::Madt::Parse(std::as_bytes(std::span(table)));
  ASSERT_TRUE(madt);
  InterruptArbiter interrupts;
  interrupts.UseMadt(*madt);
  EXPECT_EQ(interrupts.Route(0, false)->pin, 2u);
  EXPECT_FALSE(interrupts.Route(2, false));
  EXPECT_TRUE(interrupts.Route(9, true)->level);
  EXPECT_FALSE(interrupts.Route(9, true)->active_low);
  EXPECT_TRUE(interrupts.Route(11, true)->active_low);
  EXPECT_FALSE(interrupts.Route(4, false)->level);
}

}  // namespace
