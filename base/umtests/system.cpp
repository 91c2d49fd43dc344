#include "umtests.hpp"

namespace umtests {
namespace {

void Basic() {
  SYSTEM_BASIC_INFORMATION basic{};
  ULONG size = 0;
  CHECK_SUCCESS(NtQuerySystemInformation(SystemBasicInformation, &basic, sizeof basic, &size));
  CHECK(size == sizeof basic);
  CHECK(basic.PageSize == 4096);
  CHECK(basic.AllocationGranularity == 0x10000);
  CHECK(basic.NumberOfProcessors == 1);
  CHECK(basic.NumberOfPhysicalPages > 1000);
  SYSTEM_PERFORMANCE_INFORMATION performance{};
  CHECK_SUCCESS(NtQuerySystemInformation(SystemPerformanceInformation, &performance, sizeof performance, nullptr));
  CHECK(performance.AvailablePages > 0 && performance.AvailablePages < basic.NumberOfPhysicalPages);
}

void Processes() {
  native::Vector<ULONGLONG> buffer(8192);
  const auto size = static_cast<ULONG>(buffer.size() * sizeof(ULONGLONG));
  CHECK_SUCCESS(NtQuerySystemInformation(SystemProcessInformation, buffer.data(), size, nullptr));
  const auto *bytes = reinterpret_cast<const char *>(buffer.data());
  const HANDLE own = NtCurrentTeb()->ClientId.UniqueProcess;
  bool found = false;
  for (ULONG offset = 0;;) {
    const auto &entry = *reinterpret_cast<const SYSTEM_PROCESS_INFORMATION *>(bytes + offset);
    if (entry.UniqueProcessId == own) {
      found = true;
      CHECK(entry.NumberOfThreads >= 1);
      CHECK(entry.HandleCount >= 1);
      CHECK(entry.PrivatePageCount > 0);
    }
    if (entry.NextEntryOffset == 0) {
      break;
    }
    offset += entry.NextEntryOffset;
  }
  CHECK(found);
}

void Bad() {
  char byte = 0;
  CHECK_STATUS(NtQuerySystemInformation(static_cast<SYSTEM_INFORMATION_CLASS>(9999), &byte, 1, nullptr),
               STATUS_INVALID_INFO_CLASS);
  CHECK_STATUS(NtQuerySystemInformation(SystemBasicInformation, &byte, 1, nullptr), STATUS_INFO_LENGTH_MISMATCH);
  ULONG needed = 0;
  CHECK_STATUS(NtQuerySystemInformation(SystemProcessInformation, nullptr, 0, &needed), STATUS_INFO_LENGTH_MISMATCH);
  CHECK(needed >= 0x100);
}

void Time() {
  LARGE_INTEGER first{};
  LARGE_INTEGER second{};
  CHECK_SUCCESS(NtQuerySystemTime(&first));
  CHECK_SUCCESS(NtQuerySystemTime(&second));
  CHECK(second.QuadPart >= first.QuadPart);
  LARGE_INTEGER counter{};
  LARGE_INTEGER frequency{};
  CHECK_SUCCESS(NtQueryPerformanceCounter(&counter, &frequency));
  CHECK(counter.QuadPart > 0 && frequency.QuadPart > 0);
  LARGE_INTEGER later{};
  CHECK_SUCCESS(NtQueryPerformanceCounter(&later, nullptr));
  CHECK(later.QuadPart >= counter.QuadPart);
}

constexpr Test kTests[] = {
    {"system.basic", "NtQuerySystemInformation: SYSTEM_BASIC_INFORMATION", Basic},
    {"system.processes", "NtQuerySystemInformation: SYSTEM_PROCESS_INFORMATION", Processes},
    {"system.bad", "NtQuerySystemInformation: return values", Bad},
    {"system.time", "NtQuerySystemTime, QueryPerformanceCounter functions", Time},
};

}  // namespace

constinit const std::span<const Test> kSystemTests = kTests;

}  // namespace umtests
