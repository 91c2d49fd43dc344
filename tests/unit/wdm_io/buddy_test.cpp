#include <buddy.hpp>

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>

namespace {

using Small = host::Buddy<12>;  // 4 KiB of 64-byte granules

TEST(Buddy, GivesAlignedBlocksUntilItIsFull) {
  Small buddy;
  std::set<uint32_t> seen;
  for (int i = 0; i < 64; i += 1) {
    uint32_t offset = buddy.Allocate(64);
    ASSERT_NE(offset, Small::kNone);
    EXPECT_EQ(offset % 64, 0u);
    EXPECT_TRUE(seen.insert(offset).second);
  }
  EXPECT_EQ(buddy.Allocate(1), Small::kNone);
}

TEST(Buddy, MergesWhatComesBack) {
  Small buddy;
  uint32_t a = buddy.Allocate(1);
  uint32_t b = buddy.Allocate(2048);
  EXPECT_EQ(buddy.Allocate(4096), Small::kNone);
  EXPECT_TRUE(buddy.Free(a));
  EXPECT_TRUE(buddy.Free(b));
  EXPECT_EQ(buddy.Allocate(4096), 0u);
}

TEST(Buddy, RefusesNonsense) {
  Small buddy;
  EXPECT_EQ(buddy.Allocate(4097), Small::kNone);
  uint32_t offset = buddy.Allocate(256);
  EXPECT_FALSE(buddy.Free(offset + 64));
  EXPECT_FALSE(buddy.Free(offset + 1));
  EXPECT_FALSE(buddy.Free(4096));
  EXPECT_TRUE(buddy.Free(offset));
  EXPECT_FALSE(buddy.Free(offset));
}

TEST(Buddy, KeepsBlocksApart) {
  Small buddy;
  std::mt19937 random(4);
  std::map<uint32_t, uint32_t> held;  // offset, length
  for (int step = 0; step < 20000; step += 1) {
    if (random() % 2 == 0 || held.empty()) {
      uint32_t length = 1 + random() % 700;
      uint32_t offset = buddy.Allocate(length);
      if (offset == Small::kNone) {
        continue;
      }
      auto after = held.lower_bound(offset);
      ASSERT_TRUE(after == held.end() || offset + length <= after->first);
      ASSERT_TRUE(after == held.begin() || std::prev(after)->first + std::prev(after)->second <= offset);
      held[offset] = length;
    } else {
      auto victim = std::next(held.begin(), static_cast<long>(random() % held.size()));
      ASSERT_TRUE(buddy.Free(victim->first));
      held.erase(victim);
    }
  }
  for (auto [offset, length] : held) {
    ASSERT_TRUE(buddy.Free(offset));
  }
  EXPECT_EQ(buddy.Allocate(4096), 0u);
}

}  // namespace
