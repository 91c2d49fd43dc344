#include <cstring>

#include "keyboard_fixture.hpp"

namespace {

using keymap::Layout;

TEST(Layout, EveryLayoutOfTheTreeIsValid) {
  for (const char *name : {"us", "uk", "de", "fr", "es", "it"}) {
    EXPECT_TRUE(Layout::Parse(Typist::Read(name))) << name;
  }
}

TEST(Layout, EveryCutIsRefused) {
  const std::vector<std::byte> table = Typist::Read("de");
  for (size_t size = 0; size < table.size(); size++) {
    EXPECT_FALSE(Layout::Parse(std::span(table).first(size))) << size;
  }
  std::vector<std::byte> longer = table;
  longer.push_back(std::byte{});
  EXPECT_FALSE(Layout::Parse(longer));
}

TEST(Layout, EveryWrongHeaderByteIsRefusedOrHarmless) {
  const std::vector<std::byte> table = Typist::Read("us");
  for (size_t at = 0; at < sizeof(keymap::Header); at++) {
    if (at == 6 || at == 7) {
      continue;  // flags: unknown ones mean nothing
    }
    std::vector<std::byte> wrong = table;
    wrong[at] ^= std::byte{0x40};
    EXPECT_FALSE(Layout::Parse(wrong)) << at;
  }
}

TEST(Layout, DisorderIsRefused) {
  std::vector<std::byte> table = Typist::Read("us");
  std::vector<std::byte> record(sizeof(keymap::KeyRecord));
  std::byte *first = table.data() + sizeof(keymap::Header);
  std::memcpy(record.data(), first, record.size());
  std::memmove(first, first + record.size(), record.size());
  std::memcpy(first + record.size(), record.data(), record.size());
  EXPECT_FALSE(Layout::Parse(table));
}

TEST(Layout, SurrogatesAreRefused) {
  std::vector<std::byte> table = Typist::Read("us");
  keymap::KeyRecord record;
  std::memcpy(&record, table.data() + sizeof(keymap::Header), sizeof(record));
  record.characters[3] = 0xD800;
  std::memcpy(table.data() + sizeof(keymap::Header), &record, sizeof(record));
  EXPECT_FALSE(Layout::Parse(table));
}

TEST(Layout, ComposeFindsOnlyWhatIsThere) {
  const std::vector<std::byte> table = Typist::Read("de");
  const Layout layout = *Layout::Parse(table);
  EXPECT_EQ(layout.Compose(u'^', u'a'), u'â');
  EXPECT_EQ(layout.Compose(u'^', u'b'), 0);
  EXPECT_EQ(layout.Compose(u'a', u'^'), 0);
  EXPECT_FALSE(layout.Find(0x7F, false));
  EXPECT_FALSE(layout.Find(0x1E, true));
}

}  // namespace
