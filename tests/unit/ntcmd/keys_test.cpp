// Sequences: xterm's "ctlseqs" (PC-style function keys) and ECMA-48; UTF-8: RFC 3629.
#include "keys.hpp"

#include <gtest/gtest.h>

#include <random>

namespace {

using ntcmd::Key;
using ntcmd::KeyDecoder;
using ntcmd::KeyPress;

std::vector<KeyPress> Decode(std::string_view bytes) {
  KeyDecoder decoder;
  std::vector<KeyPress> presses;
  for (const char byte : bytes) {
    if (const auto press = decoder.Next(byte)) {
      presses.push_back(*press);
    }
  }
  return presses;
}

std::vector<Key> Keys(std::string_view bytes) {
  std::vector<Key> keys;
  for (const KeyPress &press : Decode(bytes)) {
    keys.push_back(press.key);
  }
  return keys;
}

TEST(Keys, CursorKeys) {
  EXPECT_EQ(Keys("\x1b[A\x1b[B\x1b[C\x1b[D\x1bOA"),
            (std::vector{Key::kUp, Key::kDown, Key::kRight, Key::kLeft, Key::kUp}));
  EXPECT_EQ(Keys("\x1b[H\x1b[F\x1b[1~\x1b[4~\x1b[7~\x1b[8~"),
            (std::vector{Key::kHome, Key::kEnd, Key::kHome, Key::kEnd, Key::kHome, Key::kEnd}));
  EXPECT_EQ(Keys("\x1b[2~\x1b[3~\x1b[1;5C\x1b[1;5D"),
            (std::vector{Key::kInsert, Key::kDelete, Key::kWordRight, Key::kWordLeft}));
}

TEST(Keys, ControlBytes) {
  EXPECT_EQ(Keys("\b\x7f\t\x03"), (std::vector{Key::kBackspace, Key::kBackspace, Key::kTab, Key::kInterrupt}));
  EXPECT_TRUE(Keys(std::string_view("\0\x02\x1c", 3)).empty());
}

TEST(Keys, EndOfLineInEveryForm) {
  EXPECT_EQ(Keys("\r"), std::vector{Key::kEnter});
  EXPECT_EQ(Keys("\n"), std::vector{Key::kEnter});
  EXPECT_EQ(Keys("\r\n"), std::vector{Key::kEnter});
  EXPECT_EQ(Keys("\r\r\n\n").size(), 3U);
}

TEST(Keys, UnknownSequencesGiveNothing) {
  EXPECT_TRUE(Keys("\x1b[5~\x1b[6~\x1b[24~\x1b[Z\x1b[?1;2c").empty());
  EXPECT_TRUE(Keys("\x1b[99999999999999999999~").empty());
  const auto presses = Decode("\x1b[1\r");  // cut off by the Enter key
  ASSERT_EQ(presses.size(), 1U);
  EXPECT_EQ(presses[0].key, Key::kEnter);
}

TEST(Keys, Utf8) {
  const auto presses = Decode("a\xc3\xa9\xe4\xb8\xad\xf0\x9f\x98\x80");
  ASSERT_EQ(presses.size(), 4U);
  EXPECT_EQ(presses[1].character, U'\u00e9');
  EXPECT_EQ(presses[2].character, U'\u4e2d');
  EXPECT_EQ(presses[3].character, U'\U0001f600');
}

TEST(Keys, MalformedUtf8IsDropped) {
  EXPECT_TRUE(Decode("\x80\xbf\xc0\x80\xe0\x80\x80\xed\xa0\x80\xf8\xff\xf4\x90\x80\x80").empty());
  const auto presses = Decode("\xe4\xb8z");
  ASSERT_EQ(presses.size(), 1U);
  EXPECT_EQ(presses[0].character, U'z');
}

TEST(Keys, RandomBytesGiveValidCharactersOnly) {
  std::mt19937 random(11);
  KeyDecoder decoder;
  for (int i = 0; i < 500000; ++i) {
    const auto press = decoder.Next(static_cast<char>(random()));
    if (press && press->key == Key::kCharacter) {
      ASSERT_TRUE(press->character >= 0x20 && press->character <= 0x10ffff && press->character / 0x800 != 27);
    }
  }
}

}  // namespace
