#include <gtest/gtest.h>
#include <nt/ntrtl_path.h>

#include <random>

#include "fake_nt.hpp"

namespace {

using fake::Text;
using fake::Us;

std::u16string Full(const std::u16string &path) {
  static char16_t buffer[40'000];
  PWSTR part = nullptr;
  const ULONG bytes = RtlGetFullPathName_U(path.c_str(), sizeof(buffer), buffer, &part);
  EXPECT_EQ(bytes == 0 ? u'\0' : buffer[bytes / 2], u'\0');
  return {buffer, bytes / 2};
}

class PathTest : public testing::Test {
 protected:
  void SetUp() override {
    fake::Reset();
    fake::SetDirectory(u"X:\\one\\two\\");
  }
};

TEST_F(PathTest, Types) {
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"\\\\server\\share"), RtlPathTypeUncAbsolute);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"c:\\x"), RtlPathTypeDriveAbsolute);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"c:/x"), RtlPathTypeDriveAbsolute);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"c:x"), RtlPathTypeDriveRelative);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"c:"), RtlPathTypeDriveRelative);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"\\x"), RtlPathTypeRooted);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"x"), RtlPathTypeRelative);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u""), RtlPathTypeRelative);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"\\\\.\\x"), RtlPathTypeLocalDevice);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"\\\\?\\x"), RtlPathTypeLocalDevice);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"\\\\."), RtlPathTypeRootLocalDevice);
  EXPECT_EQ(RtlDetermineDosPathNameType_U(u"\\\\.x"), RtlPathTypeUncAbsolute);
}

TEST_F(PathTest, FullNames) {
  const struct {
    const char16_t *path;
    const char16_t *full;
  } cases[] = {
      {u"file", u"X:\\one\\two\\file"},
      {u".", u"X:\\one\\two"},
      {u"..", u"X:\\one"},
      {u"..\\", u"X:\\one\\"},
      {u"..\\..\\..\\..", u"X:\\"},
      {u"a\\.\\b\\..\\c", u"X:\\one\\two\\a\\c"},
      {u"a//b\\\\c/", u"X:\\one\\two\\a\\b\\c\\"},
      {u"a. . ", u"X:\\one\\two\\a"},
      {u"a.\\b", u"X:\\one\\two\\a\\b"},
      {u"a .\\b", u"X:\\one\\two\\a \\b"},
      {u"...", u"X:\\one\\two\\"},
      {u"\\sys", u"X:\\sys"},
      {u"\\", u"X:\\"},
      {u"X:", u"X:\\one\\two"},
      {u"x:up\\..\\f", u"X:\\one\\two\\f"},
      {u"C:f", u"C:\\f"},
      {u"C:", u"C:\\"},
      {u"C:\\a\\..\\..\\b", u"C:\\b"},
      {u"C:/", u"C:\\"},
      {u"\\\\server\\share\\a\\..\\..\\b", u"\\\\server\\share\\b"},
      {u"\\\\server\\share", u"\\\\server\\share"},
      {u"\\\\.\\pipe\\x\\..\\y", u"\\\\.\\pipe\\y"},
      {u"\\\\?\\C:\\a\\.\\b", u"\\\\?\\C:\\a\\b"},
      {u"\\\\.", u"\\\\.\\"},
      {u"nul", u"\\\\.\\nul"},
      {u"C:\\dir\\NUL.txt", u"\\\\.\\NUL"},
      {u"con:", u"\\\\.\\con"},
      {u"null", u"X:\\one\\two\\null"},
      {u"com1", u"\\\\.\\com1"},
      {u"com0", u"X:\\one\\two\\com0"},
      {u"", u""},
      {u"   ", u""},
  };
  for (const auto &each : cases) {
    EXPECT_EQ(Full(each.path), each.full) << std::string(each.path, each.path + std::u16string_view(each.path).size());
  }
}

TEST_F(PathTest, OtherDrivesRememberTheirDirectory) {
  fake::SetEnvironment(u"=C:=C:\\work\0A=b\0");
  EXPECT_EQ(Full(u"C:f"), u"C:\\work\\f");
  EXPECT_EQ(Full(u"c:"), u"C:\\work");
  EXPECT_EQ(Full(u"D:f"), u"D:\\f");
}

TEST_F(PathTest, UncCurrentDirectory) {
  fake::SetDirectory(u"\\\\server\\share\\dir\\");
  EXPECT_EQ(Full(u"f"), u"\\\\server\\share\\dir\\f");
  EXPECT_EQ(Full(u"\\f"), u"\\\\server\\share\\f");
  EXPECT_EQ(Full(u"..\\..\\.."), u"\\\\server\\share\\");
}

