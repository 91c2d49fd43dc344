// wdm::PoolCore over chunks of the host's memory: alignment, reuse, misuse.

#include "mm/pool_core.hpp"

#include <cstdlib>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace {

using wdm::kPoolPage;
using wdm::PoolCore;
using wdm::PoolFault;

std::map<void *, size_t> chunks;
size_t limit = ~size_t{0};
uint64_t next_physical = 0x100000;

bool AllocateChunk(size_t length, void **base, uint64_t *physical) {
  if (length > limit) {
    return false;
  }
  *base = std::aligned_alloc(kPoolPage, length);
  std::memset(*base, 0xCC, length);
  *physical = next_physical;
  next_physical += length + kPoolPage;
  chunks[*base] = length;
  return true;
}

void ReleaseChunk(void *base) {
  chunks.erase(base);
  std::free(base);
}

class PoolTest : public testing::Test {
 protected:
  PoolTest() : pool_(std::make_unique<PoolCore>(wdm::ChunkSource{AllocateChunk, ReleaseChunk})) { limit = ~size_t{0}; }
  ~PoolTest() override {
    for (auto [base, length] : chunks) {
      std::free(base);
    }
    chunks.clear();
  }
  std::unique_ptr<PoolCore> pool_;
};

constexpr uint32_t kTag = 0x31676154;

TEST_F(PoolTest, AlignsAsNtDoes) {
  for (size_t size = 0; size < 3 * kPoolPage; size += 7) {
    auto address = reinterpret_cast<uintptr_t>(pool_->Allocate(size, kTag, false));
    ASSERT_NE(address, 0u);
    EXPECT_EQ(address % 16, 0u);
    if (size >= kPoolPage) {
      EXPECT_EQ(address % kPoolPage, 0u) << size;
    } else if (size != 0) {
      EXPECT_EQ(address / kPoolPage, (address + size - 1) / kPoolPage) << size;
    }
    std::memset(reinterpret_cast<void *>(address), 1, size);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(pool_->Allocate(size, kTag, true)) % 64, 0u) << size;
  }
}

TEST_F(PoolTest, SurvivesRandomUse) {
  struct Block {
    unsigned char *address;
    size_t size;
    unsigned char fill;
  };
  std::mt19937 random(7);
  std::vector<Block> blocks;
  for (int step = 0; step < 40000; step += 1) {
    if (blocks.size() < 300 && random() % 5 < 3) {
      size_t size = random() % 8 == 0 ? random() % 60000 : random() % 3000;
      auto fill = static_cast<unsigned char>(random());
      auto *address = static_cast<unsigned char *>(pool_->Allocate(size, kTag, random() % 4 == 0));
      ASSERT_NE(address, nullptr);
      std::memset(address, fill, size);
      blocks.push_back({address, size, fill});
    } else if (!blocks.empty()) {
      size_t index = random() % blocks.size();
      Block block = blocks[index];
      for (size_t i = 0; i < block.size; i += 1) {
        ASSERT_EQ(block.address[i], block.fill);
      }
      ASSERT_EQ(pool_->Free(block.address, random() % 2 == 0 ? kTag : 0).code, 0u);
      blocks[index] = blocks.back();
      blocks.pop_back();
    }
  }
  for (const Block &block : blocks) {
    ASSERT_EQ(pool_->Free(block.address, kTag).code, 0u);
  }
  EXPECT_EQ(pool_->BlocksInUse(), 0u);
  EXPECT_EQ(pool_->BytesInUse(), 0u);
  EXPECT_LE(pool_->BytesHeld(), size_t{16} << 20);
}

TEST_F(PoolTest, FreesEverythingForReuse) {
  std::vector<void *> blocks;
  for (int i = 0; i < 20000; i += 1) {
    blocks.push_back(pool_->Allocate(100, kTag, false));
  }
  size_t held = pool_->BytesHeld();
  for (void *block : blocks) {
    ASSERT_EQ(pool_->Free(block, 0).code, 0u);
  }
  blocks.clear();
  for (int i = 0; i < 900; i += 1) {
    blocks.push_back(pool_->Allocate(1500, kTag, false));
  }
  EXPECT_EQ(pool_->BytesHeld(), held);
}

TEST_F(PoolTest, GivesLargeChunksBack) {
  size_t before = chunks.size();
  void *block = pool_->Allocate(4 << 20, kTag, false);
  ASSERT_NE(block, nullptr);
  EXPECT_EQ(chunks.size(), before + 1);
  EXPECT_EQ(pool_->Free(block, kTag).code, 0u);
  EXPECT_EQ(chunks.size(), before);
  EXPECT_EQ(pool_->BytesHeld(), 0u);
}

TEST_F(PoolTest, SaysWhenThereIsNoMore) {
  limit = 0;
  EXPECT_EQ(pool_->Allocate(1, kTag, false), nullptr);
  EXPECT_EQ(pool_->Allocate(kPoolPage, kTag, false), nullptr);
  EXPECT_EQ(pool_->Allocate(~size_t{0}, kTag, false), nullptr);
  limit = 3 * kPoolPage;  // not the chunk that it would like
  EXPECT_NE(pool_->Allocate(1, kTag, false), nullptr);
  EXPECT_EQ(pool_->Allocate(5 * kPoolPage, kTag, false), nullptr);
}

