#include <gtest/gtest.h>
#include <nt/ntrtl_basic.h>
#include <nt/ntrtl_string.h>

#include <rtl/upcase.hpp>

#include "fake_nt.hpp"

namespace {

using fake::Text;
using fake::Us;

class StringTest : public testing::Test {
 protected:
  void SetUp() override { fake::Reset(); }
};

TEST_F(StringTest, InitCutsOrRefuses) {
  UNICODE_STRING wide;
  RtlInitUnicodeString(&wide, u"abc");
  EXPECT_EQ(wide.Length, 6);
  EXPECT_EQ(wide.MaximumLength, 8);
  RtlInitUnicodeString(&wide, nullptr);
  EXPECT_EQ(wide.Length, 0);
  EXPECT_EQ(wide.Buffer, nullptr);
  const std::u16string long_text(40'000, u'x');
  RtlInitUnicodeString(&wide, long_text.c_str());
  EXPECT_EQ(wide.Length, 0xfffc);
  EXPECT_EQ(wide.MaximumLength, 0xfffe);
  EXPECT_EQ(RtlInitUnicodeStringEx(&wide, long_text.c_str()), STATUS_NAME_TOO_LONG);
  EXPECT_EQ(RtlInitUnicodeStringEx(&wide, std::u16string(32'766, u'x').c_str()), STATUS_SUCCESS);
  const std::string narrow_text(70'000, 'x');
  ANSI_STRING narrow;
  RtlInitAnsiString(&narrow, narrow_text.c_str());
  EXPECT_EQ(narrow.Length, 0xfffe);
  EXPECT_EQ(RtlInitAnsiStringEx(&narrow, narrow_text.c_str()), STATUS_NAME_TOO_LONG);
}

TEST_F(StringTest, CopyAndAppend) {
  char16_t buffer[4];
  UNICODE_STRING to{0, sizeof(buffer), buffer};
  UNICODE_STRING from = Us(u"abcdef");
  RtlCopyUnicodeString(&to, &from);
  EXPECT_EQ(Text(to), u"abcd");
  RtlCopyUnicodeString(&to, nullptr);
  EXPECT_EQ(to.Length, 0);
  EXPECT_EQ(RtlAppendUnicodeToString(&to, u"ab"), STATUS_SUCCESS);
  EXPECT_EQ(buffer[2], 0);
  EXPECT_EQ(RtlAppendUnicodeToString(&to, u"cde"), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(Text(to), u"ab");
  from = Us(u"yz");
  EXPECT_EQ(RtlAppendUnicodeStringToString(&to, &from), STATUS_SUCCESS);
  EXPECT_EQ(Text(to), u"abyz");
  const std::u16string huge(40'000, u'x');
  EXPECT_EQ(RtlAppendUnicodeToString(&to, huge.c_str()), STATUS_BUFFER_TOO_SMALL);
}

TEST_F(StringTest, Compare) {
  UNICODE_STRING a = Us(u"Straße");
  UNICODE_STRING b = Us(u"sTRAßE");
  EXPECT_TRUE(RtlEqualUnicodeString(&a, &b, TRUE));
  EXPECT_FALSE(RtlEqualUnicodeString(&a, &b, FALSE));
  EXPECT_LT(RtlCompareUnicodeString(&a, &b, FALSE), 0);
  UNICODE_STRING prefix = Us(u"STRA");
  EXPECT_TRUE(RtlPrefixUnicodeString(&prefix, &a, TRUE));
  EXPECT_FALSE(RtlPrefixUnicodeString(&prefix, &a, FALSE));
  EXPECT_FALSE(RtlPrefixUnicodeString(&a, &prefix, TRUE));
  EXPECT_LT(RtlCompareUnicodeString(&prefix, &a, TRUE), 0);
  UNICODE_STRING suffix = Us(u"ße");
  EXPECT_TRUE(RtlSuffixUnicodeString(&suffix, &a, FALSE));
  ULONG one = 0;
  ULONG two = 0;
  EXPECT_EQ(RtlHashUnicodeString(&a, TRUE, HASH_STRING_ALGORITHM_X65599, &one), STATUS_SUCCESS);
  EXPECT_EQ(RtlHashUnicodeString(&b, TRUE, HASH_STRING_ALGORITHM_DEFAULT, &two), STATUS_SUCCESS);
  EXPECT_EQ(one, two);
  EXPECT_EQ(RtlHashUnicodeString(&a, TRUE, 7, &one), STATUS_INVALID_PARAMETER);
  USHORT position = 0;
  UNICODE_STRING path = Us(u"a\\b\\c");
  UNICODE_STRING set = Us(u"\\/");
  EXPECT_EQ(RtlFindCharInUnicodeString(0, &path, &set, &position), STATUS_SUCCESS);
  EXPECT_EQ(position, 4);
  EXPECT_EQ(RtlFindCharInUnicodeString(RTL_FIND_CHAR_IN_UNICODE_STRING_START_AT_END, &path, &set, &position),
            STATUS_SUCCESS);
  EXPECT_EQ(position, 6);
  set = Us(u"x");
  EXPECT_EQ(RtlFindCharInUnicodeString(0, &path, &set, &position), STATUS_NOT_FOUND);
}

TEST_F(StringTest, CaseIsTheOneTableBothWays) {
  for (unsigned unit = 0; unit < 0x10000; ++unit) {
    const auto character = static_cast<char16_t>(unit);
    ASSERT_EQ(RtlUpcaseUnicodeChar(character), rtl::Upcase(character)) << unit;
    const char16_t lower = RtlDowncaseUnicodeChar(character);
    if (lower != character) {
      ASSERT_EQ(RtlUpcaseUnicodeChar(lower), character) << unit;
    }
    const char16_t upper = RtlUpcaseUnicodeChar(character);
    if (upper != character && unit != 0x3c2) {
      ASSERT_EQ(RtlDowncaseUnicodeChar(upper), character) << unit;
    }
  }
  UNICODE_STRING from = Us(u"Grüße Ωμ");
  UNICODE_STRING to{};
  EXPECT_EQ(RtlUpcaseUnicodeString(&to, &from, TRUE), STATUS_SUCCESS);
  EXPECT_EQ(Text(to), u"GRÜßE ΩΜ");
  EXPECT_EQ(RtlDowncaseUnicodeString(&to, &from, FALSE), STATUS_SUCCESS);
  EXPECT_EQ(Text(to), u"grüße ωμ");
  to.MaximumLength = 4;
  EXPECT_EQ(RtlUpcaseUnicodeString(&to, &from, FALSE), STATUS_BUFFER_OVERFLOW);
  to.MaximumLength = 16;
  RtlFreeUnicodeString(&to);
}

TEST_F(StringTest, AllocatedStrings) {
  UNICODE_STRING made{};
  EXPECT_TRUE(RtlCreateUnicodeString(&made, u"text"));
  UNICODE_STRING copy{};
  EXPECT_EQ(RtlDuplicateUnicodeString(1, &made, &copy), STATUS_SUCCESS);
  EXPECT_EQ(copy.MaximumLength, 10);
  EXPECT_EQ(copy.Buffer[4], 0);
  RtlFreeUnicodeString(&copy);
  EXPECT_EQ(copy.Buffer, nullptr);
  EXPECT_EQ(RtlDuplicateUnicodeString(2, &made, &copy), STATUS_INVALID_PARAMETER);
  const UNICODE_STRING empty{};
  EXPECT_EQ(RtlDuplicateUnicodeString(1, &empty, &copy), STATUS_SUCCESS);
  EXPECT_EQ(copy.Buffer, nullptr);
  EXPECT_EQ(RtlDuplicateUnicodeString(3, &empty, &copy), STATUS_SUCCESS);
  EXPECT_NE(copy.Buffer, nullptr);
  RtlFreeUnicodeString(&copy);
  RtlFreeUnicodeString(&made);
  EXPECT_TRUE(RtlCreateUnicodeStringFromAsciiz(&made, "gr\xc3\xbc\xc3\x9f"));
  EXPECT_EQ(Text(made), u"grüß");
  RtlFreeUnicodeString(&made);
  EXPECT_FALSE(RtlCreateUnicodeString(&made, std::u16string(40'000, u'x').c_str()));
  UNICODE_STRING odd{3, 4, const_cast<char16_t *>(u"ab")};
  EXPECT_EQ(RtlValidateUnicodeString(0, &odd), STATUS_INVALID_PARAMETER);
}

TEST_F(StringTest, Numbers) {
  const auto read = [](std::u16string_view text, ULONG base) {
    ULONG value = 0xbad;
    UNICODE_STRING string = Us(text);
    EXPECT_EQ(RtlUnicodeStringToInteger(&string, base, &value), STATUS_SUCCESS);
    return value;
  };
  EXPECT_EQ(read(u" 42", 0), 42u);
  EXPECT_EQ(read(u"-1", 10), 0xffffffffu);
  EXPECT_EQ(read(u"0x1F", 0), 0x1fu);
  EXPECT_EQ(read(u"0o17", 0), 15u);
  EXPECT_EQ(read(u"0b101", 0), 5u);
  EXPECT_EQ(read(u"017", 0), 17u);
  EXPECT_EQ(read(u"0", 0), 0u);
  EXPECT_EQ(read(u"ffz", 16), 255u);
  EXPECT_EQ(read(u"", 10), 0u);
  ULONG value = 0;
  UNICODE_STRING text = Us(u"1");
  EXPECT_EQ(RtlUnicodeStringToInteger(&text, 7, &value), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlCharToInteger("+12x", 10, &value), STATUS_SUCCESS);
  EXPECT_EQ(value, 12u);
  EXPECT_EQ(RtlCharToInteger("1", 10, nullptr), STATUS_ACCESS_VIOLATION);
  char16_t buffer[12];
  UNICODE_STRING out{0, sizeof(buffer), buffer};
  EXPECT_EQ(RtlIntegerToUnicodeString(0xBEEF, 16, &out), STATUS_SUCCESS);
  EXPECT_EQ(Text(out), u"BEEF");
  EXPECT_EQ(RtlIntegerToUnicodeString(0xffffffff, 0, &out), STATUS_SUCCESS);
  EXPECT_EQ(Text(out), u"4294967295");
  EXPECT_EQ(RtlIntegerToUnicodeString(1, 3, &out), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlInt64ToUnicodeString(~0ull, 10, &out), STATUS_BUFFER_OVERFLOW);
  char narrow[8];
  EXPECT_EQ(RtlIntegerToChar(255, 2, 8, narrow), STATUS_SUCCESS);
  EXPECT_EQ(std::string(narrow, 8), "11111111");
  EXPECT_EQ(RtlIntegerToChar(256, 2, 8, narrow), STATUS_BUFFER_OVERFLOW);
}

TEST_F(StringTest, Guids) {
  GUID guid{};
  UNICODE_STRING text = Us(u"{00112233-4455-6677-8899-aAbBcCdDeEfF}");
  EXPECT_EQ(RtlGUIDFromString(&text, &guid), STATUS_SUCCESS);
  EXPECT_EQ(guid.Data1, 0x00112233u);
  EXPECT_EQ(guid.Data3, 0x6677);
  EXPECT_EQ(guid.Data4[7], 0xff);
  UNICODE_STRING back{};
  EXPECT_EQ(RtlStringFromGUID(&guid, &back), STATUS_SUCCESS);
  EXPECT_EQ(Text(back), u"{00112233-4455-6677-8899-AABBCCDDEEFF}");
  RtlFreeUnicodeString(&back);
  for (const char16_t *bad : {u"", u"{00112233-4455-6677-8899-aAbBcCdDeEf}", u"{0011223g-4455-6677-8899-aabbccddeeff}",
                              u"(00112233-4455-6677-8899-aabbccddeeff}"}) {
    text = Us(bad);
    EXPECT_EQ(RtlGUIDFromString(&text, &guid), STATUS_INVALID_PARAMETER);
  }
}

TEST_F(StringTest, Utf8BothWays) {
  const char utf8[] = "a\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80";
  const std::u16string_view utf16 = u"aä€\U0001F600";
  char16_t wide[16];
  ULONG length = 0;
  EXPECT_EQ(RtlUTF8ToUnicodeN(wide, sizeof(wide), &length, utf8, sizeof(utf8) - 1), STATUS_SUCCESS);
  EXPECT_EQ(std::u16string_view(wide, length / 2), utf16);
  char narrow[16];
  EXPECT_EQ(RtlUnicodeToUTF8N(narrow, sizeof(narrow), &length, utf16.data(), static_cast<ULONG>(utf16.size() * 2)),
            STATUS_SUCCESS);
  EXPECT_EQ(std::string(narrow, length), utf8);
  EXPECT_EQ(RtlUTF8ToUnicodeN(nullptr, 0, &length, utf8, sizeof(utf8) - 1), STATUS_SUCCESS);
  EXPECT_EQ(length, 10u);
  EXPECT_EQ(RtlUTF8ToUnicodeN(wide, 9, &length, utf8, sizeof(utf8) - 1), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, 6u);
  EXPECT_EQ(RtlUTF8ToUnicodeN(wide, sizeof(wide), &length, "a\xff\xe2\x82z\xed\xa0\x80", 8), STATUS_SOME_NOT_MAPPED);
  EXPECT_EQ(std::u16string(wide, length / 2), u"a\xfffd\xfffdz\xfffd\xfffd\xfffd");
  const char16_t lone[] = {u'a', 0xd800, u'b'};
  EXPECT_EQ(RtlUnicodeToUTF8N(narrow, sizeof(narrow), &length, lone, 6), STATUS_SOME_NOT_MAPPED);
  EXPECT_EQ(std::string(narrow, length),
            "a\xef\xbf\xbd"
            "b");
  EXPECT_EQ(RtlUTF8ToUnicodeN(wide, sizeof(wide), nullptr, utf8, 1), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlUTF8ToUnicodeN(wide, sizeof(wide), &length, nullptr, 1), STATUS_INVALID_PARAMETER_4);
  EXPECT_EQ(RtlUnicodeToUTF8N(narrow, sizeof(narrow), &length, lone, 3), STATUS_INVALID_PARAMETER_5);
}

TEST_F(StringTest, EveryCharacterSurvivesUtf8) {
  for (uint32_t character = 1; character < 0x110000; ++character) {
    if (character >= 0xd800 && character < 0xe000) {
      continue;
    }
    char16_t wide[2];
    ULONG size = 2;
    wide[0] = static_cast<char16_t>(character);
    if (character >= 0x10000) {
      wide[0] = static_cast<char16_t>(0xd7c0 + (character >> 10));
      wide[1] = static_cast<char16_t>(0xdc00 + (character & 0x3ff));
      size = 4;
    }
    char narrow[4];
    ULONG length = 0;
    ASSERT_EQ(RtlUnicodeToUTF8N(narrow, sizeof(narrow), &length, wide, size), STATUS_SUCCESS);
    char16_t back[2];
    ULONG back_size = 0;
    ASSERT_EQ(RtlUTF8ToUnicodeN(back, sizeof(back), &back_size, narrow, length), STATUS_SUCCESS);
    ASSERT_EQ(back_size, size);
    ASSERT_EQ(memcmp(back, wide, size), 0);
  }
}

TEST_F(StringTest, CountedConversions) {
  ANSI_STRING ansi;
  RtlInitAnsiString(&ansi, "d\xc3\xa9j\xc3\xa0");
  UNICODE_STRING wide{};
  EXPECT_EQ(RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE), STATUS_SUCCESS);
  EXPECT_EQ(Text(wide), u"déjà");
  EXPECT_EQ(RtlUnicodeStringToAnsiSize(&wide), 7u);
  char buffer[6];
  ANSI_STRING back{0, sizeof(buffer), buffer};
  EXPECT_EQ(RtlUnicodeStringToAnsiString(&back, &wide, FALSE), STATUS_BUFFER_OVERFLOW);
  EXPECT_EQ(std::string(buffer), "d\xc3\xa9j");  // never half a character
  OEM_STRING oem{};
  EXPECT_EQ(RtlUpcaseUnicodeStringToOemString(&oem, &wide, TRUE), STATUS_SUCCESS);
  EXPECT_EQ(std::string(oem.Buffer), "D\xc3\x89J\xc3\x80");
  RtlFreeOemString(&oem);
  RtlFreeUnicodeString(&wide);
  const std::string huge(65'535, 'x');
  ansi = {65'535, 65'535, const_cast<char *>(huge.data())};
  EXPECT_EQ(RtlAnsiStringToUnicodeString(&wide, &ansi, TRUE), STATUS_INVALID_PARAMETER_2);
}

TEST(StatusToError, KnowsTheCommonOnes) {
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_SUCCESS), 0u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_OBJECT_NAME_NOT_FOUND), 2u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_OBJECT_PATH_NOT_FOUND), 3u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_ACCESS_DENIED), 5u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_INVALID_HANDLE), 6u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_SHARING_VIOLATION), 32u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_BUFFER_TOO_SMALL), 122u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(STATUS_PENDING), 997u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(static_cast<NTSTATUS>(0xC0070057)), 87u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(static_cast<NTSTATUS>(0xE0001234)), 0xE0001234u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(static_cast<NTSTATUS>(0xC0009999)), 317u);
  EXPECT_EQ(RtlNtStatusToDosErrorNoTeb(static_cast<NTSTATUS>(0xD0000022)), 5u);
}

}  // namespace
