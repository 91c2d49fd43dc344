#include <rtl/upcase.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace {

TEST(Upcase, Ascii) {
  for (char16_t c = 0; c < 0x80; c += 1) {
    EXPECT_EQ(rtl::Upcase(c), c >= u'a' && c <= u'z' ? c - 0x20 : c);
  }
}

TEST(Upcase, KnownLetters) {
  EXPECT_EQ(rtl::Upcase(u'\u00E9'), u'\u00C9');  // e acute
  EXPECT_EQ(rtl::Upcase(u'\u00FF'), u'\u0178');  // y diaeresis
  EXPECT_EQ(rtl::Upcase(u'\u0451'), u'\u0401');  // Cyrillic io
  EXPECT_EQ(rtl::Upcase(u'\u03C9'), u'\u03A9');  // omega
  EXPECT_EQ(rtl::Upcase(u'\uFF41'), u'\uFF21');  // full-width a
}

TEST(Upcase, WhatStays) {
  EXPECT_EQ(rtl::Upcase(u'\u00DF'), u'\u00DF');  // sharp s
  EXPECT_EQ(rtl::Upcase(u'\u0131'), u'\u0131');  // dotless i
  EXPECT_EQ(rtl::Upcase(u'\u017F'), u'\u017F');  // long s
  EXPECT_EQ(rtl::Upcase(u'\u00B5'), u'\u00B5');  // micro
  EXPECT_EQ(rtl::Upcase(u'\u00D7'), u'\u00D7');  // multiplication sign
  EXPECT_EQ(rtl::Upcase(u'\u00F7'), u'\u00F7');  // division sign
  EXPECT_EQ(rtl::Upcase(u'\u4E00'), u'\u4E00');
  for (unsigned c = 0xD800; c < 0xE000; c += 1) {
    EXPECT_EQ(rtl::Upcase(static_cast<char16_t>(c)), c);  // halves of surrogate pairs
  }
}

TEST(Upcase, OnceIsEnough) {
  for (unsigned c = 0; c < 0x10000; c += 1) {
    char16_t upper = rtl::Upcase(static_cast<char16_t>(c));
    EXPECT_EQ(rtl::Upcase(upper), upper) << std::hex << c;
  }
}

TEST(Upcase, ComparesInATotalOrder) {
  EXPECT_LT(rtl::CompareNoCase(u"abc", u"ABD"), 0);
  EXPECT_EQ(rtl::CompareNoCase(u"abc", u"ABC"), 0);
  EXPECT_LT(rtl::CompareNoCase(u"abc", u"abcd"), 0);
  EXPECT_GT(rtl::CompareNoCase(u"_", u"a"), 0);  // '_' is behind 'A'
  EXPECT_TRUE(rtl::EqualNoCase(u"Gr\u00F6\u00DFe", u"GR\u00D6\u00DFE"));
  EXPECT_FALSE(rtl::EqualNoCase(u"a", u"ab"));
  EXPECT_TRUE(rtl::EqualNoCase(u"", u""));
  std::vector<std::u16string_view> words = {u"b", u"", u"A", u"a", u"\u00E9", u"B", u"ab", u"\u00C9x"};
  for (auto a : words) {
    for (auto b : words) {
      int order = rtl::CompareNoCase(a, b);
      EXPECT_EQ(order == 0, rtl::CompareNoCase(b, a) == 0);
      EXPECT_EQ(order < 0, rtl::CompareNoCase(b, a) > 0);
    }
  }
}

}  // namespace
