#include "fake_nt.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

namespace {

class HeapTest : public testing::Test {
 protected:
  void SetUp() override {
    fake::Reset();
    before_ = fake::ReservedBytes();
    heap_ = RtlCreateHeap(HEAP_GROWABLE, nullptr, 0, 0, nullptr, nullptr);
    ASSERT_NE(heap_, nullptr);
  }
  void TearDown() override {
    fake::FailMemoryAfter(-1);
    EXPECT_EQ(RtlDestroyHeap(heap_), nullptr);
    EXPECT_EQ(fake::ReservedBytes(), before_);
  }
  PVOID heap_ = nullptr;
  size_t before_ = 0;
};

TEST_F(HeapTest, AllocatesAlignedZeroedAndSized) {
  for (size_t size : {size_t{0}, size_t{1}, size_t{15}, size_t{16}, size_t{17}, size_t{511}, size_t{512}, size_t{4096},
                      size_t{100'000}, size_t{524'287}, size_t{524'288}, size_t{3'000'000}}) {
    auto *block = static_cast<unsigned char *>(RtlAllocateHeap(heap_, HEAP_ZERO_MEMORY, size));
    ASSERT_NE(block, nullptr) << size;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(block) % 16, 0u);
    EXPECT_EQ(RtlSizeHeap(heap_, 0, block), size);
    EXPECT_TRUE(std::all_of(block, block + size, [](unsigned char byte) { return byte == 0; }));
    memset(block, 0xee, size);
    EXPECT_TRUE(RtlValidateHeap(heap_, 0, block));
    EXPECT_TRUE(RtlFreeHeap(heap_, 0, block));
  }
  EXPECT_TRUE(RtlValidateHeap(heap_, 0, nullptr));
}

TEST_F(HeapTest, RefusesDoubleFreeAndForeignPointers) {
  int local = 0;
  for (size_t size : {size_t{24}, size_t{2000}, size_t{700'000}}) {
    PVOID block = RtlAllocateHeap(heap_, 0, size);
    EXPECT_TRUE(RtlFreeHeap(heap_, 0, block));
    EXPECT_FALSE(RtlFreeHeap(heap_, 0, block));
    EXPECT_FALSE(RtlValidateHeap(heap_, 0, block));
  }
  EXPECT_FALSE(RtlFreeHeap(heap_, 0, &local));
  PVOID block = RtlAllocateHeap(heap_, 0, 100);
  EXPECT_FALSE(RtlFreeHeap(heap_, 0, static_cast<char *>(block) + 16));
  EXPECT_FALSE(RtlFreeHeap(heap_, 0, static_cast<char *>(block) + 1));
  EXPECT_EQ(RtlReAllocateHeap(heap_, 0, &local, 10), nullptr);
  EXPECT_EQ(RtlSizeHeap(heap_, 0, &local), ~SIZE_T{0});
  EXPECT_TRUE(RtlFreeHeap(heap_, 0, block));
  EXPECT_TRUE(RtlFreeHeap(heap_, 0, nullptr));
  EXPECT_EQ(RtlAllocateHeap(nullptr, 0, 1), nullptr);
  EXPECT_FALSE(RtlValidateHeap(nullptr, 0, nullptr));
}

TEST_F(HeapTest, FindsAnOverrun) {
  auto *first = static_cast<char *>(RtlAllocateHeap(heap_, 0, 48));
  auto *second = static_cast<char *>(RtlAllocateHeap(heap_, 0, 48));
  char kept[16];
  char *victim = std::min(first, second);
  memcpy(kept, victim + 48, sizeof(kept));
  memset(victim + 48, 0x41, sizeof(kept));
  EXPECT_FALSE(RtlValidateHeap(heap_, 0, nullptr));
  EXPECT_FALSE(RtlValidateHeap(heap_, 0, victim));
  EXPECT_FALSE(RtlFreeHeap(heap_, 0, victim));
  memcpy(victim + 48, kept, sizeof(kept));
  EXPECT_TRUE(RtlFreeHeap(heap_, 0, first));
  EXPECT_TRUE(RtlFreeHeap(heap_, 0, second));
}

TEST_F(HeapTest, ReallocatesInPlaceWhereItCan) {
  auto *block = static_cast<char *>(RtlAllocateHeap(heap_, 0, 10'000));
  memset(block, 'a', 10'000);
  EXPECT_EQ(RtlReAllocateHeap(heap_, 0, block, 2'000), block);
  EXPECT_EQ(RtlSizeHeap(heap_, 0, block), 2'000u);
  EXPECT_EQ(RtlReAllocateHeap(heap_, HEAP_ZERO_MEMORY, block, 9'000), block);
  EXPECT_EQ(block[1'999], 'a');
  EXPECT_EQ(block[2'000], 0);
  EXPECT_EQ(block[8'999], 0);
  PVOID blocker = RtlAllocateHeap(heap_, 0, 100'000);
  EXPECT_EQ(RtlReAllocateHeap(heap_, HEAP_REALLOC_IN_PLACE_ONLY, block, 400'000), nullptr);
  auto *moved = static_cast<char *>(RtlReAllocateHeap(heap_, HEAP_ZERO_MEMORY, block, 2'000'000));
  ASSERT_NE(moved, nullptr);
  EXPECT_EQ(moved[1'999], 'a');
  EXPECT_EQ(moved[1'999'999], 0);
  moved = static_cast<char *>(RtlReAllocateHeap(heap_, 0, moved, 1'000'000));
  EXPECT_EQ(RtlSizeHeap(heap_, 0, moved), 1'000'000u);
  moved = static_cast<char *>(RtlReAllocateHeap(heap_, 0, moved, 50));
  EXPECT_EQ(moved[49], 'a');
  EXPECT_TRUE(RtlValidateHeap(heap_, 0, nullptr));
  EXPECT_TRUE(RtlFreeHeap(heap_, 0, moved));
  EXPECT_TRUE(RtlFreeHeap(heap_, 0, blocker));
}

TEST_F(HeapTest, KeepsUserValuesAndFlags) {
  for (size_t size : {size_t{40}, size_t{600'000}}) {
    PVOID block = RtlAllocateHeap(heap_, HEAP_SETTABLE_USER_VALUE | HEAP_SETTABLE_USER_FLAG2, size);
    memset(block, 0x55, size);
    EXPECT_TRUE(RtlSetUserValueHeap(heap_, 0, block, &size));
    PVOID value = nullptr;
    ULONG flags = 0;
    EXPECT_TRUE(RtlGetUserInfoHeap(heap_, 0, block, &value, &flags));
    EXPECT_EQ(value, &size);
    EXPECT_EQ(flags, HEAP_SETTABLE_USER_FLAG2);
    block = RtlReAllocateHeap(heap_, 0, block, size * 3);
    EXPECT_TRUE(RtlSetUserFlagsHeap(heap_, 0, block, HEAP_SETTABLE_USER_FLAG2, HEAP_SETTABLE_USER_FLAG1));
    EXPECT_TRUE(RtlGetUserInfoHeap(heap_, 0, block, &value, &flags));
    EXPECT_EQ(value, &size);
    EXPECT_EQ(flags, HEAP_SETTABLE_USER_FLAG1);
    EXPECT_TRUE(RtlFreeHeap(heap_, 0, block));
  }
}

TEST_F(HeapTest, SurvivesRandomUse) {
  std::mt19937 random(20261123);
  struct Live {
    unsigned char *data;
    size_t size;
    unsigned char fill;
  };
  std::vector<Live> live;
  const auto check = [](const Live &block, size_t size) {
    return std::all_of(block.data, block.data + size, [&](unsigned char byte) { return byte == block.fill; });
  };
  for (int round = 0; round < 60'000; ++round) {
    const unsigned dice = random() % 100;
    if (live.empty() || dice < 45) {
      const unsigned kind = random() % 100;
      const size_t size = kind < 70 ? random() % 600 : kind < 98 ? random() % 20'000 : random() % 900'000;
      const auto fill = static_cast<unsigned char>(random());
      auto *data = static_cast<unsigned char *>(RtlAllocateHeap(heap_, 0, size));
      ASSERT_NE(data, nullptr);
      memset(data, fill, size);
      live.push_back({data, size, fill});
      continue;
    }
    const size_t index = random() % live.size();
    Live &block = live[index];
    ASSERT_TRUE(check(block, block.size));
    if (dice < 60) {
      const size_t size = random() % 3'000;
      auto *moved = static_cast<unsigned char *>(RtlReAllocateHeap(heap_, 0, block.data, size));
      ASSERT_NE(moved, nullptr);
      block.data = moved;
      ASSERT_TRUE(check(block, std::min(size, block.size)));
      memset(moved, block.fill, size);
      block.size = size;
    } else {
      ASSERT_TRUE(RtlFreeHeap(heap_, 0, block.data));
      live[index] = live.back();
      live.pop_back();
    }
    if (round % 4'000 == 0) {
      ASSERT_TRUE(RtlValidateHeap(heap_, 0, nullptr));
    }
  }
  for (const Live &block : live) {
    ASSERT_TRUE(RtlFreeHeap(heap_, 0, block.data));
  }
  ASSERT_TRUE(RtlValidateHeap(heap_, 0, nullptr));
  RtlCompactHeap(heap_, 0);
  ASSERT_TRUE(RtlValidateHeap(heap_, 0, nullptr));
  EXPECT_LT(fake::CommittedBytes(), 4u << 20);
}

TEST_F(HeapTest, WalkSeesEveryBlockOnce) {
  std::vector<PVOID> blocks;
  for (size_t i = 0; i < 300; ++i) {
    blocks.push_back(RtlAllocateHeap(heap_, 0, i * 37));
  }
  blocks.push_back(RtlAllocateHeap(heap_, 0, 600'000));
  RtlFreeHeap(heap_, 0, blocks[7]);
  blocks.erase(blocks.begin() + 7);
  RTL_HEAP_WALK_ENTRY entry{};
  std::vector<PVOID> seen;
  NTSTATUS status;
  while ((status = RtlWalkHeap(heap_, &entry)) == STATUS_SUCCESS) {
    if ((entry.Flags & RTL_HEAP_BUSY) != 0) {
      seen.push_back(entry.DataAddress);
      EXPECT_EQ(entry.DataSize, RtlSizeHeap(heap_, 0, entry.DataAddress));
    }
  }
  EXPECT_EQ(status, STATUS_NO_MORE_ENTRIES);
  std::sort(seen.begin(), seen.end());
  std::sort(blocks.begin(), blocks.end());
  EXPECT_EQ(seen, blocks);
}

TEST_F(HeapTest, ReportsExhaustionAndRecovers) {
  fake::FailMemoryAfter(0);
  std::vector<PVOID> blocks;
  while (PVOID block = RtlAllocateHeap(heap_, 0, 400)) {
    blocks.push_back(block);
  }
  EXPECT_EQ(RtlAllocateHeap(heap_, 0, 1'000'000), nullptr);
  EXPECT_EQ(RtlAllocateHeap(heap_, HEAP_GENERATE_EXCEPTIONS, 400), nullptr);
  EXPECT_EQ(fake::TakeRaised(), STATUS_NO_MEMORY);
  EXPECT_EQ(RtlCreateHeap(HEAP_GROWABLE, nullptr, 0, 0, nullptr, nullptr), nullptr);
  EXPECT_TRUE(RtlValidateHeap(heap_, 0, nullptr));
  for (PVOID block : blocks) {
    EXPECT_TRUE(RtlFreeHeap(heap_, 0, block));
  }
  fake::FailMemoryAfter(-1);
  PVOID block = RtlAllocateHeap(heap_, 0, 100'000);
  EXPECT_NE(block, nullptr);
  EXPECT_TRUE(RtlFreeHeap(heap_, 0, block));
}

TEST(HeapManage, FixedHeapKeepsItsLimit) {
  fake::Reset();
  PVOID heap = RtlCreateHeap(0, nullptr, 0x20000, 0x1000, nullptr, nullptr);
  ASSERT_NE(heap, nullptr);
  size_t total = 0;
  while (RtlAllocateHeap(heap, 0, 1000) != nullptr) {
    total += 1000;
  }
  EXPECT_GT(total, 0x18000u);
  EXPECT_LT(total, 0x20000u);
  EXPECT_EQ(RtlAllocateHeap(heap, 0, 600'000), nullptr);
  EXPECT_TRUE(RtlValidateHeap(heap, 0, nullptr));
  EXPECT_EQ(RtlDestroyHeap(heap), nullptr);
}

TEST(HeapManage, UsesTheCallersMemoryAndLists) {
  fake::Reset();
  alignas(16) static char memory[0x8000];
  const ULONG before = RtlGetProcessHeaps(0, nullptr);
  PVOID heap = RtlCreateHeap(HEAP_NO_SERIALIZE, memory, sizeof(memory), sizeof(memory), nullptr, nullptr);
  ASSERT_EQ(heap, memory);
  EXPECT_NE(RtlAllocateHeap(heap, 0, 5'000), nullptr);
  EXPECT_FALSE(RtlLockHeap(heap));
  PVOID list[64];
  EXPECT_EQ(RtlGetProcessHeaps(64, list), before + 1);
  EXPECT_EQ(list[before], heap);
  EXPECT_EQ(RtlDestroyHeap(heap), nullptr);
  EXPECT_EQ(RtlGetProcessHeaps(64, list), before);
  // The process heap stays.
  EXPECT_EQ(RtlDestroyHeap(list[0]), list[0]);
  std::vector<PVOID> many;
  for (int i = 0; i < 100; ++i) {
    many.push_back(RtlCreateHeap(HEAP_GROWABLE, nullptr, 0, 0, nullptr, nullptr));
    ASSERT_NE(many.back(), nullptr);
  }
  for (PVOID each : many) {
    EXPECT_EQ(RtlDestroyHeap(each), nullptr);
  }
  EXPECT_TRUE(RtlValidateProcessHeaps());
  ULONG mode = 9;
  EXPECT_EQ(RtlQueryHeapInformation(list[0], HeapCompatibilityInformation, &mode, sizeof(mode), nullptr),
            STATUS_SUCCESS);
  EXPECT_EQ(mode, 2u);
}

}  // namespace
