#include <gtest/gtest.h>

#include <climits>
#include <native/format.hpp>

namespace {

using native::Format;

TEST(Format, Numbers) {
  EXPECT_EQ(Format("{} {} {}", 0, -1, 42U), "0 -1 42");
  EXPECT_EQ(Format("{}", LLONG_MIN), "-9223372036854775808");
  EXPECT_EQ(Format("{}", ULLONG_MAX), "18446744073709551615");
  EXPECT_EQ(Format("0x{:08X}", static_cast<std::int32_t>(0xc0000005)), "0xC0000005");
  EXPECT_EQ(Format("{:x}", -1LL), "ffffffffffffffff");
  EXPECT_EQ(Format("{:,} {:,} {:,}", 999, 1000, 1234567), "999 1,000 1,234,567");
  EXPECT_EQ(Format("[{:5}] [{:<5}] [{:05}]", 42, 42, -42), "[   42] [42   ] [-0042]");
}

TEST(Format, Text) {
  EXPECT_EQ(Format("[{:5}] [{:>5}] [{:1}]", "ab", "ab", "long"), "[ab   ] [   ab] [long]");
  EXPECT_EQ(Format("{} {}", native::String("x"), 'y'), "x y");
  EXPECT_EQ(Format("[{:4}]", "\xe4\xb8\xad"), "[\xe4\xb8\xad  ]");  // one wide character: two cells
}

TEST(Format, OddFormats) {
  EXPECT_EQ(Format("{{}} {"), "{} {");
  EXPECT_EQ(Format("{} {}", 1), "1 ");
  EXPECT_EQ(Format("{}{}", "{}", "x"), "{}x");
}

}  // namespace