TEST_F(PathTest, SizesAndFileParts) {
  char16_t buffer[32];
  PWSTR part = nullptr;
  // X:\one\two\ab = 13 characters
  EXPECT_EQ(RtlGetFullPathName_U(u"ab", 26, buffer, &part), 28u);
  EXPECT_EQ(part, nullptr);
  EXPECT_EQ(RtlGetFullPathName_U(u"ab", 28, buffer, &part), 26u);
  EXPECT_EQ(std::u16string(part), u"ab");
  EXPECT_EQ(RtlGetFullPathName_U(u"ab\\", sizeof(buffer), buffer, &part), 28u);
  EXPECT_EQ(part, nullptr);
  EXPECT_EQ(RtlGetFullPathName_U(u"nul", sizeof(buffer), buffer, &part), 14u);
  EXPECT_EQ(part, nullptr);
  EXPECT_EQ(RtlGetFullPathName_U(nullptr, sizeof(buffer), buffer, &part), 0u);
}

TEST_F(PathTest, NtNames) {
  const struct {
    const char16_t *path;
    const char16_t *nt;
    const char16_t *part;
  } cases[] = {
      {u"f.txt", u"\\??\\X:\\one\\two\\f.txt", u"f.txt"},
      {u"\\\\server\\share\\f", u"\\??\\UNC\\server\\share\\f", u"f"},
      {u"\\\\.\\pipe\\x", u"\\??\\pipe\\x", u"x"},
      {u"\\\\?\\C:\\a\\..\\b", u"\\??\\C:\\a\\..\\b", u"b"},
      {u"nul", u"\\??\\nul", nullptr},
      {u"C:\\", u"\\??\\C:\\", nullptr},
  };
  for (const auto &each : cases) {
    UNICODE_STRING name;
    PWSTR part = nullptr;
    RTL_RELATIVE_NAME_U relative;
    ASSERT_EQ(RtlDosPathNameToNtPathName_U_WithStatus(each.path, &name, &part, &relative), STATUS_SUCCESS);
    EXPECT_EQ(Text(name), each.nt);
    EXPECT_EQ(name.Buffer[name.Length / 2], 0);
    ASSERT_EQ(part == nullptr, each.part == nullptr);
    if (part != nullptr) {
      EXPECT_EQ(std::u16string(part), each.part);
    }
    RtlFreeUnicodeString(&name);
  }
  UNICODE_STRING name;
  EXPECT_EQ(RtlDosPathNameToNtPathName_U_WithStatus(u"", &name, nullptr, nullptr), STATUS_OBJECT_NAME_INVALID);
  EXPECT_FALSE(RtlDosPathNameToNtPathName_U(nullptr, &name, nullptr, nullptr));
}

