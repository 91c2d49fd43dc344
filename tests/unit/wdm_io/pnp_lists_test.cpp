#include <pnp_lists.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace {

TEST(TextLength, CountsTheTerminator) {
  EXPECT_EQ(io::TextLength(nullptr, false, 100), 0u);
  EXPECT_EQ(io::TextLength(u"", false, 100), 2u);
  EXPECT_EQ(io::TextLength(u"PCI\\VEN_8086", false, 100), 26u);
}

TEST(TextLength, MultiStringsEndWithAnEmptyOne) {
  EXPECT_EQ(io::TextLength(u"a\0bc\0", true, 100), 12u);
  EXPECT_EQ(io::TextLength(u"\0", true, 100), 2u);
}

TEST(TextLength, GivesUpAtTheLimit) {
  EXPECT_EQ(io::TextLength(u"abcd", false, 8), 0u);
  EXPECT_EQ(io::TextLength(u"abc", false, 8), 8u);
  EXPECT_EQ(io::TextLength(u"ab\0cd\0", true, 8), 0u);
}

TEST(ResourceListLength, WalksAllDescriptors) {
  EXPECT_EQ(io::ResourceListLength(nullptr), 0u);
  std::vector<unsigned char> bytes(sizeof(CM_RESOURCE_LIST) + 2 * sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR) + 5);
  auto *list = reinterpret_cast<CM_RESOURCE_LIST *>(bytes.data());
  list->Count = 0;
  EXPECT_EQ(io::ResourceListLength(list), offsetof(CM_RESOURCE_LIST, List));
  list->Count = 1;
  list->List[0].PartialResourceList.Count = 3;
  auto *descriptors = list->List[0].PartialResourceList.PartialDescriptors;
  descriptors[0].Type = CmResourceTypePort;
  descriptors[1].Type = CmResourceTypeMemory;
  descriptors[2].Type = CmResourceTypeDeviceSpecific;
  descriptors[2].u.DeviceSpecificData.DataSize = 5;
  EXPECT_EQ(io::ResourceListLength(list), bytes.size());
}

}  // namespace
