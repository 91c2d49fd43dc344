#include <terminal/utf8.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

std::u32string Decode(std::string_view bytes) {
  terminal::Utf8Decoder decoder;
  std::u32string text;
  for (char byte : bytes) {
    terminal::Utf8Decoder::Step step = decoder.Feed(static_cast<std::uint8_t>(byte));
    text.append(step.characters, step.count);
  }
  if (decoder.Abandon()) {
    text += terminal::Utf8Decoder::kReplacement;
  }
  return text;
}

TEST(Utf8, EveryLength) {
  EXPECT_EQ(Decode("A\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"),
            U"A\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff");
}

// The table of section 3.9 of the Unicode standard (maximal subparts).
TEST(Utf8, MalformedInputGivesReplacements) {
  EXPECT_EQ(Decode("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), U"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA");
  EXPECT_EQ(Decode("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), U"\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdA");
  EXPECT_EQ(Decode("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"),
            U"\ufffd\ufffd\ufffd\ufffd\ufffdA\ufffd\ufffd"
            U"B");
  EXPECT_EQ(Decode("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), U"\ufffd\ufffd\ufffd\ufffdA");
  EXPECT_EQ(Decode("\xe2\x82"), U"\ufffd");
  EXPECT_EQ(Decode("\xf5\x80"), U"\ufffd\ufffd");
}

}  // namespace
