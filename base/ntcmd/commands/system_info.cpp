#include "system_info.hpp"

#include <native/format.hpp>
#include <native/utf.hpp>

namespace ntcmd {
namespace {

using native::Vector;

// The list as the service gives it; it grows between two calls, hence the loop.
Result<Vector<ULONGLONG>> QueryList() {
  ULONG size = 16384;
  for (;;) {
    Vector<ULONGLONG> buffer(size / sizeof(ULONGLONG));
    ULONG needed = 0;
    const NTSTATUS status = NtQuerySystemInformation(SystemProcessInformation, buffer.data(), size, &needed);
    if (NT_SUCCESS(status)) {
      return buffer;
    }
    if (status != STATUS_INFO_LENGTH_MISMATCH || size > 0x4000000) {
      return Fail(status);
    }
    size = (needed > size ? needed : size * 2) / 4096 * 4096 + 4096;
  }
}

ProcessInfo Convert(const SYSTEM_PROCESS_INFORMATION &entry) {
  const auto id = reinterpret_cast<ULONG_PTR>(entry.UniqueProcessId);
  native::String name = native::ToUtf8(entry.ImageName.Buffer, entry.ImageName.Length / sizeof(WCHAR));
  if (name.empty()) {
    name = id == 0 ? "Idle" : "System";
  }
  return {id,
          reinterpret_cast<ULONG_PTR>(entry.InheritedFromUniqueProcessId),
          entry.NumberOfThreads,
          entry.HandleCount,
          entry.PrivatePageCount,
          entry.WorkingSetSize,
          entry.KernelTime.QuadPart + entry.UserTime.QuadPart,
          std::move(name)};
}

}  // namespace

Result<Vector<ProcessInfo>> QueryProcesses() {
  const Vector<ULONGLONG> list = TRY(QueryList());
  const auto *bytes = reinterpret_cast<const char *>(list.data());
  const std::size_t size = list.size() * sizeof(ULONGLONG);
  Vector<ProcessInfo> processes;
  for (std::size_t offset = 0; offset + offsetof(SYSTEM_PROCESS_INFORMATION, Threads) <= size;) {
    const auto &entry = *reinterpret_cast<const SYSTEM_PROCESS_INFORMATION *>(bytes + offset);
    processes.push_back(Convert(entry));
    if (entry.NextEntryOffset == 0) {
      break;
    }
    offset += entry.NextEntryOffset;
  }
  return processes;
}

native::String Duration(LONGLONG time) {
  const LONGLONG milliseconds = time / 10000;
  const LONGLONG seconds = milliseconds / 1000;
  return native::Format("{}:{:02}:{:02}.{:03}", seconds / 3600, seconds / 60 % 60, seconds % 60, milliseconds % 1000);
}

}  // namespace ntcmd