TEST_F(PoolTest, KnowsPhysicalAddresses) {
  auto *block = static_cast<char *>(pool_->Allocate(9 * kPoolPage, kTag, false));
  uint64_t first = 0;
  uint64_t last = 0;
  ASSERT_TRUE(pool_->Physical(block, &first));
  ASSERT_TRUE(pool_->Physical(block + 9 * kPoolPage - 1, &last));
  EXPECT_EQ(first % kPoolPage, 0u);
  EXPECT_EQ(last - first, 9 * kPoolPage - 1);
  int local = 0;
  EXPECT_FALSE(pool_->Physical(&local, &first));
  EXPECT_FALSE(pool_->Physical(nullptr, &first));
}

TEST_F(PoolTest, QueryTellsTagAndRoom) {
  void *small = pool_->Allocate(100, kTag, false);
  void *large = pool_->Allocate(5000, kTag + 1, false);
  uint32_t tag = 0;
  size_t room = 0;
  ASSERT_TRUE(pool_->Query(small, &tag, &room));
  EXPECT_EQ(tag, kTag);
  EXPECT_GE(room, 100u);
  ASSERT_TRUE(pool_->Query(large, &tag, &room));
  EXPECT_EQ(tag, kTag + 1);
  EXPECT_EQ(room, 2 * kPoolPage);
  pool_->Free(small, 0);
  EXPECT_FALSE(pool_->Query(small, &tag, &room));
}

// The first parameter of bug check 0xC2 says what was wrong: learn.microsoft.com, "Bug Check 0xC2: BAD_POOL_CALLER".
void ExpectCaller(const PoolFault &fault, uintptr_t kind) {
  EXPECT_EQ(fault.code, wdm::kBadPoolCaller);
  EXPECT_EQ(fault.parameters[0], kind);
}

TEST_F(PoolTest, NoticesBlocksFreedTwice) {
  for (size_t size : {1u, 40u, 1000u, 1900u, 3000u, 4000u, 4096u, 9000u}) {
    void *keep = pool_->Allocate(size, kTag, false);
    void *block = pool_->Allocate(size, kTag, false);
    ASSERT_EQ(pool_->Free(block, kTag).code, 0u);
    ExpectCaller(pool_->Free(block, kTag), 0x07);
    EXPECT_EQ(pool_->Free(keep, kTag).code, 0u);
  }
}

TEST_F(PoolTest, NoticesWrongTags) {
  void *small = pool_->Allocate(64, kTag, false);
  void *large = pool_->Allocate(2 * kPoolPage, kTag, false);
  ExpectCaller(pool_->Free(small, kTag + 1), 0x0A);
  ExpectCaller(pool_->Free(large, kTag + 1), 0x0A);
  EXPECT_EQ(pool_->Free(small, kTag).code, 0u);
  EXPECT_EQ(pool_->Free(large, kTag).code, 0u);
}

TEST_F(PoolTest, NoticesAddressesThatAreNoBlocks) {
  auto *block = static_cast<char *>(pool_->Allocate(200, kTag, false));
  auto *large = static_cast<char *>(pool_->Allocate(4 * kPoolPage, kTag, false));
  int local = 0;
  ExpectCaller(pool_->Free(nullptr, 0), 0x46);
  ExpectCaller(pool_->Free(&local, 0), 0x46);
  ExpectCaller(pool_->Free(reinterpret_cast<void *>(~uintptr_t{15}), 0), 0x46);
  ExpectCaller(pool_->Free(block + 8, 0), 0x46);
  ExpectCaller(pool_->Free(block + 16, 0), 0x46);
  ExpectCaller(pool_->Free(large + kPoolPage, 0), 0x46);
  ExpectCaller(pool_->Free(large + 64, 0), 0x46);
  ExpectCaller(pool_->Free(chunks.begin()->first, 0), 0x46);
}

TEST_F(PoolTest, NoticesDamagedHeaders) {
  auto *first = static_cast<char *>(pool_->Allocate(112, kTag, false));
  auto *second = static_cast<char *>(pool_->Allocate(112, kTag, false));
  ASSERT_EQ(second - first, 128);
  std::memset(first, 0xFF, 128);  // 16 bytes too many
  PoolFault fault = pool_->Free(first, kTag);
  EXPECT_EQ(fault.code, wdm::kBadPoolHeader);
  EXPECT_EQ(fault.parameters[0], 0x20u);
  EXPECT_EQ(pool_->Free(second, kTag).code, wdm::kBadPoolHeader);
}

TEST_F(PoolTest, StopsAtDamagedFreeBlocks) {
  auto *first = static_cast<char *>(pool_->Allocate(112, kTag, false));
  std::memset(first, 0xFF, 256);  // into the next block, which is free
  for (int i = 0; i < 100; i += 1) {
    auto *block = static_cast<char *>(pool_->Allocate(112, kTag, false));
    ASSERT_NE(block, nullptr);
    EXPECT_NE(reinterpret_cast<uintptr_t>(block) / kPoolPage, reinterpret_cast<uintptr_t>(first) / kPoolPage);
  }
}

}  // namespace
