#include <gtest/gtest.h>

#include "layout_text.hpp"

namespace {

std::string Error(const std::string &line) {
  auto layout = CompileLayout("x.txt", "layout 00000409 Test\n" + line + "\n");
  return layout ? "" : layout.error();
}

TEST(LayoutText, GoodLines) {
  EXPECT_EQ(Error("# comment"), "");
  EXPECT_EQ(Error("altgr yes"), "");
  EXPECT_EQ(Error("key 29 - ` ~"), "");
  EXPECT_EQ(Error("key E0 35 - /"), "");
  EXPECT_EQ(Error("key 03 C # none U+20AC dead:´"), "");
  EXPECT_EQ(Error("letters qwertz 10"), "");
  EXPECT_EQ(Error("compose ^ aâ"), "");
}

TEST(LayoutText, MistakesAreNamedWithTheirLine) {
  EXPECT_EQ(Error("bogus"), "x.txt:2: unknown word 'bogus'");
  for (const char *line : {"layout 409 US",
                           "layout 0000040g US",
                           "layout 00000409",
                           "altgr",
                           "altgr maybe",
                           "key",
                           "key 00 - a",
                           "key 80 - a",
                           "key zz - a",
                           "key 10 x a",
                           "key 10 - a b c d e",
                           "key 10 - ab",
                           "key 10 - U+D800",
                           "key 10 - U+110000",
                           "key 10 - \xff",
                           "key 10 - \xc3",
                           "key 10 - \xed\xa0\x80",
                           "key 10 - dead:",
                           "letters abC 10",
                           "letters abc 7E",
                           "letters abc",
                           "compose ^",
                           "compose ^ a",
                           "compose ^ abc",
                           "compose ^ aâ aá",
                           "key 10 - a\nkey 10 - b",
                           "layout 00000409 a\"b"}) {
    EXPECT_NE(Error(line).find("x.txt:"), std::string::npos) << line;
  }
}

TEST(LayoutText, ALayoutNeedsItsName) { EXPECT_FALSE(CompileLayout("x.txt", "altgr no\n")); }

}  // namespace
