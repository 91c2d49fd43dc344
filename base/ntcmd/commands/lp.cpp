#include <native/console.hpp>

#include "commands.hpp"
#include "system_info.hpp"

namespace ntcmd {
namespace {

NTSTATUS Lp(const Context &context) {
  namespace console = native::console;
  if (!context.arguments.empty()) {
    return Usage(context);
  }
  const Result<native::Vector<ProcessInfo>> processes = QueryProcesses();
  if (!processes) {
    return Report(context, processes.error().Code());
  }
  console::Write("    PID  Parent Threads Handles Private KiB Working KiB     CPU time Name\n");
  for (const ProcessInfo &process : *processes) {
    console::Print("{:7} {:7} {:7} {:7} {:11,} {:11,} {:>12} {}\n", process.id, process.parent, process.threads,
                   process.handles, process.private_bytes / 1024, process.working_set / 1024,
                   Duration(process.cpu_time), process.name);
  }
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kLp{"lp", "", "Lists the processes.",
                            "Memory: what only this process uses, and what of it is resident.\n", Lp};

}  // namespace ntcmd
