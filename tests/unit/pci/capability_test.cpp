#include "fake_config.hpp"

#include <gtest/gtest.h>
#include <pci/capability.hpp>

namespace {

using pci::CapabilityId;

FakeConfig WithList() {
  FakeConfig config;
  return config.Set(6, 2, 0x10).Set(0x34, 1, 0x40);
}

std::vector<unsigned> Walk(FakeConfig &config) {
  std::vector<unsigned> found;
  pci::CapabilityWalk walk(config);
  for (unsigned at = walk.Next(); at != 0; at = walk.Next()) {
    found.push_back(at);
  }
  return found;
}

TEST(Capabilities, Walk) {
  FakeConfig config = WithList().Set(0x40, 2, 0x5001).Set(0x50, 2, 0x6305).Set(0x60, 2, 0x0011);
  EXPECT_EQ(Walk(config), (std::vector<unsigned>{0x40, 0x50, 0x60})) << "the two low bits do not count";
  EXPECT_EQ(pci::FindCapability(config, CapabilityId::kMsi), 0x50u);
  EXPECT_EQ(pci::FindCapability(config, CapabilityId::kExpress), 0u);
  config.Set(6, 2, 0);
  EXPECT_TRUE(Walk(config).empty()) << "the function says it has no list";
}

TEST(Capabilities, Loops) {
  FakeConfig self = WithList().Set(0x40, 2, 0x4001);
  EXPECT_EQ(Walk(self).size(), 1u);
  FakeConfig two = WithList().Set(0x40, 2, 0x5001).Set(0x50, 2, 0x4009);
  EXPECT_EQ(Walk(two).size(), 2u);
  EXPECT_EQ(pci::FindCapability(two, CapabilityId::kMsiX), 0u);
  FakeConfig header = WithList().Set(0x40, 2, 0x3C01);
  EXPECT_EQ(Walk(header).size(), 1u) << "a list may not enter the header";
  FakeConfig gone = WithList();
  gone.gone = true;
  EXPECT_TRUE(Walk(gone).empty());
  FakeConfig half_gone = WithList().Set(0x40, 2, 0xFFFF);
  EXPECT_TRUE(Walk(half_gone).empty());
}

TEST(Capabilities, CardBus) {
  FakeConfig config = WithList().Set(0x0E, 1, 2).Set(0x34, 1, 0).Set(0x14, 1, 0xA0).Set(0xA0, 2, 1);
  EXPECT_EQ(Walk(config), std::vector<unsigned>{0xA0});
}

TEST(Capabilities, Extended) {
  FakeConfig small = WithList();
  EXPECT_EQ(pci::FindExtendedCapability(small, 1), 0u) << "256 bytes only";
  FakeConfig config(4096);
  EXPECT_EQ(pci::FindExtendedCapability(config, 0), 0u) << "empty";
  config.Set(0x100, 4, 0x1501'0001).Set(0x150, 4, 0xFFC1'0003).Set(0xFFC, 4, 0x1001'0019);
  EXPECT_EQ(pci::FindExtendedCapability(config, 3), 0x150u);
  EXPECT_EQ(pci::FindExtendedCapability(config, 0x19), 0xFFCu);
  EXPECT_EQ(pci::FindExtendedCapability(config, 0x10), 0u) << "the list is a ring";
  EXPECT_LT(config.reads, 3000u);
  config.Set(0x150, 4, 0x0401'0003);
  EXPECT_EQ(pci::FindExtendedCapability(config, 0x19), 0u) << "left the extended space";
  config.gone = true;
  EXPECT_EQ(pci::FindExtendedCapability(config, 0xFFFF), 0u);
}

TEST(Msi, Decodes) {
  FakeConfig config = WithList().Set(0x40, 2, 5).Set(0x42, 2, 0x018B);
  const auto msi = pci::ReadMsi(config);
  ASSERT_TRUE(msi);
  EXPECT_EQ(msi->offset, 0x40u);
  EXPECT_EQ(msi->vectors, 32);
  EXPECT_TRUE(msi->wide_address && msi->maskable && msi->enabled);
  config.Set(0x42, 2, 0);
  EXPECT_EQ(pci::ReadMsi(config)->vectors, 1);
  EXPECT_FALSE(pci::ReadMsi(config)->enabled);
  config.Set(0x42, 2, 0x0C);
  EXPECT_FALSE(pci::ReadMsi(config)) << "64 vectors are reserved";
  FakeConfig edge = WithList().Set(0x34, 1, 0xF4).Set(0xF4, 2, 5);
  EXPECT_TRUE(pci::ReadMsi(edge));
  edge.Set(0xF6, 2, 0x80);
  EXPECT_FALSE(pci::ReadMsi(edge)) << "its end lies outside";
}

TEST(MsiX, Decodes) {
  FakeConfig config = WithList().Set(0x40, 2, 0x11).Set(0x42, 2, 0x8004).Set(0x44, 4, 0x2003).Set(0x48, 4, 0x3004);
  const auto msix = pci::ReadMsiX(config);
  ASSERT_TRUE(msix);
  EXPECT_EQ(msix->vectors, 5);
  EXPECT_EQ(msix->table_bar, 3);
  EXPECT_EQ(msix->table_offset, 0x2000u);
  EXPECT_EQ(msix->TableSize(), 80u);
  EXPECT_EQ(msix->pending_bar, 4);
  EXPECT_EQ(msix->pending_offset, 0x3000u);
  EXPECT_EQ(msix->PendingSize(), 8u);
  EXPECT_TRUE(msix->enabled);
  config.Set(0x42, 2, 0x07FF);
  EXPECT_EQ(pci::ReadMsiX(config)->vectors, 2048);
  EXPECT_EQ(pci::ReadMsiX(config)->PendingSize(), 256u);
  config.Set(0x44, 4, 6);
  EXPECT_FALSE(pci::ReadMsiX(config)) << "reserved register index";
  config.Set(0x44, 4, 0).Set(0x48, 4, 7);
  EXPECT_FALSE(pci::ReadMsiX(config));
  FakeConfig edge = WithList().Set(0x34, 1, 0xF8).Set(0xF8, 2, 0x11);
  EXPECT_FALSE(pci::ReadMsiX(edge)) << "its end lies outside";
}

TEST(FunctionReset, Express) {
  FakeConfig config =
      WithList().Set(0x40, 2, 0x10).Set(0x44, 4, 1u << 28).Writable(0x48, 2, 0xFFFF).Set(0x48, 2, 0x2810);
  const auto reset = pci::FindFunctionReset(config);
  ASSERT_TRUE(reset);
  EXPECT_EQ(reset->way, pci::FunctionReset::Way::kExpress);
  EXPECT_FALSE(pci::TransactionsPending(config, *reset));
  config.Set(0x4A, 2, 0x20);
  EXPECT_TRUE(pci::TransactionsPending(config, *reset));
  pci::StartFunctionReset(config, *reset);
  EXPECT_EQ(config.Peek(0x48, 2), 0xA810u);
  config.Set(0x44, 4, 0);
  EXPECT_FALSE(pci::FindFunctionReset(config));
}

TEST(FunctionReset, AdvancedFeatures) {
  FakeConfig config = WithList().Set(0x40, 2, 0x13).Set(0x43, 1, 3).Writable(0x44, 1, 1).Set(0x45, 1, 1);
  const auto reset = pci::FindFunctionReset(config);
  ASSERT_TRUE(reset);
  EXPECT_EQ(reset->way, pci::FunctionReset::Way::kAdvancedFeatures);
  EXPECT_TRUE(pci::TransactionsPending(config, *reset));
  pci::StartFunctionReset(config, *reset);
  EXPECT_EQ(config.Peek(0x44, 1), 1u);
  config.Set(0x43, 1, 1);
  EXPECT_FALSE(pci::FindFunctionReset(config)) << "it can only tell of pending requests";
}

TEST(Power, States) {
  FakeConfig config = WithList().Set(0x40, 2, 1).Set(0x42, 2, 0x0602).Set(0x44, 2, 0x8103).Writable(0x44, 2, 0x8103);
  EXPECT_EQ(pci::PowerState(config), 3);
  EXPECT_EQ(pci::ExtraPowerStates(config), 3);
  EXPECT_TRUE(pci::SetPowerState(config, 0));
  EXPECT_EQ(config.Peek(0x44, 2), 0x0100u) << "PME enable stays; its status is not written with a 1";
  FakeConfig none;
  EXPECT_FALSE(pci::PowerState(none));
  EXPECT_FALSE(pci::SetPowerState(none, 3));
  EXPECT_EQ(pci::ExtraPowerStates(none), 0);
}

}  // namespace
