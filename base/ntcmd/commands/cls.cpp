#include <nt/nt_services.h>

#include <native/console.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Cls(const Context &context) {
  if (!context.arguments.empty()) {
    return Usage(context);
  }
  native::console::Write("\x1b[H\x1b[2J");
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kCls{"cls", "", "Clears the screen.", "", Cls};

}  // namespace ntcmd
