#include "history.hpp"

#include <gtest/gtest.h>

namespace {

using ntcmd::History;

TEST(History, EmptyGivesNothing) {
  History history;
  EXPECT_FALSE(history.Older("x"));
  EXPECT_FALSE(history.Newer());
}

TEST(History, BrowsesAndKeepsTheUnfinishedLine) {
  History history;
  history.Add("one");
  history.Add("two");
  history.Add("two");
  history.Add("");
  EXPECT_EQ(history.Older("unfinished"), "two");
  EXPECT_EQ(history.Older("two"), "one");
  EXPECT_FALSE(history.Older("one"));
  EXPECT_EQ(history.Newer(), "two");
  EXPECT_EQ(history.Newer(), "unfinished");
  EXPECT_FALSE(history.Newer());
}

TEST(History, ForgetsTheOldest) {
  History history;
  for (std::size_t i = 0; i < History::kLimit + 5; ++i) {
    history.Add(std::to_string(i));
  }
  std::size_t count = 0;
  std::string oldest;
  for (auto line = history.Older(""); line; line = history.Older("")) {
    oldest = *line;
    ++count;
  }
  EXPECT_EQ(count, History::kLimit);
  EXPECT_EQ(oldest, "5");
}

}  // namespace
