#include "probe.hpp"

#include <native/console.hpp>
#include <native/program.hpp>
#include <native/status.hpp>

namespace {

using native::String;
namespace console = native::console;

void PrintArguments(const native::Vector<String> &arguments) {
  for (const String &argument : arguments) {
    console::Print("[{}]\n", argument);
  }
}

// The clock as a program sees it: two reads of each source, 100 ms apart.
void PrintTimes() {
  for (int round = 0; round < 2; ++round) {
    LARGE_INTEGER now{};
    LARGE_INTEGER counter{};
    LARGE_INTEGER frequency{};
    NtQuerySystemTime(&now);
    NtQueryPerformanceCounter(&counter, &frequency);
    console::Print("time {} counter {} frequency {}\n", now.QuadPart, counter.QuadPart, frequency.QuadPart);
    LARGE_INTEGER delay{};
    delay.QuadPart = -1'000'000;
    console::Print("delay {}\n", native::StatusText(NtDelayExecution(FALSE, &delay)));
  }
}

// Commits and touches MIB mebibytes, checks them, and gives them back.
NTSTATUS UseMemory(unsigned long long mebibytes) {
  PVOID base = nullptr;
  SIZE_T size = mebibytes << 20;
  NTSTATUS status =
      NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  auto *words = static_cast<volatile unsigned long long *>(base);
  constexpr SIZE_T kStep = 4096 / sizeof(unsigned long long);
  const SIZE_T pages = size / 4096;
  for (SIZE_T i = 0; i < pages; ++i) {
    if (words[i * kStep] != 0) {
      return STATUS_DATA_ERROR;  // not zeroed
    }
    words[i * kStep] = i + 1;
  }
  for (SIZE_T i = 0; i < pages; ++i) {
    if (words[i * kStep] != i + 1) {
      return STATUS_DATA_ERROR;
    }
  }
  size = 0;
  return NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
}

}  // namespace

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  const std::string_view word = arguments.size() > 1 ? std::string_view(arguments[1]) : "args";
  const std::string_view value = arguments.size() > 2 ? std::string_view(arguments[2]) : "";
  if (word == "args") {
    PrintArguments(arguments);
    return STATUS_SUCCESS;
  }
  if (word == "exit") {
    unsigned long long status = 0;
    return ParseNumber(value, status) ? static_cast<NTSTATUS>(status) : STATUS_INVALID_PARAMETER;
  }
  if (word == "memory") {
    unsigned long long mebibytes = 0;
    return ParseNumber(value, mebibytes) ? UseMemory(mebibytes) : STATUS_INVALID_PARAMETER;
  }
  if (word == "calls") {
    probe::BadCalls();
    return STATUS_SUCCESS;
  }
  if (word == "times") {
    PrintTimes();
    return STATUS_SUCCESS;
  }
  if (word == "fault" || word == "catch") {
    console::Flush();
    return probe::Fault(value, word == "catch") ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
  }
  console::Print("probe: unknown word {}\n", word);
  return STATUS_INVALID_PARAMETER;
}
