#include <gtest/gtest.h>

#include <native/utf.hpp>

namespace {

using native::DecodeUtf8;
using native::WideString;

std::string RoundTrip(std::string_view text) {
  WideString wide(text);
  return std::string(native::ToUtf8(wide.Data(), wide.Size()));
}

TEST(Utf, RoundTripOfEveryCodePoint) {
  for (char32_t code_point = 1; code_point <= 0x10ffff; ++code_point) {
    native::String text;
    native::AppendUtf8(text, code_point);
    std::size_t at = 0;
    ASSERT_EQ(DecodeUtf8(text, at), code_point);
    ASSERT_EQ(at, text.size());
    ASSERT_EQ(native::PreviousUtf8(text, at), 0U);
    ASSERT_EQ(RoundTrip(text), std::string_view(text));
  }
}

TEST(Utf, MalformedBytesBecomeReplacements) {
  const std::string text =
      "\x80\xc0\x80\xe4\xb8"
      "a\xf5";
  std::size_t at = 0;
  std::size_t count = 0;
  while (at < text.size()) {
    const char32_t code_point = DecodeUtf8(text, at);
    EXPECT_EQ(code_point, text[at - 1] == 'a' ? U'a' : native::kReplacement);
    ++count;
  }
  EXPECT_EQ(count, text.size());
  for (std::size_t end = text.size(); end > 0; --end) {
    EXPECT_EQ(native::PreviousUtf8(text, end), end - 1);
  }
}

TEST(Utf, UnicodeStringLimits) {
  EXPECT_TRUE(WideString(std::string(32766, 'a')).Unicode());
  EXPECT_FALSE(WideString(std::string(32767, 'a')).Unicode());
  WideString text("abc");
  const auto string = text.Unicode();
  ASSERT_TRUE(string);
  EXPECT_EQ(string->Length, 6);
  EXPECT_EQ(string->MaximumLength, 8);
  EXPECT_EQ(string->Buffer[3], WCHAR{0});
}

TEST(Utf, Width) {
  EXPECT_EQ(native::DisplayWidth("abc"), 3U);
  EXPECT_EQ(native::DisplayWidth("\xe4\xb8\xad"), 2U);
  EXPECT_EQ(native::DisplayWidth("e\xcc\x81"), 1U);
}

}  // namespace
