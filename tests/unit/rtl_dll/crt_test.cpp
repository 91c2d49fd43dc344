#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "crt/text.hpp"

using ntcrt::kEinval;
using ntcrt::kErange;

extern "C" {
int nt__snprintf(char *buffer, size_t count, const char *format, ...);
int nt__snwprintf(char16_t *buffer, size_t count, const char16_t *format, ...);
int nt__scprintf(const char *format, ...);
int nt_sprintf_s(char *buffer, size_t size, const char *format, ...);
int nt__snprintf_s(char *buffer, size_t size, size_t limit, const char *format, ...);
int32_t nt_strtol(const char *text, char **end, int base);
uint32_t nt_strtoul(const char *text, char **end, int base);
int64_t nt__strtoi64(const char *text, char **end, int base);
int32_t nt_wcstol(const char16_t *text, char16_t **end, int base);
char *nt__itoa(int value, char *buffer, int radix);
char16_t *nt__ui64tow(uint64_t value, char16_t *buffer, int radix);
void nt_qsort(void *base, size_t count, size_t size, int (*compare)(const void *, const void *));
void *nt_bsearch(const void *key, const void *base, size_t count, size_t size,
                 int (*compare)(const void *, const void *));
int nt__wcsicmp(const char16_t *left, const char16_t *right);
int nt__wcsnicmp(const char16_t *left, const char16_t *right, size_t limit);
char16_t *nt_wcsstr(const char16_t *text, const char16_t *part);
char16_t *nt_wcspbrk(const char16_t *text, const char16_t *set);
char16_t *nt_wcstok_s(char16_t *text, const char16_t *delimiters, char16_t **context);
int nt_wcscpy_s(char16_t *to, size_t size, const char16_t *from);
int nt_strcat_s(char *to, size_t size, const char *from);
char *nt_strncpy(char *to, const char *from, size_t size);
int nt_isalpha(int c);
int nt_isspace(int c);
int nt_ispunct(int c);
int nt_iscntrl(int c);
int nt_isxdigit(int c);
int nt_tolower(int c);
char16_t nt_towupper(char16_t c);
}