TEST_F(PathTest, LongAndTooLong) {
  std::u16string path = u"C:\\";
  while (path.size() < 32'700) {
    path += u"component\\";
  }
  path += u"f";
  EXPECT_EQ(Full(path), path);
  UNICODE_STRING name;
  ASSERT_EQ(RtlDosPathNameToNtPathName_U_WithStatus(path.c_str(), &name, nullptr, nullptr), STATUS_SUCCESS);
  EXPECT_EQ(name.Length, (path.size() + 4) * 2);
  RtlFreeUnicodeString(&name);
  path.resize(32'767, u'x');
  EXPECT_EQ(Full(path), path);
  EXPECT_EQ(RtlDosPathNameToNtPathName_U_WithStatus(path.c_str(), &name, nullptr, nullptr), STATUS_NAME_TOO_LONG);
  path += u'x';
  EXPECT_EQ(Full(path), u"");
  EXPECT_EQ(Full(std::u16string(32'760, u'y')), u"");  // too long with the current directory
  EXPECT_EQ(Full(std::u16string(100'000, u'\\')), u"");
  EXPECT_EQ(RtlIsDosDeviceName_U((std::u16string(100'000, u'y') + u"\\nul").c_str()), 0u);
}

TEST_F(PathTest, RandomPathsStayWellFormed) {
  std::mt19937 random(7);
  constexpr char16_t kAlphabet[] = u"\\/.: ?abXn";
  for (int round = 0; round < 200'000; ++round) {
    std::u16string path;
    for (size_t i = random() % 24; i > 0; --i) {
      path += kAlphabet[random() % 10];
    }
    const std::u16string full = Full(path);
    if (full.empty() || full.starts_with(u"\\\\")) {  // what the first parts of a UNC name hold is left alone
      continue;
    }
    const std::string shown(path.begin(), path.end());
    EXPECT_EQ(full.find(u'/'), std::u16string::npos) << shown;
    EXPECT_EQ(full.find(u"\\\\", 1), std::u16string::npos) << shown;
    EXPECT_EQ(full.find(u"\\..\\"), std::u16string::npos) << shown;
    EXPECT_EQ(full.find(u"\\.\\", 1), std::u16string::npos) << shown;
    EXPECT_NE(full.back(), u' ') << shown;
    EXPECT_NE(full.back(), u'.') << shown;
  }
}

TEST_F(PathTest, CurrentDirectory) {
  char16_t buffer[64];
  EXPECT_EQ(RtlGetCurrentDirectory_U(sizeof(buffer), buffer), 20u);
  EXPECT_EQ(std::u16string(buffer), u"X:\\one\\two");
  EXPECT_EQ(RtlGetCurrentDirectory_U(20, buffer), 22u);
  const size_t handles = fake::OpenHandles();
  UNICODE_STRING path = Us(u"..\\three");
  EXPECT_EQ(RtlSetCurrentDirectory_U(&path), STATUS_OBJECT_NAME_NOT_FOUND);
  fake::AddDirectory(u"\\??\\X:\\one\\three");
  EXPECT_EQ(RtlSetCurrentDirectory_U(&path), STATUS_SUCCESS);
  EXPECT_EQ(fake::OpenHandles(), handles + 1);
  EXPECT_EQ(RtlGetCurrentDirectory_U(sizeof(buffer), buffer), 24u);
  EXPECT_EQ(std::u16string(buffer), u"X:\\one\\three");
  EXPECT_EQ(Full(u"f"), u"X:\\one\\three\\f");
  fake::AddDirectory(u"\\??\\X:\\");
  path = Us(u"\\");
  EXPECT_EQ(RtlSetCurrentDirectory_U(&path), STATUS_SUCCESS);
  EXPECT_EQ(fake::OpenHandles(), handles + 1);
  EXPECT_EQ(RtlGetCurrentDirectory_U(sizeof(buffer), buffer), 6u);
  fake::AddFile(u"\\??\\X:\\file");
  path = Us(u"file");
  EXPECT_EQ(RtlSetCurrentDirectory_U(&path), STATUS_NOT_A_DIRECTORY);
  // A long one: the buffer of the process parameters is too small for it.
  std::u16string longer = u"X:\\" + std::u16string(900, u'd');
  fake::AddDirectory(u"\\??\\" + longer);
  path = Us(longer);
  EXPECT_EQ(RtlSetCurrentDirectory_U(&path), STATUS_SUCCESS);
  EXPECT_EQ(Full(u"f"), longer + u"\\f");
  const std::u16string with_null(u"a\0b", 3);
  path = Us(with_null);
  EXPECT_EQ(RtlSetCurrentDirectory_U(&path), STATUS_OBJECT_NAME_INVALID);
}

TEST_F(PathTest, Search) {
  fake::AddFile(u"\\??\\X:\\bin\\tool.exe");
  fake::AddFile(u"\\??\\X:\\one\\two\\here");
  char16_t buffer[64];
  PWSTR part = nullptr;
  EXPECT_NE(RtlDosSearchPath_U(u"X:\\none;X:\\bin", u"tool", u".exe", sizeof(buffer), buffer, &part), 0u);
  EXPECT_EQ(std::u16string(buffer), u"X:\\bin\\tool.exe");
  EXPECT_EQ(std::u16string(part), u"tool.exe");
  EXPECT_EQ(RtlDosSearchPath_U(u"X:\\none;X:\\bin\\", u"tool.exe", u".exe", sizeof(buffer), buffer, &part), 30u);
  EXPECT_EQ(RtlDosSearchPath_U(u"X:\\none", u"tool", u".exe", sizeof(buffer), buffer, &part), 0u);
  EXPECT_NE(RtlDosSearchPath_U(u";X:\\none", u"here", nullptr, sizeof(buffer), buffer, &part), 0u);
  EXPECT_TRUE(RtlDoesFileExists_U(u"here"));
  EXPECT_FALSE(RtlDoesFileExists_U(u"there"));
}

TEST_F(PathTest, ShortNames) {
  const auto legal = [](std::u16string_view text) {
    UNICODE_STRING name = Us(text);
    BOOLEAN spaces = FALSE;
    return RtlIsNameLegalDOS8Dot3(&name, nullptr, &spaces) != 0;
  };
  EXPECT_TRUE(legal(u"readme.txt"));
  EXPECT_TRUE(legal(u"12345678.123"));
  EXPECT_TRUE(legal(u"a"));
  EXPECT_TRUE(legal(u"a b.c"));
  EXPECT_TRUE(legal(u".."));
  EXPECT_FALSE(legal(u"123456789"));
  EXPECT_FALSE(legal(u"a.1234"));
  EXPECT_FALSE(legal(u"a.b.c"));
  EXPECT_FALSE(legal(u".a"));
  EXPECT_FALSE(legal(u"a."));
  EXPECT_FALSE(legal(u"a*"));
  EXPECT_FALSE(legal(u""));
}

}  // namespace
