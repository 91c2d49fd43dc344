// umtests.exe [NAME...]: runs the tests whose names begin with one of the words, or all.
#include <native/console.hpp>
#include <native/program.hpp>
#include <native/status.hpp>

#include "umtests.hpp"

namespace umtests {
namespace {

namespace console = native::console;

bool failed = false;
native::String failure;

bool Selected(std::string_view name, const native::Vector<native::String> &arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    if (native::StartsWithIgnoringCase(name, arguments[i])) {
      return true;
    }
  }
  return arguments.size() <= 1;
}

bool Run(const Test &test) {
  failed = false;
  failure.clear();
  test.run();
  if (failed) {
    console::Print("FAIL {}: {}\n", test.name, failure);
  } else {
    console::Print("ok {}\n", test.name);
  }
  console::Flush();  // a test that kills the program must not take the others' lines along
  return !failed;
}

}  // namespace

void NoteFailure(std::string_view file, int line, std::string_view text) {
  if (!failed) {
    failed = true;
    failure = native::Format("{}:{} {}", file, line, text);
  }
}

bool CheckStatus(NTSTATUS actual, NTSTATUS expected, std::string_view file, int line, std::string_view text) {
  if (actual != expected) {
    NoteFailure(file, line,
                native::Format("{}: {}, not {}", text, native::StatusText(actual), native::StatusText(expected)));
  }
  return actual == expected;
}

native::Handle StartThread(PUSER_THREAD_START_ROUTINE routine, PVOID parameter, bool suspended) {
  native::Handle thread;
  const NTSTATUS status =
      NtCreateThreadEx(thread.Out(), THREAD_ALL_ACCESS, nullptr, NtCurrentProcess(), reinterpret_cast<PVOID>(routine),
                       parameter, suspended ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED : 0, 0, 0, 0, nullptr);
  CheckStatus(status, STATUS_SUCCESS, __FILE__, __LINE__, "NtCreateThreadEx");
  return thread;
}

LARGE_INTEGER Milliseconds(LONGLONG count) {
  LARGE_INTEGER time;
  time.QuadPart = -count * kMillisecond;
  return time;
}

LONGLONG Now() {
  LARGE_INTEGER time{};
  NtQuerySystemTime(&time);
  return time.QuadPart;
}

}  // namespace umtests

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  using namespace umtests;
  const std::span<const Test> files[] = {
      kHandleTests,   kEventTests,   kSynchronisationTests, kTimerTests,  kWaitTests,        kThreadTests,
      kMemoryTests,   kSectionTests, kDirectoryTests,       kDriverTests, kPlugAndPlayTests, kFileTests,
      kRegistryTests, kProcessTests, kPointerTests,         kSystemTests, kExceptionTests,   kRtlTests};
  unsigned passed = 0;
  unsigned failures = 0;
  for (const std::span<const Test> tests : files) {
    for (const Test &test : tests) {
      if (Selected(test.name, arguments)) {
        ++(Run(test) ? passed : failures);
      }
    }
  }
  console::Print("umtests: {} passed, {} failed\n", passed, failures);
  return static_cast<NTSTATUS>(failures);
}
