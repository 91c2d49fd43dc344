// RtlGenerate8dot3Name. Expected: learn.microsoft.com, the routine's page, and "Naming Files, Paths, and Namespaces".

#include <ntifs.h>

#include <set>
#include <string>

#include <gtest/gtest.h>

extern "C" WCHAR NTAPI RtlUpcaseUnicodeChar(WCHAR character) {
  return character >= 'a' && character <= 'z' ? static_cast<WCHAR>(character - 32) : character;
}

namespace {

struct Names {
  explicit Names(std::u16string text) : name(std::move(text)) {}
  std::string Next() {
    WCHAR buffer[12];
    UNICODE_STRING out = {0, sizeof(buffer), buffer};
    UNICODE_STRING in = {static_cast<USHORT>(name.size() * 2), static_cast<USHORT>(name.size() * 2),
                         reinterpret_cast<PWCH>(name.data())};
    status = RtlGenerate8dot3Name(&in, FALSE, context, &out);
    std::string result;
    for (USHORT i = 0; i < out.Length / 2; i += 1) {
      result += static_cast<char>(buffer[i]);
    }
    return result;
  }
  std::u16string name;
  alignas(8) char context[64] = {};
  NTSTATUS status = STATUS_SUCCESS;
};

TEST(ShortName, TakesWhatFits) {
  EXPECT_EQ(Names(u"long file name.text").Next(), "LONGFI~1.TEX");
  EXPECT_EQ(Names(u"a.b.c.d").Next(), "ABC~1.D");
  EXPECT_EQ(Names(u".profile").Next(), "PROFIL~1");
  EXPECT_EQ(Names(u"x+y=z.a,b").Next(), "X_Y_Z~1.A_B");
  EXPECT_EQ(Names(u"noextension.").Next(), "NOEXTE~1");
  EXPECT_EQ(Names(u"\u00E4rger.txt").Next(), "_RGER~1.TXT");
}

TEST(ShortName, GoesOnWithAHash) {
  Names names(u"Some long name.html");
  for (const char *expected : {"SOMELO~1.HTM", "SOMELO~2.HTM", "SOMELO~3.HTM", "SOMELO~4.HTM"}) {
    EXPECT_EQ(names.Next(), expected);
  }
  const std::string hashed = names.Next();
  EXPECT_EQ(hashed.size(), 12u);
  EXPECT_EQ(hashed.substr(0, 2), "SO");
  EXPECT_EQ(hashed.substr(6), "~1.HTM");
}

TEST(ShortName, NeverRepeatsItself) {
  Names names(u"Some long name.html");
  std::set<std::string> seen;
  for (int i = 0; i < 2000; i += 1) {
    const std::string name = names.Next();
    EXPECT_EQ(names.status, STATUS_SUCCESS);
    EXPECT_LE(name.find('.'), 8u) << name;
    EXPECT_TRUE(seen.insert(name).second) << name;
  }
}

}  // namespace
