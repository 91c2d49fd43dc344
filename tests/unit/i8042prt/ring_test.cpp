#include "ring.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

struct Ring : testing::Test {
  Ring() : records(5) { ring.Use(records.data(), 5); }
  std::vector<int> records;
  i8042::Ring<int> ring;
};

TEST_F(Ring, HoldsOneLessThanItsRecords) {
  EXPECT_TRUE(ring.Empty());
  for (int i = 0; i < 4; i++) {
    EXPECT_TRUE(ring.Put(i));
  }
  EXPECT_FALSE(ring.Put(4));
  EXPECT_EQ(ring.Capacity(), 4u);
}

TEST_F(Ring, KeepsOrderAcrossTheEnd) {
  int next = 0;
  int expected = 0;
  for (int round = 0; round < 50; round++) {
    while (ring.Put(next)) {
      next++;
    }
    const auto run = ring.Front();
    ASSERT_LT(run.begin, run.end);
    const auto take = static_cast<uint32_t>(1 + round % 3);
    for (int *at = run.begin; at != run.end && at < run.begin + take; at++) {
      EXPECT_EQ(*at, expected++);
    }
    ring.Take(take);
  }
}

TEST_F(Ring, TakesNoMoreThanThereIs) {
  ring.Put(1);
  ring.Take(1000);
  EXPECT_TRUE(ring.Empty());
  ring.Take(1);
  EXPECT_TRUE(ring.Empty());
  EXPECT_TRUE(ring.Put(2));
  EXPECT_EQ(*ring.Front().begin, 2);
}

TEST(RingWithoutMemory, TakesNothing) {
  i8042::Ring<int> ring{};
  EXPECT_FALSE(ring.Put(1));
  EXPECT_TRUE(ring.Empty());
}

}  // namespace
