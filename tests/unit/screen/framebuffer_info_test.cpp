#include "framebuffer_info.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace {

using ke::Channel;

seL4_X86_BootInfo_fb_t Chunk(std::uint8_t bits) {
  seL4_X86_BootInfo_fb_t chunk = {};
  chunk.header.len = sizeof(chunk);
  chunk.addr = 0xfd00'0000;
  chunk.width = 1024;
  chunk.height = 768;
  chunk.pitch = 4096;
  chunk.bpp = bits;
  chunk.type = 1;
  return chunk;
}

TEST(Multiboot2, DescribesAFramebuffer) {
  auto info = ke::ReadFramebufferChunk(Chunk(32));
  ASSERT_TRUE(info);
  EXPECT_FALSE(info->text);
  EXPECT_EQ(info->address, 0xfd00'0000u);
  EXPECT_EQ(info->pitch, 4096u);
  EXPECT_EQ(info->width, 1024u);
  EXPECT_EQ(info->height, 768u);
  EXPECT_EQ(info->bytes_per_pixel, 4);
  EXPECT_EQ(info->red, (Channel{16, 8}));
  EXPECT_EQ(info->green, (Channel{8, 8}));
  EXPECT_EQ(info->blue, (Channel{0, 8}));
  EXPECT_EQ(ke::ReadFramebufferChunk(Chunk(24))->bytes_per_pixel, 3);
  EXPECT_EQ(ke::ReadFramebufferChunk(Chunk(16))->green, (Channel{5, 6}));
  EXPECT_EQ(ke::ReadFramebufferChunk(Chunk(15))->red, (Channel{10, 5}));
  EXPECT_EQ(ke::ReadFramebufferChunk(Chunk(15))->bytes_per_pixel, 2);
}

TEST(Multiboot2, KnowsTextMode) {
  seL4_X86_BootInfo_fb_t chunk = Chunk(16);
  chunk.type = 2;
  chunk.addr = 0xb8000;
  ASSERT_TRUE(ke::ReadFramebufferChunk(chunk));
  EXPECT_TRUE(ke::ReadFramebufferChunk(chunk)->text);
}

TEST(Multiboot2, NonsenseIsNoScreen) {
  auto refused = [](auto change) {
    seL4_X86_BootInfo_fb_t chunk = Chunk(32);
    change(chunk);
    return !ke::ReadFramebufferChunk(chunk);
  };
  EXPECT_TRUE(refused([](auto &chunk) { chunk.header.len = 20; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.type = 0; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.type = 3; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.bpp = 8; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.bpp = 0; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.pitch = 4095; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.width = 0; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.height = 0; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.height = 0xffff'ffff; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.width = 0x4000'0001, chunk.pitch = 4; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.addr = 0; }));
  EXPECT_TRUE(refused([](auto &chunk) { chunk.addr = ~0ull; }));
}

seL4_X86_BootInfo_VBE Vbe() {
  seL4_X86_BootInfo_VBE chunk = {};
  chunk.header.len = sizeof(chunk);
  auto put = [&](std::size_t at, std::uint32_t value, unsigned size) {
    std::memcpy(&chunk.vbeModeInfoBlock[at], &value, size);
  };
  std::uint16_t version = 0x200;
  std::memcpy(&chunk.vbeInfoBlock[4], &version, 2);
  put(0x00, 0x9b, 2);
  put(0x10, 2400, 2);
  put(0x12, 800, 2);
  put(0x14, 600, 2);
  put(0x19, 24, 1);
  put(0x1b, 6, 1);
  const std::uint8_t masks[] = {8, 0, 8, 8, 8, 16};  // blue is high here
  std::memcpy(&chunk.vbeModeInfoBlock[0x1f], masks, sizeof(masks));
  put(0x28, 0xe000'0000, 4);
  return chunk;
}

TEST(Vbe, DescribesAFramebuffer) {
  auto info = ke::ReadVbeChunk(Vbe());
  ASSERT_TRUE(info);
  EXPECT_EQ(info->address, 0xe000'0000u);
  EXPECT_EQ(info->pitch, 2400u);
  EXPECT_EQ(info->width, 800u);
  EXPECT_EQ(info->bytes_per_pixel, 3);
  EXPECT_EQ(info->red, (Channel{0, 8}));
  EXPECT_EQ(info->blue, (Channel{16, 8}));
}

TEST(Vbe, Version3HasItsOwnFieldsForLinearModes) {
  seL4_X86_BootInfo_VBE chunk = Vbe();
  std::uint16_t version = 0x300, pitch = 2560;
  std::memcpy(&chunk.vbeInfoBlock[4], &version, 2);
  std::memcpy(&chunk.vbeModeInfoBlock[0x32], &pitch, 2);
  const std::uint8_t masks[] = {8, 16, 8, 8, 8, 0};
  std::memcpy(&chunk.vbeModeInfoBlock[0x36], masks, sizeof(masks));
  auto info = ke::ReadVbeChunk(chunk);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->pitch, 2560u);
  EXPECT_EQ(info->red, (Channel{16, 8}));
}

TEST(Vbe, TextModeAndNonsense) {
  seL4_X86_BootInfo_VBE chunk = Vbe();
  chunk.vbeModeInfoBlock[0] = 0x0f;
  EXPECT_TRUE(ke::ReadVbeChunk(chunk)->text);
  chunk.vbeModeInfoBlock[0] = 0;
  EXPECT_FALSE(ke::ReadVbeChunk(chunk));
  chunk.vbeModeInfoBlock[0] = 0x1b;  // graphics, no linear framebuffer
  EXPECT_FALSE(ke::ReadVbeChunk(chunk));
  chunk = Vbe();
  chunk.vbeModeInfoBlock[0x20] = 20;  // red ends beyond the pixel
  EXPECT_FALSE(ke::ReadVbeChunk(chunk));
  chunk = Vbe();
  chunk.vbeModeInfoBlock[0x1b] = 3;  // planes
  EXPECT_FALSE(ke::ReadVbeChunk(chunk));
}

std::uint16_t Sum(std::span<const std::byte> bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); i += 1) {
    sum += std::to_integer<std::uint32_t>(bytes[i]) << (i % 2 * 8);
    sum = (sum & 0xffff) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(~sum);
}

struct Table {
  void Put(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; i += 1) {
      records.push_back(static_cast<std::byte>(value >> (8 * i)));
    }
  }
  void Framebuffer(std::uint8_t bits) {
    Put(0x12, 4), Put(40, 4), Put(0x1'4000'0000, 8), Put(1280, 4), Put(1024, 4), Put(5120, 4), Put(bits, 1);
    for (int field : {16, 8, 8, 8, 0, 8, 24, 8}) {
      Put(static_cast<std::uint64_t>(field), 1);
    }
    Put(0, 3);
  }
  std::vector<std::byte> Bytes() const {
    std::vector<std::byte> bytes(ke::kCorebootHeader);
    auto put = [&](std::size_t at, std::size_t value, unsigned size) { std::memcpy(&bytes[at], &value, size); };
    std::memcpy(bytes.data(), "LBIO", 4);
    put(4, ke::kCorebootHeader, 4);
    put(12, records.size(), 4);
    put(16, Sum(records), 2);
    put(8, Sum(std::span(bytes).first(ke::kCorebootHeader)), 2);
    bytes.insert(bytes.end(), records.begin(), records.end());
    return bytes;
  }
  std::vector<std::byte> records;
};

