// The kernel's ELF reader: what it refuses and what it loads.
#include "boot/elf.hpp"

#include <gtest/gtest.h>

#include <string>

#include "elf_image.hpp"

namespace kernel::boot {
namespace {

std::string Complaint(const std::vector<uint8_t> &file) {
  ElfImage image;
  const char *const complaint = ReadElf(file, image);
  return complaint == nullptr ? "" : complaint;
}

TEST(Elf, LoadsSegmentsAndClearsTheRest) {
  const auto file = MakeElf({{0x1010, 0x400010, 0x100, 0x200}, {0x2000, 0x402000, 0x800, 0x1001}});
  ElfImage image;
  ASSERT_EQ(ReadElf(file, image), nullptr);
  EXPECT_EQ(image.entry, 0x401000u);
  EXPECT_EQ(image.start, 0x400000u);
  EXPECT_EQ(image.end, 0x404000u);
  std::vector<uint8_t> memory(image.end - image.start, 0xee);
  LoadElf(image, memory.data());
  for (size_t i = 0; i < memory.size(); ++i) {
    uint8_t expected = 0;
    if (i >= 0x10 && i < 0x110) {
      expected = file[0x1010 + i - 0x10];
    } else if (i >= 0x2000 && i < 0x2800) {
      expected = file[i];
    }
    ASSERT_EQ(memory[i], expected) << i;
  }
}

TEST(Elf, SegmentsInAnyOrder) {
  const auto file = MakeElf({{0x2000, 0x402000, 0x800, 0x800}, {0x1000, 0x400000, 0x100, 0x100}});
  ElfImage image;
  ASSERT_EQ(ReadElf(file, image), nullptr);
  std::vector<uint8_t> memory(image.end - image.start, 0xee);
  LoadElf(image, memory.data());
  EXPECT_EQ(memory[0], file[0x1000]);
  EXPECT_EQ(memory[0x100], 0);
  EXPECT_EQ(memory[0x2000], file[0x2000]);
  EXPECT_EQ(memory[0x2fff], 0);
}

TEST(Elf, RefusesOtherFiles) {
  const auto good = MakeElf({{0x1000, 0x400000, 0x100, 0x100}});
  EXPECT_EQ(Complaint(good), "");
  EXPECT_NE(Complaint({}), "");
  EXPECT_NE(Complaint({'M', 'Z'}), "");
  for (const size_t at : {0u, 4u, 5u, 16u, 18u, 54u}) {
    auto bad = good;
    bad[at] ^= 0x55;
    EXPECT_NE(Complaint(bad), "") << at;
  }
  EXPECT_NE(Complaint(std::vector<uint8_t>(good.begin(), good.begin() + 63)), "");
}

TEST(Elf, RefusesSegmentsOutside) {
  EXPECT_NE(Complaint(MakeElf({})), "");
  EXPECT_NE(Complaint(MakeElf({{0x2fff, 0x400000, 2, 2}})), "");
  EXPECT_NE(Complaint(MakeElf({{~0ull, 0x400000, 2, 2}})), "");
  EXPECT_NE(Complaint(MakeElf({{0x1000, 0x400000, 3, 2}})), "");
  EXPECT_NE(Complaint(MakeElf({{0x1000, 0xffffffff80000000, 2, 2}})), "");
  EXPECT_NE(Complaint(MakeElf({{0x1000, 0x7ffffffef000, 2, 0x10000}})), "");
  EXPECT_NE(Complaint(MakeElf({{0x1000, 0x400000, 2, ~0ull}})), "");
}

}  // namespace
}  // namespace kernel::boot
