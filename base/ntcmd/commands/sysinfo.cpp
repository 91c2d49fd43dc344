#include <native/console.hpp>

#include "commands.hpp"
#include "system_info.hpp"

namespace ntcmd {
namespace {

namespace console = native::console;

void PrintTime(std::string_view label, LONGLONG time) {
  LARGE_INTEGER value;
  value.QuadPart = time;
  TIME_FIELDS fields{};
  RtlTimeToTimeFields(&value, &fields);
  console::Print("{:18} {:04}-{:02}-{:02} {:02}:{:02}:{:02}\n", label, fields.Year, fields.Month, fields.Day,
                 fields.Hour, fields.Minute, fields.Second);
}

Result<void> Print() {
  const auto basic = TRY(QuerySystem<SYSTEM_BASIC_INFORMATION>(SystemBasicInformation));
  const auto performance = TRY(QuerySystem<SYSTEM_PERFORMANCE_INFORMATION>(SystemPerformanceInformation));
  const auto time = TRY(QuerySystem<SYSTEM_TIMEOFDAY_INFORMATION>(SystemTimeOfDayInformation));
  const native::Vector<ProcessInfo> processes = TRY(QueryProcesses());
  unsigned long long threads = 0;
  unsigned long long handles = 0;
  for (const ProcessInfo &process : processes) {
    threads += process.threads;
    handles += process.handles;
  }
  const auto kibibytes = [&](unsigned long long pages) { return pages * basic.PageSize / 1024; };
  const PEB &peb = *NtCurrentPeb();
  console::Print("{:18} Neptune OS {}.{}\n", "Version", peb.OSMajorVersion, peb.OSMinorVersion);
  console::Print("{:18} {}\n", "Build", peb.OSBuildNumber);
  console::Print("{:18} {}\n", "Processors", static_cast<int>(basic.NumberOfProcessors));
  console::Print("{:18} {} bytes\n", "Page size", basic.PageSize);
  console::Print("{:18} {:,} KiB\n", "Memory total", kibibytes(basic.NumberOfPhysicalPages));
  console::Print("{:18} {:,} KiB\n", "Memory free", kibibytes(performance.AvailablePages));
  console::Print("{:18} {:,} KiB\n", "Memory committed", kibibytes(performance.CommittedPages));
  console::Print("{:18} {}\n", "Processes", processes.size());
  console::Print("{:18} {}\n", "Threads", threads);
  console::Print("{:18} {}\n", "Handles", handles);
  PrintTime("Boot time (UTC)", time.BootTime.QuadPart);
  PrintTime("Time (UTC)", time.CurrentTime.QuadPart);
  console::Print("{:18} {}\n", "Uptime", Duration(time.CurrentTime.QuadPart - time.BootTime.QuadPart));
  return {};
}

NTSTATUS Sysinfo(const Context &context) {
  if (!context.arguments.empty()) {
    return Usage(context);
  }
  const Result<void> printed = Print();
  return printed ? STATUS_SUCCESS : Report(context, printed.error().Code());
}

}  // namespace

constinit const Command kSysinfo{"sysinfo", "", "Shows version, memory, uptime and counts.", "", Sysinfo};

}  // namespace ntcmd