namespace {

template <typename... Arguments>
void Same(const char *format, Arguments... arguments) {
  char expected[3000];
  char actual[3000];
  const int expected_length = snprintf(expected, sizeof(expected), format, arguments...);
  const int length = nt__snprintf(actual, sizeof(actual), format, arguments...);
  EXPECT_EQ(length, expected_length) << format;
  EXPECT_STREQ(actual, expected) << format;
}

TEST(Printf, IntegersAsTheHost) {
  for (const char *format :
       {"%d",   "%5d", "%-5d|", "%05d", "%+d", "% d",  "%.3d",   "%8.3d", "%-8.3d|", "%+.0d", "%08.3d", "%hd",
        "%hhd", "%u",  "%x",    "%#x",  "%#X", "%08x", "%#010x", "%o",    "%#o",     "%.0u",  "%#.0o"}) {
    for (int value : {0, 1, -1, 42, -42, 123456, -123456, INT32_MAX, INT32_MIN}) {
      Same(format, value);
    }
  }
  for (long long value : {0ll, -1ll, 1ll << 40, __LONG_LONG_MAX__, -__LONG_LONG_MAX__ - 1}) {
    Same("%lld %llu %llx", value, value, value);
  }
  Same("%zu %td", size_t{17}, ptrdiff_t{-17});
  Same("%*d|%-*d|%.*d", 6, 42, 6, 42, 4, 42);
  Same("%*d|", -6, 42);
  Same("100%% %c%c", 'a', 'b');
}

TEST(Printf, StringsAndWidths) {
  Same("%s|%10s|%-10s|%.2s|%10.2s", "abc", "abc", "abc", "abc", "abc");
  char buffer[64];
  EXPECT_EQ(nt__snprintf(buffer, sizeof(buffer), "%s", static_cast<const char *>(nullptr)), 6);
  EXPECT_STREQ(buffer, "(null)");
  nt__snprintf(buffer, sizeof(buffer), "%S|%ws|%ls|%hs", u"größe", u"x", u"y", "z");
  EXPECT_STREQ(buffer,
               "gr\xc3\xb6\xc3\x9f"
               "e|x|y|z");
  nt__snprintf(buffer, sizeof(buffer), "%.3S|", u"aöß");
  EXPECT_STREQ(buffer, "a\xc3\xb6|");
  struct Counted {
    uint16_t length;
    uint16_t maximum;
    const void *text;
  };
  const Counted ansi{3, 3, "abcdef"};
  const Counted wide{6, 6, u"uvwxyz"};
  nt__snprintf(buffer, sizeof(buffer), "%Z|%wZ|%8wZ", &ansi, &wide, &wide);
  EXPECT_STREQ(buffer, "abc|uvw|     uvw");
  nt__snprintf(buffer, sizeof(buffer), "%p %I64d %I32u %Ix", reinterpret_cast<void *>(0xabcull), -5ll, 7u, size_t{255});
  EXPECT_STREQ(buffer, "0000000000000ABC -5 7 ff");
  char16_t out[64];
  EXPECT_EQ(nt__snwprintf(out, 64, u"%s %S %hs %d %c", u"wide", "n\xc3\xa4rrow", "h", -3, u'ß'), 18);
  EXPECT_EQ(std::u16string(out), u"wide närrow h -3 ß");
}

TEST(Printf, BuffersAndRefusals) {
  char buffer[8];
  memset(buffer, '#', sizeof(buffer));
  EXPECT_EQ(nt__snprintf(buffer, 4, "abc"), 3);
  EXPECT_STREQ(buffer, "abc");
  EXPECT_EQ(nt__snprintf(buffer, 3, "abc"), 3);
  EXPECT_EQ(nt__snprintf(buffer, 2, "xyz"), -1);
  EXPECT_EQ(memcmp(buffer, "xyc", 3), 0);
  EXPECT_EQ(nt__snprintf(nullptr, 0, "%d", 12345), 5);
  EXPECT_EQ(nt__scprintf("%100d", 1), 100);
  int count = 0;
  EXPECT_EQ(nt__snprintf(buffer, sizeof(buffer), "a%n", &count), -1);
  EXPECT_EQ(count, 0);
  EXPECT_EQ(nt_sprintf_s(buffer, 4, "abcd"), -1);
  EXPECT_STREQ(buffer, "");
  EXPECT_EQ(nt_sprintf_s(buffer, 5, "abcd"), 4);
  EXPECT_EQ(nt__snprintf_s(buffer, 4, SIZE_MAX, "abcdef"), -1);
  EXPECT_STREQ(buffer, "abc");
  EXPECT_EQ(nt__snprintf_s(buffer, 8, 2, "abcdef"), -1);
  EXPECT_STREQ(buffer, "ab");
  EXPECT_EQ(nt__snprintf(buffer, sizeof(buffer), "%2147483647d%2147483647d", 1, 2), -1);
  EXPECT_EQ(nt__snprintf(buffer, sizeof(buffer), "%.99999999999999d", 1), -1);
}

TEST(Printf, FloatsAsTheHost) {
  std::mt19937_64 random(3);
  const char *const formats[] = {"%f",  "%.0f", "%.3f",  "%#.0f", "%20.10f", "%-20.2f|", "%020.2f",
                                 "%+f", "%e",   "%.0e",  "%.17e", "%E",      "%g",       "%.3g",
                                 "%#g", "%G",   "%.17g", "%.40f", "%.0g",    "%10.4g"};
  std::vector<double> values = {0.0,
                                -0.0,
                                1.0,
                                -1.0,
                                0.5,
                                1.5,
                                2.5,
                                0.1,
                                9.995,
                                9.9999e9,
                                1e15,
                                1e16,
                                1e21,
                                123456789.0,
                                0.0001,
                                0.00001,
                                5e-324,
                                2.2250738585072014e-308,
                                1.7976931348623157e308,
                                1e100,
                                1e-100};
  for (int i = 0; i < 1'500; ++i) {
    const double value = std::bit_cast<double>(random());
    if (__builtin_isfinite(value)) {
      values.push_back(value);
    }
    values.push_back(static_cast<double>(static_cast<int64_t>(random() % 2'000'000) - 1'000'000) / 1000);
  }
  for (const double value : values) {
    for (const char *format : formats) {
      Same(format, value);
    }
  }
  Same("%f %F %e %g %10f|%-10f|", __builtin_inf(), __builtin_inf(), -__builtin_inf(), __builtin_inf(), __builtin_inf(),
       __builtin_inf());
  Same("%.1500f", 1e-300);
  Same("%.1000e", 1.0 / 3);
  Same("%.3a %.0a %A", 1.0, 1.5, 0x1.fffffffffffffp+1023);
}

TEST(Convert, TextToNumbers) {
  char *end = nullptr;
  EXPECT_EQ(nt_strtol("  -42x", &end, 10), -42);
  EXPECT_STREQ(end, "x");
  EXPECT_EQ(nt_strtol("0x7fffffffff", &end, 0), INT32_MAX);
  EXPECT_STREQ(end, "");
  EXPECT_EQ(nt_strtol("-2147483648", &end, 10), INT32_MIN);
  EXPECT_EQ(nt_strtol("-99999999999999999999999", &end, 10), INT32_MIN);
  EXPECT_EQ(nt_strtol("0x", &end, 0), 0);
  EXPECT_STREQ(end, "x");
  const char *none = "zz";
  EXPECT_EQ(nt_strtol(none, &end, 10), 0);
  EXPECT_EQ(end, none);
  EXPECT_EQ(nt_strtol("077", nullptr, 0), 63);
  EXPECT_EQ(nt_strtol("z", nullptr, 36), 35);
  EXPECT_EQ(nt_strtoul("4294967296", nullptr, 10), UINT32_MAX);
  EXPECT_EQ(nt_strtoul("-1", nullptr, 10), UINT32_MAX);
  EXPECT_EQ(nt__strtoi64("9223372036854775808", nullptr, 10), INT64_MAX);
  char16_t *wide_end = nullptr;
  EXPECT_EQ(nt_wcstol(u"+12 ", &wide_end, 10), 12);
  EXPECT_EQ(*wide_end, u' ');
  char buffer[40];
  EXPECT_STREQ(nt__itoa(INT32_MIN, buffer, 10), "-2147483648");
  EXPECT_STREQ(nt__itoa(-1, buffer, 16), "ffffffff");
  char16_t wide[70];
  EXPECT_EQ(std::u16string(nt__ui64tow(UINT64_MAX, wide, 2)), std::u16string(64, u'1'));
}

TEST(Text, Functions) {
  EXPECT_EQ(nt__wcsicmp(u"Abc", u"aBC"), 0);
  EXPECT_LT(nt__wcsicmp(u"ab", u"abc"), 0);
  EXPECT_EQ(nt__wcsnicmp(u"ABx", u"aby", 2), 0);
  const char16_t *text = u"hello world";
  EXPECT_EQ(nt_wcsstr(text, u"wor"), text + 6);
  EXPECT_EQ(nt_wcsstr(text, u"xyz"), nullptr);
  EXPECT_EQ(nt_wcspbrk(text, u"ow"), text + 4);
  EXPECT_EQ(nt_wcspbrk(text, u"z"), nullptr);
  char16_t tokens[] = u",a,,b";
  char16_t *context = nullptr;
  EXPECT_EQ(std::u16string(nt_wcstok_s(tokens, u",", &context)), u"a");
  EXPECT_EQ(std::u16string(nt_wcstok_s(nullptr, u",", &context)), u"b");
  EXPECT_EQ(nt_wcstok_s(nullptr, u",", &context), nullptr);
  char16_t small[3];
  EXPECT_EQ(nt_wcscpy_s(small, 3, u"ab"), 0);
  EXPECT_EQ(nt_wcscpy_s(small, 3, u"abc"), kErange);
  EXPECT_EQ(small[0], 0);
  EXPECT_EQ(nt_wcscpy_s(small, 3, nullptr), kEinval);
  char narrow[6] = "ab";
  EXPECT_EQ(nt_strcat_s(narrow, 6, "cde"), 0);
  EXPECT_STREQ(narrow, "abcde");
  EXPECT_EQ(nt_strcat_s(narrow, 6, "f"), kErange);
  char padded[5] = {'#', '#', '#', '#', '#'};
  nt_strncpy(padded, "a", 4);
  EXPECT_EQ(memcmp(padded, "a\0\0\0#", 5), 0);
}

TEST(Ctype, AsTheHostsCLocale) {
  for (int c = 0; c < 128; ++c) {
    EXPECT_EQ(nt_isalpha(c) != 0, isalpha(c) != 0);
    EXPECT_EQ(nt_isspace(c) != 0, isspace(c) != 0);
    EXPECT_EQ(nt_ispunct(c) != 0, ispunct(c) != 0);
    EXPECT_EQ(nt_iscntrl(c) != 0, iscntrl(c) != 0);
    EXPECT_EQ(nt_isxdigit(c) != 0, isxdigit(c) != 0);
    EXPECT_EQ(nt_tolower(c), tolower(c));
  }
  EXPECT_EQ(nt_towupper(u'ä'), u'Ä');
}

TEST(Sort, SortsAndFinds) {
  std::mt19937 random(9);
  const auto compare = [](const void *left, const void *right) {
    const int a = *static_cast<const int *>(left);
    const int b = *static_cast<const int *>(right);
    return a < b ? -1 : a > b ? 1 : 0;
  };
  for (size_t size : {size_t{0}, size_t{1}, size_t{2}, size_t{17}, size_t{1000}}) {
    std::vector<int> values(size);
    for (int &value : values) {
      value = static_cast<int>(random() % 500);
    }
    std::vector<int> expected = values;
    std::sort(expected.begin(), expected.end());
    nt_qsort(values.data(), values.size(), sizeof(int), compare);
    EXPECT_EQ(values, expected);
    for (int key = 0; key < 500; ++key) {
      const auto *found = static_cast<int *>(nt_bsearch(&key, values.data(), values.size(), sizeof(int), compare));
      ASSERT_EQ(found != nullptr, std::binary_search(expected.begin(), expected.end(), key));
      ASSERT_TRUE(found == nullptr || *found == key);
    }
  }
}

}  // namespace
