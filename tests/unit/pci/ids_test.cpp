#include "fake_config.hpp"

#include <gtest/gtest.h>
#include <pci/ids.hpp>

#include <string>

namespace {

std::u16string Joined(std::initializer_list<std::u16string_view> ids) {
  std::u16string text;
  for (const std::u16string_view id : ids) {
    text.append(id).push_back(u'\0');
  }
  text.push_back(u'\0');
  return text;
}

TEST(Identity, E1000) {
  FakeConfig config = E1000();
  const auto identity = pci::ReadIdentity(config);
  ASSERT_TRUE(identity);
  const pci::Identity expected{.vendor = 0x8086,
                               .device = 0x100E,
                               .subsystem_vendor = 0x1AF4,
                               .subsystem = 0x1100,
                               .revision = 3,
                               .base_class = 2,
                               .interrupt_line = 11,
                               .interrupt_pin = 1};
  EXPECT_EQ(*identity, expected);
}

TEST(Identity, Nobody) {
  FakeConfig config = E1000();
  config.gone = true;
  EXPECT_FALSE(pci::ReadIdentity(config));
  EXPECT_FALSE(pci::ReadIdentity(FakeConfig().Set(0, 4, 0)));
  EXPECT_FALSE(pci::ReadIdentity(FakeConfig().Set(0, 4, 0xFFFF'0001))) << "asks for a retry";
  EXPECT_FALSE(pci::ReadIdentity(E1000().Set(0x0E, 1, 3))) << "a header of no known type";
  EXPECT_TRUE(pci::ReadIdentity(E1000().Set(0x0E, 1, 0x80))->multifunction);
  EXPECT_EQ(pci::ReadIdentity(E1000().Set(0x3D, 1, 5))->interrupt_pin, 0);
}

TEST(Identity, Bridge) {
  FakeConfig config = FakeConfig().Set(0, 4, 0x000C'1B36).Set(0x0E, 1, 1).Set(8, 4, 0x0604'0001);
  EXPECT_TRUE(pci::ReadIdentity(config)->IsBridge());
  EXPECT_EQ(pci::ReadIdentity(config.Set(0x2C, 4, 9))->subsystem_vendor, 0) << "a bridge has a window there";
  config.Set(6, 2, 0x10).Set(0x34, 1, 0x40).Set(0x40, 4, 0x500D).Set(0x44, 4, 0x1234'8086).Set(0x50, 4, 0x0042'0010);
  const auto identity = pci::ReadIdentity(config);
  EXPECT_EQ(identity->subsystem_vendor, 0x8086);
  EXPECT_EQ(identity->subsystem, 0x1234);
  EXPECT_TRUE(identity->express);
  EXPECT_EQ(identity->express_type, 4) << "root port";
}

TEST(Ids, Device) {
  FakeConfig config = E1000();
  const pci::Identity identity = *pci::ReadIdentity(config);
  EXPECT_EQ(pci::DeviceId(identity).View(), u"PCI\\VEN_8086&DEV_100E&SUBSYS_11001AF4&REV_03");
  EXPECT_EQ(pci::HardwareIds(identity).View(),
            Joined({u"PCI\\VEN_8086&DEV_100E&SUBSYS_11001AF4&REV_03", u"PCI\\VEN_8086&DEV_100E&SUBSYS_11001AF4",
                    u"PCI\\VEN_8086&DEV_100E&CC_020000", u"PCI\\VEN_8086&DEV_100E&CC_0200"}));
  EXPECT_EQ(pci::CompatibleIds(identity).View(),
            Joined({u"PCI\\VEN_8086&DEV_100E&REV_03", u"PCI\\VEN_8086&DEV_100E", u"PCI\\VEN_8086&CC_020000",
                    u"PCI\\VEN_8086&CC_0200", u"PCI\\VEN_8086", u"PCI\\CC_020000", u"PCI\\CC_0200"}));
}

TEST(Ids, Express) {
  const pci::Identity identity{.vendor = 0xABCD,
                               .device = 0xEF01,
                               .base_class = 0xC,
                               .sub_class = 3,
                               .interface = 0x30,
                               .express = true,
                               .express_type = 9};
  const std::u16string ids(pci::CompatibleIds(identity).View());
  EXPECT_NE(ids.find(u"PCI\\CC_0C0330&DT_9\0PCI\\CC_0C0330\0"), std::u16string::npos);
  EXPECT_NE(ids.find(u"PCI\\CC_0C03&DT_9"), std::u16string::npos);
  EXPECT_EQ(pci::DeviceId(identity).View(), u"PCI\\VEN_ABCD&DEV_EF01&SUBSYS_00000000&REV_00");
}

TEST(Ids, Room) {
  const pci::Identity widest{
      .vendor = 0xFFFE, .device = 0xFFFF, .base_class = 0xFF, .express = true, .express_type = 15};
  EXPECT_LT(pci::HardwareIds(widest).Size(), 448u);
  EXPECT_LT(pci::CompatibleIds(widest).Size(), 448u);
  EXPECT_LT(pci::DeviceId(widest).Size(), 56u);
  pci::Text<3> small;
  small.Append(u"abcdef");
  EXPECT_EQ(small.View(), u"abc");
  pci::Text<12> number;
  number.AppendDecimal(0);
  number.AppendDecimal(4294967295u);
  EXPECT_EQ(number.View(), u"04294967295");
}

TEST(Ids, ClassNames) {
  EXPECT_EQ(pci::ClassName({.base_class = 2}), u"Ethernet Controller");
  EXPECT_EQ(pci::ClassName({.base_class = 2, .sub_class = 0x80}), u"Network Controller");
  EXPECT_EQ(pci::ClassName({.base_class = 6, .sub_class = 4}), u"PCI-to-PCI Bridge");
  EXPECT_EQ(pci::ClassName({.base_class = 0xFF}), u"PCI Device");
}

}  // namespace
