#include "fake_config.hpp"

#include <gtest/gtest.h>
#include <pci/bar.hpp>

namespace {

using pci::Bar;
using pci::BarKind;

TEST(Bar, Memory32) {
  const Bar bar = pci::DecodeBar(0xFEBC'0000, 0xFFFE'0000, false);
  EXPECT_EQ(bar.kind, BarKind::kMemory32);
  EXPECT_EQ(bar.base, 0xFEBC'0000u);
  EXPECT_EQ(bar.size, 0x2'0000u);
  EXPECT_EQ(bar.limit, 0xFFFF'FFFFu);
  EXPECT_FALSE(bar.prefetchable);
  EXPECT_EQ(pci::DecodeBar(0, 0xFFFF'FFF0, false).size, 16u) << "the smallest";
  EXPECT_EQ(pci::DecodeBar(0, 0x8000'0000, false).size, 0x8000'0000u) << "the largest";
  EXPECT_TRUE(pci::DecodeBar(0xF000'0008, 0xFC00'0008, false).prefetchable);
}

TEST(Bar, BelowOneMegabyte) {
  const Bar bar = pci::DecodeBar(0xD'0002, 0xFFFF'F002, false);
  EXPECT_EQ(bar.kind, BarKind::kMemory1M);
  EXPECT_EQ(bar.limit, 0xF'FFFFu);
  EXPECT_EQ(pci::DecodeBar(0xD'0002, 0x000F'F002, false).limit, 0xF'FFFFu);
  EXPECT_FALSE(pci::DecodeBar(2, 0xFFE0'0002, false).Present()) << "larger than its megabyte";
}

TEST(Bar, Memory64) {
  const Bar bar = pci::DecodeBar(0x8'0000'000C, 0xFFFF'FFF8'0000'000C, true);
  EXPECT_EQ(bar.kind, BarKind::kMemory64);
  EXPECT_EQ(bar.base, 0x8'0000'0000u);
  EXPECT_EQ(bar.size, 0x8'0000'0000u) << "larger than 4 GiB";
  EXPECT_EQ(bar.limit, UINT64_MAX);
  EXPECT_TRUE(bar.prefetchable);
  EXPECT_EQ(pci::DecodeBar(4, 0x0000'FFFF'FFFF'C004, true).limit, 0x0000'FFFF'FFFF'FFFFu) << "48 address bits";
  EXPECT_EQ(pci::DecodeBar(4, 0xFFFF'C004, true).limit, 0xFFFF'FFFFu) << "upper half wired to zero";
}

TEST(Bar, Ports) {
  const Bar bar = pci::DecodeBar(0xC001, 0xFFFF'FFC1, false);
  EXPECT_EQ(bar.kind, BarKind::kIo);
  EXPECT_EQ(bar.base, 0xC000u);
  EXPECT_EQ(bar.size, 64u);
  EXPECT_EQ(bar.limit, 0xFFFFu);
  EXPECT_EQ(pci::DecodeBar(0xC001, 0xFFC1, false), bar) << "upper bits wired to zero";
  EXPECT_EQ(pci::DecodeBar(0x1F1, 0xFFFF'FFFD, false).size, 4u) << "the smallest";
  EXPECT_EQ(pci::DecodeBar(0x1, 0x3F1, false).limit, 0x3FFu) << "ten address bits";
}

TEST(Bar, Nonsense) {
  EXPECT_EQ(pci::DecodeBar(0, 0, false), Bar{}) << "not implemented";
  EXPECT_EQ(pci::DecodeBar(0, UINT32_MAX, false), Bar{}) << "all ones";
  EXPECT_EQ(pci::DecodeBar(UINT32_MAX, 0xFFFF'F000, false), Bar{}) << "all ones from the start";
  EXPECT_EQ(pci::DecodeBar(4, UINT64_MAX, true), Bar{});
  EXPECT_EQ(pci::DecodeBar(0, 0xFFFF'0F00, false), Bar{}) << "two runs";
  EXPECT_EQ(pci::DecodeBar(1, 0xF0F1, false), Bar{});
  EXPECT_EQ(pci::DecodeBar(0, 0x0F0F'0000'0000'0004, true), Bar{});
  EXPECT_EQ(pci::DecodeBar(0, 0x4, true), Bar{}) << "no address bit";
  EXPECT_EQ(pci::DecodeBar(1, 1, false), Bar{}) << "ports without address bit";
  EXPECT_EQ(pci::DecodeBar(0, 0xFFFF'FF01, false), Bar{}) << "kind changes with what is written";
  EXPECT_EQ(pci::DecodeBar(6, 0xFFFF'F006, false), Bar{}) << "reserved type";
  EXPECT_EQ(pci::DecodeBar(4, 0xFFFF'F004, false), Bar{}) << "a 64-bit one without an upper half";
  EXPECT_EQ(pci::DecodeBar(0, 0xFFFF'FFFF'FFFF'F000, true), Bar{}) << "a 32-bit one with an upper half";
}

TEST(Bars, E1000) {
  FakeConfig config = E1000();
  const auto before = config.Bytes();
  const pci::Bars bars = pci::ReadBars(config, pci::HeaderType::kDevice);
  EXPECT_EQ(bars[0].kind, BarKind::kMemory32);
  EXPECT_EQ(bars[0].size, 0x2'0000u);
  EXPECT_EQ(bars[0].offset, 0x10u);
  EXPECT_EQ(bars[1].kind, BarKind::kIo);
  EXPECT_EQ(bars[1].base, 0xC000u);
  EXPECT_FALSE(bars[2].Present());
  EXPECT_EQ(bars[pci::kRomIndex].size, 0x4'0000u);
  EXPECT_EQ(bars[pci::kRomIndex].offset, 0x30u);
  EXPECT_EQ(config.Bytes(), before) << "everything is as it was";
  EXPECT_FALSE(config.written_while_decoding);
}

TEST(Bars, WideAndCut) {
  FakeConfig config;
  config.Writable(4, 2, 7).Set(0x10, 4, 0xE000'000C).Writable(0x10, 4, 0xFFFF'C000).Writable(0x14, 4, UINT32_MAX);
  config.Set(0x14, 4, 1).Set(0x24, 4, 4).Writable(0x24, 4, 0xFFFF'F000);
  const pci::Bars bars = pci::ReadBars(config, pci::HeaderType::kDevice);
  EXPECT_EQ(bars[0].kind, BarKind::kMemory64);
  EXPECT_EQ(bars[0].base, 0x1'E000'0000u);
  EXPECT_EQ(bars[0].size, 0x4000u);
  EXPECT_EQ(bars[1].kind, BarKind::kUpper);
  EXPECT_FALSE(bars[1].Present());
  EXPECT_FALSE(bars[5].Present()) << "the last one has no upper half";
}

TEST(Bars, Bridge) {
  FakeConfig config;
  config.Set(0x10, 4, 0xFEB0'0000).Writable(0x10, 4, 0xFFFF'F000);
  config.Set(0x18, 4, 0x0002'0100).Writable(0x18, 4, 0x00FF'FFFF).Writable(0x38, 4, 0xFFFF'F801);
  const auto before = config.Bytes();
  const pci::Bars bars = pci::ReadBars(config, pci::HeaderType::kBridge);
  EXPECT_EQ(bars[0].size, 0x1000u);
  EXPECT_FALSE(bars[2].Present()) << "the bus numbers are no register";
  EXPECT_EQ(bars[pci::kRomIndex].offset, 0x38u);
  EXPECT_EQ(config.Bytes(), before);
}

TEST(Bars, Gone) {
  FakeConfig config = E1000();
  config.gone = true;
  for (const Bar &bar : pci::ReadBars(config, pci::HeaderType::kDevice)) {
    EXPECT_FALSE(bar.Present());
  }
}

TEST(Bars, Write) {
  FakeConfig config;
  config.Writable(0x10, 4, UINT32_MAX).Writable(0x14, 4, UINT32_MAX);
  pci::WriteBar(config, {.kind = BarKind::kMemory64, .offset = 0x10}, 0x12'3456'7000);
  EXPECT_EQ(config.Peek(0x10, 4), 0x3456'7000u);
  EXPECT_EQ(config.Peek(0x14, 4), 0x12u);
  pci::WriteBar(config, {.kind = BarKind::kUpper, .offset = 0x14}, 5);
  EXPECT_EQ(config.Peek(0x14, 4), 0x12u);
}

FakeConfig Bridge() {
  FakeConfig config;
  config.Set(0x18, 4, 0x0003'0100).Set(0x1C, 2, 0xD0C0).Set(0x20, 4, 0xFEB0'FEA0).Set(0x24, 4, 0xFE91'FE81);
  config.Set(0x28, 4, 8).Set(0x2C, 4, 9).Set(0x3E, 2, 0xC);
  return config;
}

TEST(BridgeWindows, Reads) {
  FakeConfig config = Bridge();
  const pci::BridgeWindows bridge = pci::ReadBridge(config);
  EXPECT_EQ(bridge.primary, 0);
  EXPECT_EQ(bridge.secondary, 1);
  EXPECT_EQ(bridge.subordinate, 3);
  EXPECT_TRUE(bridge.Numbered(0));
  EXPECT_FALSE(bridge.Numbered(1));
  EXPECT_EQ(bridge.io, (pci::Window{0xC000, 0xDFFF, 0xFFFF}));
  EXPECT_EQ(bridge.memory, (pci::Window{0xFEA0'0000, 0xFEBF'FFFF, UINT32_MAX}));
  EXPECT_EQ(bridge.prefetchable, (pci::Window{0x8'FE80'0000, 0x9'FE9F'FFFF, UINT64_MAX}));
  EXPECT_TRUE(bridge.isa_enable && bridge.vga_enable);
  EXPECT_FALSE(bridge.subtractive);
}

TEST(BridgeWindows, ClosedAndAbsent) {
  FakeConfig config = Bridge();
  config.Set(0x1C, 2, 0).Set(0x24, 4, 0).Set(0x20, 4, 0x0000'FFF0).Set(9, 1, 1);
  const pci::BridgeWindows bridge = pci::ReadBridge(config);
  EXPECT_FALSE(bridge.io.Implemented() || bridge.io.Open());
  EXPECT_FALSE(bridge.prefetchable.Implemented());
  EXPECT_TRUE(bridge.memory.Implemented());
  EXPECT_FALSE(bridge.memory.Open());
  EXPECT_TRUE(bridge.subtractive);
  config.Set(0x1C, 2, 0x1101).Set(0x30, 4, 0x0002'0001);
  EXPECT_EQ(pci::ReadBridge(config).io, (pci::Window{0x1'0000, 0x2'1FFF, UINT32_MAX})) << "ports of 32 bits";
}

}  // namespace
