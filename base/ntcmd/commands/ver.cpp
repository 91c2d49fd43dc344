#include <nt/nt_services.h>

#include <native/console.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Ver(const Context &context) {
  if (!context.arguments.empty()) {
    return Usage(context);
  }
  const PEB &peb = *NtCurrentPeb();
  native::console::Print("Neptune OS [Version {}.{}.{}]\n", peb.OSMajorVersion, peb.OSMinorVersion, peb.OSBuildNumber);
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kVer{"ver", "", "Shows the version of the system.", "", Ver};

}  // namespace ntcmd