TEST(Coreboot, FramebufferAmongOtherRecords) {
  Table table;
  table.Put(1, 4), table.Put(12, 4), table.Put(0, 4);
  table.Framebuffer(32);
  std::vector<std::byte> bytes = table.Bytes();
  EXPECT_EQ(ke::CorebootTableSize(std::span(bytes).first(ke::kCorebootHeader)), bytes.size());
  ke::CorebootAnswer answer = ke::ReadCorebootTable(bytes);
  ASSERT_TRUE(answer.framebuffer);
  EXPECT_EQ(answer.framebuffer->address, 0x1'4000'0000u);
  EXPECT_EQ(answer.framebuffer->width, 1280u);
  EXPECT_EQ(answer.framebuffer->height, 1024u);
  EXPECT_EQ(answer.framebuffer->pitch, 5120u);
  EXPECT_EQ(answer.framebuffer->red, (Channel{16, 8}));
  EXPECT_EQ(answer.framebuffer->blue, (Channel{0, 8}));
  EXPECT_EQ(answer.forward, 0u);
}

TEST(Coreboot, ForwardsToTheRealTable) {
  Table table;
  table.Put(0x11, 4), table.Put(16, 4), table.Put(0x7fff'0000, 8);
  EXPECT_EQ(ke::ReadCorebootTable(table.Bytes()).forward, 0x7fff'0000u);
}

TEST(Coreboot, DamagedTablesSayNothing) {
  Table table;
  table.Framebuffer(32);
  const std::vector<std::byte> good = table.Bytes();
  for (std::size_t i = 0; i < good.size(); i += 1) {
    std::vector<std::byte> bad = good;
    bad[i] ^= std::byte{0x10};
    EXPECT_FALSE(ke::ReadCorebootTable(bad).framebuffer) << i;
  }
  for (std::size_t size = 0; size < good.size(); size += 1) {
    EXPECT_FALSE(ke::ReadCorebootTable(std::span(good).first(size)).framebuffer);
  }
  Table loop;
  loop.Put(7, 4), loop.Put(0, 4);
  loop.Framebuffer(32);
  EXPECT_FALSE(ke::ReadCorebootTable(loop.Bytes()).framebuffer);
  Table planes;
  planes.Framebuffer(4);
  EXPECT_FALSE(ke::ReadCorebootTable(planes.Bytes()).framebuffer);
}

}  // namespace
