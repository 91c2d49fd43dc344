#include <gtest/gtest.h>
#include <pe/exports.hpp>

#include <array>
#include <cstring>
#include <string>
#include <vector>

namespace {

// A mapped image that is one export directory: Alpha (ordinal 5), Beta (6, forwarded to DLL.Other), a gap (7), Delta
// (8), and nameless ordinal 9.
class Exports : public testing::Test {
 protected:
  static constexpr std::uint32_t kBase = 0x100;
  static constexpr std::uint32_t kSize = 0x200;

  Exports() : image_(0x1000) {
    directory_.Base = 5;
    directory_.NumberOfFunctions = 5;
    directory_.NumberOfNames = 3;
    directory_.AddressOfFunctions = kBase + 0x40;
    directory_.AddressOfNames = kBase + 0x60;
    directory_.AddressOfNameOrdinals = kBase + 0x80;
    Put(kBase + 0x40, std::array<std::uint32_t, 5>{0x800, kBase + 0x100, 0, 0x810, 0x820});
    Put(kBase + 0x60, std::array<std::uint32_t, 3>{kBase + 0xA0, kBase + 0xB0, kBase + 0xC0});
    Put(kBase + 0x80, std::array<std::uint16_t, 3>{0, 1, 3});
    Text(kBase + 0xA0, "Alpha");
    Text(kBase + 0xB0, "Beta");
    Text(kBase + 0xC0, "Delta");
    Text(kBase + 0x100, "DLL.Other");
  }

  template <typename T>
  void Put(std::uint32_t rva, const T &value) {
    std::memcpy(image_.data() + rva, &value, sizeof(value));
  }
  void Text(std::uint32_t rva, const std::string &text) {
    std::memcpy(image_.data() + rva, text.c_str(), text.size() + 1);
  }

  template <typename Key>
  Result<pe::Export> Find(Key key) {
    Put(kBase, directory_);
    return pe::FindExport(pe::MappedSpan(image_), {kBase, kSize}, key);
  }
  template <typename Key>
  NTSTATUS StatusOf(Key key) {
    const auto found = Find(key);
    return found ? STATUS_SUCCESS : found.error().Code();
  }

  std::vector<std::byte> image_;
  IMAGE_EXPORT_DIRECTORY directory_{};
};

TEST_F(Exports, ByName) {
  EXPECT_EQ(Find(std::string_view("Alpha"))->rva, 0x800u);
  EXPECT_EQ(Find(std::string_view("Alpha"))->ordinal, 5u);
  EXPECT_EQ(Find(std::string_view("Delta"))->rva, 0x810u);
  for (const char *name : {"", "Alph", "Alphaa", "alpha", "Zeta", "Gamma"}) {
    EXPECT_EQ(StatusOf(std::string_view(name)), STATUS_ENTRYPOINT_NOT_FOUND) << name;
  }
  EXPECT_EQ(StatusOf(std::string_view("Alpha\0x", 7)), STATUS_ENTRYPOINT_NOT_FOUND);
}

TEST_F(Exports, ByOrdinal) {
  EXPECT_EQ(Find(9u)->rva, 0x820u);
  EXPECT_EQ(StatusOf(4u), STATUS_ORDINAL_NOT_FOUND);
  EXPECT_EQ(StatusOf(7u), STATUS_ORDINAL_NOT_FOUND) << "a gap";
  EXPECT_EQ(StatusOf(10u), STATUS_ORDINAL_NOT_FOUND);
  EXPECT_EQ(StatusOf(0xFFFFFFFFu), STATUS_ORDINAL_NOT_FOUND);
}

TEST_F(Exports, Forwarder) {
  const auto found = Find(std::string_view("Beta"));
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->forwarder);
  std::array<char, 10> buffer;
  EXPECT_EQ(pe::ReadForwarder(pe::MappedSpan(image_), *found, buffer).value(), "DLL.Other");
  EXPECT_EQ(pe::ReadForwarder(pe::MappedSpan(image_), *found, std::span(buffer).first(9)).error().Code(),
            STATUS_BUFFER_TOO_SMALL);
}

TEST_F(Exports, TablesOutsideTheImage) {
  const IMAGE_EXPORT_DIRECTORY good = directory_;
  directory_.AddressOfNames = 0xFFFFFFFC;
  EXPECT_EQ(StatusOf(std::string_view("Alpha")), STATUS_INVALID_IMAGE_FORMAT);
  directory_ = good;
  directory_.AddressOfNameOrdinals = 0x1000;
  EXPECT_EQ(StatusOf(std::string_view("Alpha")), STATUS_INVALID_IMAGE_FORMAT);
  directory_ = good;
  directory_.AddressOfFunctions = 0xFFFFFFFF;
  EXPECT_EQ(StatusOf(5u), STATUS_INVALID_IMAGE_FORMAT);
  directory_ = good;
  directory_.NumberOfNames = 0xFFFFFFFF;
  EXPECT_NE(StatusOf(std::string_view("Zeta")), STATUS_SUCCESS);
  EXPECT_EQ(pe::FindExport(pe::MappedSpan(image_), {0xFFF, 0x100}, 5u).error().Code(), STATUS_INVALID_IMAGE_FORMAT);
  EXPECT_EQ(pe::FindExport(pe::MappedSpan(image_), {kBase, 8}, 5u).error().Code(), STATUS_INVALID_IMAGE_FORMAT);
}

TEST_F(Exports, NameRunsOffTheImage) {
  Put(kBase + 0x60, std::array<std::uint32_t, 3>{0xFFE, 0xFFE, 0xFFE});
  image_[0xFFE] = std::byte{'A'};
  image_[0xFFF] = std::byte{'l'};
  EXPECT_EQ(StatusOf(std::string_view("Alpha")), STATUS_INVALID_IMAGE_FORMAT);
}

}  // namespace
