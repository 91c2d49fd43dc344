#pragma once
// The frame of the tests: CHECK notes the first failure of a test and leaves the function.

#include <nt/nt_services.h>

#include <native/format.hpp>
#include <native/handle.hpp>
#include <span>

namespace umtests {

// One test. `source` is the public document whose promise it checks; short names: "ZwX" and "NtX" are the pages of
// that name on learn.microsoft.com, "DDI" its driver kit's header documentation.
struct Test {
  std::string_view name;
  std::string_view source;
  void (*run)();
};

// The tests of each file.
extern const std::span<const Test> kDirectoryTests;
extern const std::span<const Test> kDriverTests;
extern const std::span<const Test> kEventTests;
extern const std::span<const Test> kExceptionTests;
extern const std::span<const Test> kFileTests;
extern const std::span<const Test> kHandleTests;
extern const std::span<const Test> kMemoryTests;
extern const std::span<const Test> kPlugAndPlayTests;
extern const std::span<const Test> kPointerTests;
extern const std::span<const Test> kProcessTests;
extern const std::span<const Test> kRegistryTests;
extern const std::span<const Test> kRtlTests;
extern const std::span<const Test> kSectionTests;
extern const std::span<const Test> kSynchronisationTests;
extern const std::span<const Test> kSystemTests;
extern const std::span<const Test> kThreadTests;
extern const std::span<const Test> kTimerTests;
extern const std::span<const Test> kWaitTests;

// Notes a failure of the running test (the first one counts).
void NoteFailure(std::string_view file, int line, std::string_view text);
bool CheckStatus(NTSTATUS actual, NTSTATUS expected, std::string_view file, int line, std::string_view text);

// A thread of this process.
native::Handle StartThread(PUSER_THREAD_START_ROUTINE routine, PVOID parameter, bool suspended = false);

// Time-outs: relative milliseconds.
LARGE_INTEGER Milliseconds(LONGLONG count);
LONGLONG Now();  // 100 ns since 1601

inline constexpr LONGLONG kMillisecond = 10000;

// Attributes for an object name; the literal must outlive them.
class Named {
 public:
  explicit Named(const WCHAR *name, ULONG flags = OBJ_CASE_INSENSITIVE, HANDLE root = nullptr) {
    RtlInitUnicodeString(&name_, name);
    InitializeObjectAttributes(&attributes_, &name_, flags, root, nullptr);
  }
  Named(const Named &) = delete;
  POBJECT_ATTRIBUTES operator&() { return &attributes_; }

 private:
  UNICODE_STRING name_;
  OBJECT_ATTRIBUTES attributes_;
};

template <typename T>
T *At(ULONGLONG address) {
  return reinterpret_cast<T *>(address);
}

}  // namespace umtests

#define CHECK(condition)                                    \
  do {                                                      \
    if (!(condition)) {                                     \
      umtests::NoteFailure(__FILE__, __LINE__, #condition); \
      return;                                               \
    }                                                       \
  } while (false)

#define CHECK_STATUS(expression, expected)                                                  \
  do {                                                                                      \
    if (!umtests::CheckStatus((expression), (expected), __FILE__, __LINE__, #expression)) { \
      return;                                                                               \
    }                                                                                       \
  } while (false)

#define CHECK_SUCCESS(expression)                                                               \
  do {                                                                                          \
    if (!umtests::CheckStatus((expression), STATUS_SUCCESS, __FILE__, __LINE__, #expression)) { \
      return;                                                                                   \
    }                                                                                           \
  } while (false)
