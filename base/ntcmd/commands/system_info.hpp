#pragma once
// NtQuerySystemInformation for lp, lm and sysinfo.

#include <nt/nt_services.h>

#include <native/string.hpp>
#include <rtl/result.hpp>

namespace ntcmd {

// Fills a structure of fixed size.
template <typename T>
Result<T> QuerySystem(SYSTEM_INFORMATION_CLASS information_class) {
  T information{};
  const NTSTATUS status = NtQuerySystemInformation(information_class, &information, sizeof information, nullptr);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return information;
}

// One process of the list.
struct ProcessInfo {
  unsigned long long id;
  unsigned long long parent;
  ULONG threads;
  ULONG handles;
  SIZE_T private_bytes;
  SIZE_T working_set;
  LONGLONG cpu_time;  // 100 ns
  native::String name;
};

Result<native::Vector<ProcessInfo>> QueryProcesses();

// A span of time as h:mm:ss.mmm.
native::String Duration(LONGLONG time);

}  // namespace ntcmd
