// Expectations: the table in learn.microsoft.com "Parsing C command-line arguments", and CommandLineToArgvW.
#include <gtest/gtest.h>

#include <native/arguments.hpp>
#include <random>

namespace {

using native::String;
using Words = std::vector<std::string>;

Words Split(std::string_view line) {
  Words words;
  for (const String &word : native::SplitArguments(line)) {
    words.emplace_back(word);
  }
  return words;
}

TEST(Arguments, DocumentedTable) {
  EXPECT_EQ(Split(R"("a b c" d e)"), (Words{"a b c", "d", "e"}));
  EXPECT_EQ(Split(R"("ab\"c" "\\" d)"), (Words{"ab\"c", "\\", "d"}));
  EXPECT_EQ(Split(R"(a\\\b d"e f"g h)"), (Words{"a\\\\\\b", "de fg", "h"}));
  EXPECT_EQ(Split(R"(a\\\"b c d)"), (Words{"a\\\"b", "c", "d"}));
  EXPECT_EQ(Split(R"(a\\\\"b c" d e)"), (Words{"a\\\\b c", "d", "e"}));
  EXPECT_EQ(Split(R"(a"b"" c d)"), (Words{"ab\" c d"}));
}

TEST(Arguments, BlanksAndEmptyArguments) {
  EXPECT_EQ(Split(""), Words{});
  EXPECT_EQ(Split(" \t "), Words{});
  EXPECT_EQ(Split("\ta  b "), (Words{"a", "b"}));
  EXPECT_EQ(Split(R"("" x "")"), (Words{"", "x", ""}));
  EXPECT_EQ(Split(R"("never closed)"), (Words{"never closed"}));
  EXPECT_EQ(Split(R"(X:\dir\)"), (Words{"X:\\dir\\"}));
}

TEST(Arguments, ProgramNameKeepsBackslashes) {
  const auto words = native::SplitCommandLine(R"("X:\My Dir\"prog.exe a\"b)");
  ASSERT_EQ(words.size(), 2U);
  EXPECT_EQ(words[0], R"(X:\My Dir\prog.exe)");
  EXPECT_EQ(words[1], "a\"b");
  std::string_view rest;
  EXPECT_EQ(native::ProgramName("echo   \"a b\"  c ", rest), "echo");
  EXPECT_EQ(rest, "\"a b\"  c ");
  EXPECT_EQ(native::ProgramName("", rest), "");
}

TEST(Arguments, QuotingIsUndoneBySplitting) {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "a\\\" \tb";
  for (int round = 0; round < 20000; ++round) {
    Words expected;
    String line;
    for (unsigned i = 0; i < 1 + random() % 3; ++i) {
      String word;
      for (unsigned c = random() % 8; c > 0; --c) {
        word.push_back(kAlphabet[random() % kAlphabet.size()]);
      }
      native::AppendQuoted(line, word);
      expected.emplace_back(word);
    }
    ASSERT_EQ(Split(line), expected) << line;
  }
}

TEST(Arguments, LongLine) {
  const std::string path(32767, 'x');
  EXPECT_EQ(Split(path + " " + path), (Words{path, path}));
}

}  // namespace
