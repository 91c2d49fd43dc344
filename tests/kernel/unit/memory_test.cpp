// boot::RegionList against a bit map.
#include "boot/memory.hpp"

#include <gtest/gtest.h>

#include <bitset>
#include <random>
#include <vector>

namespace kernel::boot {
namespace {

std::vector<std::pair<Paddr, Paddr>> Contents(const RegionList &list) {
  std::vector<std::pair<Paddr, Paddr>> contents;
  for (const Region &region : list) {
    contents.emplace_back(region.start, region.end);
  }
  return contents;
}

using List = std::vector<std::pair<Paddr, Paddr>>;

TEST(RegionList, MergesNeighbours) {
  RegionList list;
  list.Add({10, 20});
  list.Add({30, 40});
  list.Add({20, 30});
  EXPECT_EQ(Contents(list), (List{{10, 40}}));
  list.Add({5, 50});
  EXPECT_EQ(Contents(list), (List{{5, 50}}));
}

TEST(RegionList, IgnoresEmptyRegions) {
  RegionList list;
  list.Add({10, 10});
  list.Add({20, 10});
  EXPECT_EQ(list.Count(), 0u);
  list.Add({10, 20});
  list.Remove({15, 15});
  EXPECT_EQ(Contents(list), (List{{10, 20}}));
}

TEST(RegionList, RemovesAcrossRegions) {
  RegionList list;
  list.Add({0, 10});
  list.Add({20, 30});
  list.Add({40, 50});
  list.Remove({5, 45});
  EXPECT_EQ(Contents(list), (List{{0, 5}, {45, 50}}));
  list.Remove({1, 2});
  EXPECT_EQ(Contents(list), (List{{0, 1}, {2, 5}, {45, 50}}));
}

TEST(RegionList, AgreesWithABitMap) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    RegionList list;
    std::bitset<128> model;
    for (int step = 0; step < 40; ++step) {
      const Paddr start = random() % 128, end = start + random() % 30;
      const Region region{start, end < 128 ? end : 128};
      const bool add = random() % 2 == 0;
      add ? list.Add(region) : list.Remove(region);
      for (Paddr i = region.start; i < region.end; ++i) {
        model[i] = add;
      }
      std::bitset<128> seen;
      Paddr last = 0;
      bool first = true;
      for (const Region &r : list) {
        ASSERT_LT(r.start, r.end);
        ASSERT_TRUE(first || r.start > last) << "regions touch or are out of order";
        for (Paddr i = r.start; i < r.end; ++i) {
          seen[i] = true;
        }
        last = r.end;
        first = false;
      }
      ASSERT_EQ(seen, model);
    }
  }
}

TEST(RegionListDeathTest, TooManyRegionsAreFatal) {
  RegionList list;
  EXPECT_DEATH(
      {
        for (Paddr i = 0; i <= RegionList::kCapacity; ++i) {
          list.Add({i * 2, i * 2 + 1});
        }
      },
      "too many regions");
}

}  // namespace
}  // namespace kernel::boot
