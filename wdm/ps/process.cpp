// Processes and threads as drivers ask for them.

#include <wdmp/process.hpp>

#include <nt/nt_services.h>

#include <wdmp/pool.hpp>

namespace wdm {
namespace {

// Process ids are multiples of 4 below 2^28: they fit between this and the end of the address space.
#if NT_64BIT
constexpr uintptr_t kFirst = 0xFFFF'E000'0000'0000;
constexpr uintptr_t kLast = kFirst + 0xFFFF'FFF0;
#else
constexpr uintptr_t kFirst = 0xE000'0000;
constexpr uintptr_t kLast = kFirst + 0x0FFF'FFFF;
#endif

}  // namespace

PEPROCESS ProcessOf(uint32_t id) { return reinterpret_cast<PEPROCESS>(kFirst + id); }

bool IsProcess(const void *object) {
  const auto address = reinterpret_cast<uintptr_t>(object);
  return address >= kFirst && address <= kLast;
}

uint32_t ProcessIdOf(const void *process) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(process) - kFirst);
}

}  // namespace wdm

extern "C" {

// The requestor's process in a dispatch routine, otherwise the host.
PEPROCESS NTAPI PsGetCurrentProcess(VOID) { return wdm::ProcessOf(HandleToUlong(PsGetCurrentProcessId())); }

HANDLE NTAPI PsGetProcessId(PEPROCESS Process) { return UlongToHandle(wdm::ProcessIdOf(Process)); }

// Threads of a host belong to what they work for.
HANDLE NTAPI PsGetThreadProcessId(PETHREAD Thread) {
  return Thread == PsGetCurrentThread() ? PsGetCurrentProcessId() : NtCurrentTeb()->ClientId.UniqueProcess;
}

PEPROCESS NTAPI PsGetThreadProcess(PETHREAD Thread) {
  return wdm::ProcessOf(HandleToUlong(PsGetThreadProcessId(Thread)));
}

// STATUS_INVALID_CID: there is no such process. A host may not open processes, so it looks through the list of all.
NTSTATUS NTAPI PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process) {
  constexpr ULONG kLargest = 0x40'0000;
  NTSTATUS status = STATUS_INFO_LENGTH_MISMATCH;
  char *list = nullptr;
  for (ULONG size = 0x8000; status == STATUS_INFO_LENGTH_MISMATCH && size <= kLargest; size *= 2) {
    if (list != nullptr) {
      wdm::PoolFree(list);
    }
    list = static_cast<char *>(wdm::PoolAllocate(size, wdm::PoolTag("PsLk")));
    if (list == nullptr) {
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    status = NtQuerySystemInformation(SystemProcessInformation, list, size, nullptr);
  }
  bool found = false;
  if (NT_SUCCESS(status)) {
    const auto *entry = reinterpret_cast<const SYSTEM_PROCESS_INFORMATION *>(list);
    while (entry->UniqueProcessId != ProcessId && entry->NextEntryOffset != 0) {
      entry = reinterpret_cast<const SYSTEM_PROCESS_INFORMATION *>(reinterpret_cast<const char *>(entry) +
                                                                   entry->NextEntryOffset);
    }
    found = entry->UniqueProcessId == ProcessId;
    status = found ? STATUS_SUCCESS : STATUS_INVALID_CID;
  }
  wdm::PoolFree(list);
  if (found) {
    *Process = wdm::ProcessOf(HandleToUlong(ProcessId));
  }
  return status;
}

// learn.microsoft.com, "PsGetVersion": obsolete. TRUE for a checked build.
BOOLEAN NTAPI PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber, PUNICODE_STRING CSDVersion) {
  RTL_OSVERSIONINFOW version = {};
  version.dwOSVersionInfoSize = sizeof(version);
  RtlGetVersion(&version);
  if (MajorVersion != nullptr) {
    *MajorVersion = version.dwMajorVersion;
  }
  if (MinorVersion != nullptr) {
    *MinorVersion = version.dwMinorVersion;
  }
  if (BuildNumber != nullptr) {
    *BuildNumber = version.dwBuildNumber;
  }
  if (CSDVersion != nullptr) {
    *CSDVersion = {};
  }
  return FALSE;
}

// Nobody counts disk transfers per process: drivers ask first and then need not call the second one.
BOOLEAN NTAPI PsIsDiskCountersEnabled(VOID) { return FALSE; }

VOID NTAPI PsUpdateDiskCounters(PEPROCESS Process, ULONG64 BytesRead, ULONG64 BytesWritten, ULONG ReadOperationCount,
                                ULONG WriteOperationCount, ULONG FlushOperationCount) {
  (void)Process;
  (void)BytesRead;
  (void)BytesWritten;
  (void)ReadOperationCount;
  (void)WriteOperationCount;
  (void)FlushOperationCount;
}

}  // extern "C"
