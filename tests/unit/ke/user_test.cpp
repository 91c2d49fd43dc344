// User memory: what ProbeForRead and ProbeForWrite promise, and copies that cross pages.
#include <support/executive.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory>
#include <vector>

namespace {

using ke::UserAddress;

constexpr std::size_t kPage = 4096;

class UserTest : public testing::Test {
 protected:
  UserTest() {
    for (std::size_t i = 0; i < 3 * kPage; i += 1) {
      base[i] = static_cast<std::byte>(i * 7 + i / 251);
    }
  }
  UserAddress Address(std::size_t offset) const { return reinterpret_cast<UserAddress>(base + offset); }
  UserPointer At(std::size_t offset) { return {&memory, Address(offset)}; }

  support::Memory memory;
  std::unique_ptr<std::byte[]> storage{new std::byte[4 * kPage]};
  std::byte *base =
      reinterpret_cast<std::byte *>((reinterpret_cast<std::uintptr_t>(storage.get()) + kPage - 1) & ~(kPage - 1));
};

TEST_F(UserTest, Ranges) {
  constexpr UserAddress kEnd = ke::kUserProbeAddress;
  EXPECT_TRUE(ke::CheckRange(0x10000, 1));
  EXPECT_TRUE(ke::CheckRange(kEnd - 8, 8));
  EXPECT_EQ(ToNtStatus(ke::CheckRange(kEnd - 8, 9)), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ToNtStatus(ke::CheckRange(kEnd, 1)), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ToNtStatus(ke::CheckRange(0xffff'8000'0000'0000, 1)), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ToNtStatus(ke::CheckRange(~UserAddress{0}, 1)), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ToNtStatus(ke::CheckRange(8, ~std::size_t{0})), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ToNtStatus(ke::CheckRange(0x10000, ~std::size_t{0} - 0xffff)), STATUS_ACCESS_VIOLATION);
  EXPECT_TRUE(ke::CheckRange(0xffff'8000'0000'0000, 0));
}

TEST_F(UserTest, KernelHalfIsRefusedByEveryCopy) {
  std::uint64_t value = 5;
  for (UserAddress bad : {ke::kUserProbeAddress, UserAddress{0xffff'8000'0000'0000}, ~UserAddress{0} - 3}) {
    EXPECT_EQ(ToNtStatus(ke::CopyFromUser(memory, &value, bad, sizeof(value))), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(ToNtStatus(ke::CopyToUser(memory, bad, &value, sizeof(value))), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(ToNtStatus(ke::FillUser(memory, bad, std::byte{1}, 8)), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(ToNtStatus(ke::ProbeUser(memory, bad, 8, true)), STATUS_ACCESS_VIOLATION);
    EXPECT_EQ(ToNtStatus(ke::ProbeUser(memory, bad, 8, false)), STATUS_ACCESS_VIOLATION);
  }
  EXPECT_EQ(value, 5u);
}

TEST_F(UserTest, CopiesAcrossPages) {
  for (std::size_t offset : {std::size_t{0}, std::size_t{1}, kPage - 1, kPage - 4, kPage, kPage + 5}) {
    for (std::size_t length : {std::size_t{0}, std::size_t{1}, std::size_t{8}, kPage, kPage + 1, 3 * kPage - offset}) {
      if (offset + length > 3 * kPage) {
        continue;
      }
      std::vector<std::byte> copy(length, std::byte{0});
      EXPECT_TRUE(ke::CopyFromUser(memory, copy.data(), Address(offset), length));
      EXPECT_EQ(length == 0 ? 0 : std::memcmp(copy.data(), base + offset, length), 0);
      for (std::byte &each : copy) {
        each = ~each;
      }
      EXPECT_TRUE(ke::CopyToUser(memory, Address(offset), copy.data(), length));
      EXPECT_EQ(length == 0 ? 0 : std::memcmp(copy.data(), base + offset, length), 0);
    }
  }
  EXPECT_TRUE(ke::FillUser(memory, Address(kPage - 2), std::byte{0xee}, 4));
  EXPECT_EQ(base[kPage - 2], std::byte{0xee});
  EXPECT_EQ(base[kPage + 1], std::byte{0xee});
  EXPECT_NE(base[kPage + 2], std::byte{0xee});
}

TEST_F(UserTest, ABadPageInTheMiddle) {
  std::array<std::byte, 3 * kPage> copy = {};
  memory.bad_page = Address(kPage);
  EXPECT_EQ(ToNtStatus(ke::CopyFromUser(memory, copy.data(), Address(0), 3 * kPage)), STATUS_ACCESS_VIOLATION);
  EXPECT_EQ(ToNtStatus(ke::CopyFromUser(memory, copy.data(), Address(kPage - 1), 2)), STATUS_ACCESS_VIOLATION);
  EXPECT_TRUE(ke::CopyFromUser(memory, copy.data(), Address(0), kPage));
  EXPECT_EQ(ToNtStatus(ke::ProbeUser(memory, Address(0), 3 * kPage, false)), STATUS_ACCESS_VIOLATION);
  EXPECT_TRUE(ke::ProbeUser(memory, Address(2 * kPage), kPage, true));
  memory.bad_page = 0;
  memory.read_only_page = Address(kPage);
  EXPECT_TRUE(ke::CopyFromUser(memory, copy.data(), Address(0), 3 * kPage));
  EXPECT_EQ(ToNtStatus(ke::ProbeUser(memory, Address(kPage - 1), 2, true)), STATUS_ACCESS_VIOLATION);
  EXPECT_TRUE(ke::ProbeUser(memory, Address(kPage - 1), 2, false));
  EXPECT_EQ(ToNtStatus(ke::CopyToUser(memory, Address(kPage), copy.data(), 1)), STATUS_ACCESS_VIOLATION);
}

TEST_F(UserTest, TypedPointers) {
  LARGE_INTEGER value = {};
  value.QuadPart = 0x1122334455667788;
  UserInOut<LARGE_INTEGER> both(At(kPage - 4));
  EXPECT_TRUE(both.Probe());
  EXPECT_TRUE(both.Write(value));
  EXPECT_EQ(both.Read()->QuadPart, value.QuadPart);
  EXPECT_EQ(UserIn<LARGE_INTEGER>(At(kPage - 4)).Read()->QuadPart, value.QuadPart);
  // Scalars may stand anywhere, structures not.
  EXPECT_TRUE(UserIn<ULONG>(At(3)).Read());
  EXPECT_EQ(UserIn<UNICODE_STRING>(At(2)).Read().error().Code(), STATUS_DATATYPE_MISALIGNMENT);
  EXPECT_EQ(ToNtStatus(UserOut<UNICODE_STRING>(At(2)).Probe()), STATUS_DATATYPE_MISALIGNMENT);
  EXPECT_TRUE(UserOut<ULONG>().WriteIfGiven(1));
  UserOut<ULONG> null(UserPointer{&memory, 0});
  EXPECT_FALSE(null);
  EXPECT_EQ(ToNtStatus(null.Write(1)), STATUS_ACCESS_VIOLATION);
  EXPECT_TRUE((At(16) + 8).address == Address(24));
}

TEST_F(UserTest, Strings) {
  constexpr std::u16string_view kText = u"\\SystemRoot";
  std::memcpy(base + kPage - 6, kText.data(), kText.size() * 2);
  UNICODE_STRING string = {.Length = kText.size() * 2,
                           .MaximumLength = kText.size() * 2,
                           .Buffer = reinterpret_cast<PWSTR>(base + kPage - 6)};
  Result<ke::CapturedString> captured = ke::CapturedString::Create(memory, string);
  ASSERT_TRUE(captured);
  EXPECT_EQ(captured->View(), kText);
  base[kPage] = std::byte{0};  // what the program does later does not matter
  EXPECT_EQ(captured->View(), kText);
  ke::CapturedString moved = std::move(*captured);
  EXPECT_EQ(moved.View(), kText);
  string.Length = 0;
  string.Buffer = reinterpret_cast<PWSTR>(3);
  EXPECT_TRUE(ke::CapturedString::Create(memory, string)->View().empty());
  string.Length = 4;
  EXPECT_EQ(ke::CapturedString::Create(memory, string).error().Code(), STATUS_DATATYPE_MISALIGNMENT);
  string.Buffer = reinterpret_cast<PWSTR>(ke::kUserProbeAddress - 2);
  EXPECT_EQ(ke::CapturedString::Create(memory, string).error().Code(), STATUS_ACCESS_VIOLATION);
  string.Buffer = reinterpret_cast<PWSTR>(base);
  support::FailAllocationsAfter(0);
  Result<ke::CapturedString> none = ke::CapturedString::Create(memory, string);
  support::FailAllocationsAfter(-1);
  EXPECT_EQ(none.error().Code(), STATUS_INSUFFICIENT_RESOURCES);
  std::memcpy(base + 64, &string, sizeof(string));
  EXPECT_EQ(ke::CapturedString::Create(UserIn<UNICODE_STRING>(At(64)))->View().size(), 2u);
  EXPECT_EQ(ke::CapturedString::Create(UserIn<UNICODE_STRING>(UserPointer{&memory, 0})).error().Code(),
            STATUS_ACCESS_VIOLATION);
}

}  // namespace
