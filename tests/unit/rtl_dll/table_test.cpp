// Atoms, hashes, text detection, stacks.
#include <gtest/gtest.h>
#include <nt/ntrtl_atom.h>
#include <nt/ntrtl_process.h>
#include <nt/ntrtl_string.h>

#include <string>

#include "fake_nt.hpp"

extern "C" {
void MD4Init(void *context);
void MD4Update(void *context, const unsigned char *data, uint32_t size);
void MD4Final(void *context);
void MD5Init(void *context);
void MD5Update(void *context, const unsigned char *data, uint32_t size);
void MD5Final(void *context);
void A_SHAInit(void *context);
void A_SHAUpdate(void *context, const unsigned char *data, uint32_t size);
void A_SHAFinal(void *context, unsigned char *digest);
}

namespace {

std::string Hex(const unsigned char *bytes, size_t size) {
  std::string text;
  for (size_t i = 0; i < size; ++i) {
    text += "0123456789abcdef"[bytes[i] >> 4];
    text += "0123456789abcdef"[bytes[i] & 15];
  }
  return text;
}

template <typename Init, typename Update>
void Feed(void *context, const std::string &text, Init init, Update update) {
  init(context);
  // In odd pieces, to cross block borders every way.
  for (size_t at = 0, piece = 1; at < text.size(); at += piece, piece = piece * 3 % 61 + 1) {
    piece = std::min(piece, text.size() - at);
    update(context, reinterpret_cast<const unsigned char *>(text.data()) + at, static_cast<uint32_t>(piece));
  }
}

std::string Md4(const std::string &text) {
  uint32_t context[26];
  Feed(
      context, text, [](void *c) { MD4Init(c); },
      [](void *c, const unsigned char *data, uint32_t size) { MD4Update(c, data, size); });
  MD4Final(context);
  return Hex(reinterpret_cast<unsigned char *>(context) + 88, 16);
}

std::string Md5(const std::string &text) {
  uint32_t context[26];
  Feed(
      context, text, [](void *c) { MD5Init(c); },
      [](void *c, const unsigned char *data, uint32_t size) { MD5Update(c, data, size); });
  MD5Final(context);
  return Hex(reinterpret_cast<unsigned char *>(context) + 88, 16);
}

std::string Sha(const std::string &text) {
  uint32_t context[29];
  Feed(
      context, text, [](void *c) { A_SHAInit(c); },
      [](void *c, const unsigned char *data, uint32_t size) { A_SHAUpdate(c, data, size); });
  unsigned char digest[20];
  A_SHAFinal(context, digest);
  return Hex(digest, 20);
}

TEST(Hash, KnownAnswers) {
  const std::string digits = "12345678901234567890123456789012345678901234567890123456789012345678901234567890";
  EXPECT_EQ(Md4(""), "31d6cfe0d16ae931b73c59d7e0c089c0");
  EXPECT_EQ(Md4("abc"), "a448017aaf21d8525fc10ae87aa6729d");
  EXPECT_EQ(Md4(digits), "e33b4ddc9c38f2199c3e7b164fcc0536");
  EXPECT_EQ(Md5(""), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(Md5("message digest"), "f96b697d7cb7938d525a2f31aaf161d0");
  EXPECT_EQ(Md5(digits), "57edf4a22be3c955ac49da2e2107b67a");
  EXPECT_EQ(Sha(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
  EXPECT_EQ(Sha("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(Sha("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(Sha(std::string(1'000'000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
}

TEST(Atoms, CountNamesAndKnowNumbers) {
  fake::Reset();
  PVOID table = nullptr;
  ASSERT_EQ(RtlCreateAtomTable(0, &table), STATUS_SUCCESS);
  RTL_ATOM one = 0;
  RTL_ATOM two = 0;
  EXPECT_EQ(RtlAddAtomToAtomTable(table, u"Name", &one), STATUS_SUCCESS);
  EXPECT_EQ(RtlAddAtomToAtomTable(table, u"NAME", &two), STATUS_SUCCESS);
  EXPECT_EQ(one, two);
  EXPECT_GE(one, 0xc000);
  EXPECT_EQ(RtlLookupAtomInAtomTable(table, u"name", &two), STATUS_SUCCESS);
  EXPECT_EQ(RtlLookupAtomInAtomTable(table, u"other", &two), STATUS_OBJECT_NAME_NOT_FOUND);
  ULONG references = 0;
  ULONG pinned = 9;
  char16_t name[16];
  ULONG size = sizeof(name);
  EXPECT_EQ(RtlQueryAtomInAtomTable(table, one, &references, &pinned, name, &size), STATUS_SUCCESS);
  EXPECT_EQ(references, 2u);
  EXPECT_EQ(pinned, 0u);
  EXPECT_EQ(size, 8u);
  EXPECT_EQ(std::u16string(name), u"Name");
  EXPECT_EQ(RtlAddAtomToAtomTable(table, u"#0123", &two), STATUS_SUCCESS);
  EXPECT_EQ(two, 123);
  EXPECT_EQ(RtlAddAtomToAtomTable(table, u"#49152", &two), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlAddAtomToAtomTable(table, u"#12x", &two), STATUS_SUCCESS);
  EXPECT_EQ(RtlAddAtomToAtomTable(table, u"", &two), STATUS_OBJECT_NAME_INVALID);
  EXPECT_EQ(RtlAddAtomToAtomTable(table, std::u16string(256, u'x').c_str(), &two), STATUS_INVALID_PARAMETER);
  size = sizeof(name);
  EXPECT_EQ(RtlQueryAtomInAtomTable(table, 123, nullptr, nullptr, name, &size), STATUS_SUCCESS);
  EXPECT_EQ(std::u16string(name), u"#123");
  EXPECT_EQ(RtlDeleteAtomFromAtomTable(table, one), STATUS_SUCCESS);
  EXPECT_EQ(RtlDeleteAtomFromAtomTable(table, one), STATUS_SUCCESS);
  EXPECT_EQ(RtlDeleteAtomFromAtomTable(table, one), STATUS_INVALID_HANDLE);
  for (unsigned i = 0; i < 0x4000; ++i) {
    const std::u16string text = {u'a', static_cast<char16_t>(0x4e00 + i / 64), static_cast<char16_t>(0x4e00 + i % 64)};
    const NTSTATUS status = RtlAddAtomToAtomTable(table, text.c_str(), &two);
    ASSERT_EQ(status, i < 0x3fff ? STATUS_SUCCESS : STATUS_NO_MEMORY) << i;  // "#12x" holds one place
  }
  EXPECT_EQ(RtlPinAtomInAtomTable(table, 0xc005), STATUS_SUCCESS);
  EXPECT_EQ(RtlDeleteAtomFromAtomTable(table, 0xc005), STATUS_WAS_LOCKED);
  EXPECT_EQ(RtlEmptyAtomTable(table, FALSE), STATUS_SUCCESS);
  EXPECT_EQ(RtlQueryAtomInAtomTable(table, 0xc006, nullptr, nullptr, nullptr, nullptr), STATUS_INVALID_HANDLE);
  EXPECT_EQ(RtlDestroyAtomTable(table), STATUS_SUCCESS);
}

TEST(TextDetection, Common) {
  int tests = ~0;
  const std::u16string_view wide = u"A plain English text.";
  EXPECT_TRUE(RtlIsTextUnicode(wide.data(), static_cast<int>(wide.size() * 2), &tests));
  EXPECT_NE(tests & IS_TEXT_UNICODE_ASCII16, 0);
  const char narrow[] = "A plain English text, in bytes.";
  EXPECT_FALSE(RtlIsTextUnicode(narrow, sizeof(narrow) - 1, nullptr));
  tests = IS_TEXT_UNICODE_SIGNATURE;
  EXPECT_TRUE(RtlIsTextUnicode("\xff\xfe", 2, &tests));
  EXPECT_EQ(tests, IS_TEXT_UNICODE_SIGNATURE);
  EXPECT_FALSE(RtlIsTextUnicode("a", 1, nullptr));
}

TEST(UserStack, ReservesAndFrees) {
  fake::Reset();
  const size_t before = fake::ReservedBytes();
  INITIAL_TEB teb{};
  ASSERT_EQ(RtlCreateUserStack(0x3000, 0x20000, 0, 0x1000, 0x10000, &teb), STATUS_SUCCESS);
  EXPECT_EQ(static_cast<char *>(teb.StackBase) - static_cast<char *>(teb.StackAllocationBase), 0x20000);
  EXPECT_EQ(static_cast<char *>(teb.StackBase) - static_cast<char *>(teb.StackLimit), 0x3000);
  memset(teb.StackLimit, 1, 0x3000);
  RtlFreeUserStack(teb.StackAllocationBase);
  EXPECT_EQ(fake::ReservedBytes(), before);
  EXPECT_EQ(RtlCreateUserStack(1, 1, 0, 0, 0x10000, &teb), STATUS_INVALID_PARAMETER);
}

}  // namespace
