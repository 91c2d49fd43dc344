// FsRtlIsNameInExpression and "File name wildcards" of the WDK reference; [MS-FSA] 2.1.4.4 for the DOS wildcards.

#include "io/name_expression.hpp"
#include <gtest/gtest.h>

#include <string>

namespace {

using io::IsNameInExpression;

TEST(NameExpression, PlainWildcards) {
  EXPECT_TRUE(IsNameInExpression(u"*", u"anything"));
  EXPECT_TRUE(IsNameInExpression(u"*.DLL", u"ntdll.dll"));
  EXPECT_TRUE(IsNameInExpression(u"N*L.D?L", u"ntdll.dll"));
  EXPECT_TRUE(IsNameInExpression(u"ntdll.dll", u"NTDLL.DLL"));
  EXPECT_TRUE(IsNameInExpression(u"a*b*c", u"aXbXbXc"));
  EXPECT_TRUE(IsNameInExpression(u"**", u"x"));
  EXPECT_TRUE(IsNameInExpression(u"\u00E4*", u"\u00C4rger"));
  EXPECT_FALSE(IsNameInExpression(u"*.dll", u"ntdll"));
  EXPECT_FALSE(IsNameInExpression(u"?", u""));
  EXPECT_FALSE(IsNameInExpression(u"?", u"ab"));
  EXPECT_FALSE(IsNameInExpression(u"a", u"ab"));
  EXPECT_FALSE(IsNameInExpression(u"", u"a"));
  EXPECT_TRUE(IsNameInExpression(u"*", u""));
}

TEST(NameExpression, DosStarStopsAtTheLastPeriod) {
  EXPECT_TRUE(IsNameInExpression(u"<.txt", u"a.b.txt"));
  EXPECT_TRUE(IsNameInExpression(u"<", u"noextension"));
  EXPECT_FALSE(IsNameInExpression(u"<", u"name.ext"));
  EXPECT_TRUE(IsNameInExpression(u"<.", u"name."));
  EXPECT_TRUE(IsNameInExpression(u"a.<", u"a.b"));
  EXPECT_FALSE(IsNameInExpression(u"<t", u"a.b.txt"));
}

TEST(NameExpression, DosQuestionMarkStopsAtPeriods) {
  EXPECT_TRUE(IsNameInExpression(u">>>>.txt", u"ab.txt"));
  EXPECT_TRUE(IsNameInExpression(u"ab>>", u"ab"));
  EXPECT_FALSE(IsNameInExpression(u">", u"ab"));
  EXPECT_FALSE(IsNameInExpression(u">>>>>>", u"ab.c"));
}

TEST(NameExpression, DosDotIsAPeriodOrTheEnd) {
  EXPECT_TRUE(IsNameInExpression(u"*\"", u"name"));
  EXPECT_TRUE(IsNameInExpression(u"name\"txt", u"name.txt"));
  EXPECT_TRUE(IsNameInExpression(u"name\"*", u"name"));
  EXPECT_FALSE(IsNameInExpression(u"na\"e", u"name"));
}

TEST(NameExpression, LongNames) {
  const std::u16string longest(255, u'a');
  EXPECT_TRUE(IsNameInExpression(u"*a", longest));
  EXPECT_TRUE(IsNameInExpression(longest, longest));
  EXPECT_FALSE(IsNameInExpression(u"*b", longest));
  EXPECT_FALSE(IsNameInExpression(u"*", longest + u"a"));
  EXPECT_TRUE(IsNameInExpression(std::u16string(500, u'*'), longest));
}

TEST(NameExpression, Wildcards) {
  EXPECT_FALSE(io::HasWildcards(u"ntdll.dll"));
  for (const char16_t wildcard : {u'*', u'?', u'<', u'>', u'"'}) {
    EXPECT_TRUE(io::HasWildcards(std::u16string(1, wildcard)));
  }
}

}  // namespace
