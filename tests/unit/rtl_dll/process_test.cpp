#include <gtest/gtest.h>
#include <nt/ntrtl_process.h>

#include "fake_nt.hpp"

namespace {

using fake::Text;
using fake::Us;

class EnvironmentTest : public testing::Test {
 protected:
  void SetUp() override { fake::Reset(); }

  static std::u16string Get(PVOID environment, std::u16string_view name) {
    char16_t buffer[64];
    UNICODE_STRING value{0, sizeof(buffer), buffer};
    UNICODE_STRING key = Us(name);
    const NTSTATUS status = RtlQueryEnvironmentVariable_U(environment, &key, &value);
    return status == STATUS_SUCCESS ? Text(value)
                                    : u"<" + std::u16string(1, status == STATUS_VARIABLE_NOT_FOUND ? u'-' : u'!');
  }
  static NTSTATUS Set(PVOID *environment, std::u16string_view name, std::u16string_view value) {
    UNICODE_STRING key = Us(name);
    UNICODE_STRING text = Us(value);
    return RtlSetEnvironmentVariable(environment, &key, &text);
  }
};

TEST_F(EnvironmentTest, SetsReplacesAndDeletes) {
  PVOID block = nullptr;
  ASSERT_EQ(RtlCreateEnvironment(FALSE, &block), STATUS_SUCCESS);
  EXPECT_EQ(Set(&block, u"path", u"X:\\bin"), STATUS_SUCCESS);
  EXPECT_EQ(Set(&block, u"Alpha", u"1"), STATUS_SUCCESS);
  EXPECT_EQ(Set(&block, u"=C:", u"C:\\x"), STATUS_SUCCESS);
  EXPECT_EQ(Set(&block, u"zeta", u""), STATUS_SUCCESS);
  EXPECT_EQ(Get(block, u"PATH"), u"X:\\bin");
  EXPECT_EQ(Get(block, u"=c:"), u"C:\\x");
  EXPECT_EQ(Get(block, u"zeta"), u"");
  EXPECT_EQ(Get(block, u"alp"), u"<-");
  EXPECT_EQ(Set(&block, u"PATH", u"longer value than before"), STATUS_SUCCESS);
  EXPECT_EQ(Get(block, u"path"), u"longer value than before");
  const std::u16string expected(u"=C:=C:\\x\0Alpha=1\0PATH=longer value than before\0zeta=\0", 53);
  EXPECT_EQ(std::u16string(static_cast<char16_t *>(block), expected.size()), expected);
  UNICODE_STRING name = Us(u"alpha");
  EXPECT_EQ(RtlSetEnvironmentVariable(&block, &name, nullptr), STATUS_SUCCESS);
  EXPECT_EQ(RtlSetEnvironmentVariable(&block, &name, nullptr), STATUS_VARIABLE_NOT_FOUND);
  EXPECT_EQ(Get(block, u"Alpha"), u"<-");
  EXPECT_EQ(Set(&block, u"", u"x"), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Set(&block, u"a=b", u"x"), STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlDestroyEnvironment(block), STATUS_SUCCESS);
}

TEST_F(EnvironmentTest, TheProcessesOwn) {
  fake::SetEnvironment(u"A=1\0B=2\0");
  EXPECT_EQ(Get(nullptr, u"b"), u"2");
  EXPECT_EQ(Set(nullptr, u"C", u"3"), STATUS_SUCCESS);
  EXPECT_EQ(Set(nullptr, u"C", u"4"), STATUS_SUCCESS);
  EXPECT_EQ(Get(nullptr, u"c"), u"4");
  PVOID copy = nullptr;
  EXPECT_EQ(RtlCreateEnvironment(TRUE, &copy), STATUS_SUCCESS);
  EXPECT_EQ(Get(copy, u"a"), u"1");
  PVOID old = nullptr;
  EXPECT_EQ(RtlSetCurrentEnvironment(copy, &old), STATUS_SUCCESS);
  RtlDestroyEnvironment(old);
  EXPECT_EQ(Get(nullptr, u"c"), u"4");
}

TEST_F(EnvironmentTest, QueriesWithSmallBuffers) {
  fake::SetEnvironment(u"NAME=value\0");
  char16_t buffer[8];
  UNICODE_STRING name = Us(u"name");
  UNICODE_STRING value{0, 8, buffer};
  EXPECT_EQ(RtlQueryEnvironmentVariable_U(nullptr, &name, &value), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(value.Length, 10);
  value.MaximumLength = 10;
  EXPECT_EQ(RtlQueryEnvironmentVariable_U(nullptr, &name, &value), STATUS_SUCCESS);
  SIZE_T length = 0;
  EXPECT_EQ(RtlQueryEnvironmentVariable(nullptr, u"NAME", 4, buffer, 5, &length), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, 6u);
  EXPECT_EQ(RtlQueryEnvironmentVariable(nullptr, u"NAME", 4, buffer, 6, &length), STATUS_SUCCESS);
  EXPECT_EQ(length, 5u);
}

TEST_F(EnvironmentTest, Expands) {
  fake::SetEnvironment(u"A=one\0LONG=0123456789\0");
  char16_t buffer[32];
  UNICODE_STRING source = Us(u"%A%-%b%-100%-%long%%");
  UNICODE_STRING to{0, sizeof(buffer), buffer};
  ULONG length = 0;
  EXPECT_EQ(RtlExpandEnvironmentStrings_U(nullptr, &source, &to, &length), STATUS_SUCCESS);
  EXPECT_EQ(Text(to), u"one-%b%-100%-0123456789%");
  EXPECT_EQ(length, to.Length + 2u);
  to.MaximumLength = to.Length;
  EXPECT_EQ(RtlExpandEnvironmentStrings_U(nullptr, &source, &to, &length), STATUS_BUFFER_TOO_SMALL);
  EXPECT_EQ(length, to.Length + 2u);
}

TEST(ProcessParameters, HaveAllStringsAndTheEnvironment) {
  fake::Reset();
  fake::SetDirectory(u"X:\\dir\\");
  fake::SetEnvironment(u"A=1\0B=2\0");
  UNICODE_STRING image = Us(u"X:\\bin\\a.exe");
  UNICODE_STRING title = Us(u"Title");
  PRTL_USER_PROCESS_PARAMETERS made = nullptr;
  ASSERT_EQ(RtlCreateProcessParametersEx(&made, &image, nullptr, nullptr, nullptr, nullptr, &title, nullptr, nullptr,
                                         nullptr, RTL_USER_PROC_PARAMS_NORMALIZED),
            STATUS_SUCCESS);
  EXPECT_EQ(Text(made->ImagePathName), u"X:\\bin\\a.exe");
  EXPECT_EQ(Text(made->CommandLine), u"X:\\bin\\a.exe");
  EXPECT_EQ(Text(made->CurrentDirectory.DosPath), u"X:\\dir\\");
  EXPECT_EQ(made->CurrentDirectory.DosPath.MaximumLength, 0x208);
  EXPECT_EQ(Text(made->WindowTitle), u"Title");
  EXPECT_EQ(made->EnvironmentSize, 18u);
  EXPECT_EQ(memcmp(made->Environment, u"A=1\0B=2\0", 18), 0);
  RtlDeNormalizeProcessParams(made);
  EXPECT_LT(reinterpret_cast<uintptr_t>(made->CommandLine.Buffer), made->Length);
  RtlNormalizeProcessParams(RtlNormalizeProcessParams(made));
  EXPECT_EQ(Text(made->CommandLine), u"X:\\bin\\a.exe");

  RTL_USER_PROCESS_INFORMATION information;
  EXPECT_EQ(RtlCreateUserProcess(&image, 0, made, nullptr, nullptr, nullptr, FALSE, nullptr, nullptr, &information),
            STATUS_SUCCESS);
  EXPECT_EQ(fake::created_image, u"X:\\bin\\a.exe");
  EXPECT_EQ(fake::created_attributes, 3u);
  EXPECT_EQ(RtlDestroyProcessParameters(made), STATUS_SUCCESS);

  // A longest command line, and one that cannot be.
  const std::u16string text(32'766, u'c');
  UNICODE_STRING line = Us(text);
  ASSERT_EQ(
      RtlCreateProcessParameters(&made, &image, nullptr, nullptr, &line, nullptr, nullptr, nullptr, nullptr, nullptr),
      STATUS_SUCCESS);
  EXPECT_EQ(made->Flags & RTL_USER_PROC_PARAMS_NORMALIZED, 0u);
  RtlDestroyProcessParameters(made);
  line.Length = 65'534;
  EXPECT_EQ(
      RtlCreateProcessParameters(&made, &image, nullptr, nullptr, &line, nullptr, nullptr, nullptr, nullptr, nullptr),
      STATUS_INVALID_PARAMETER);
  EXPECT_EQ(RtlCreateProcessParametersEx(&made, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr,
                                         nullptr, 0),
            STATUS_INVALID_PARAMETER);
}

}  // namespace
