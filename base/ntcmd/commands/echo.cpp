#include <nt/nt_services.h>

#include <native/console.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Echo(const Context &context) {
  native::console::Write(context.tail);
  native::console::Write("\n");
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kEcho{"echo", "[TEXT]", "Shows text.",
                              "TEXT is shown as it is written; %NAME% is the value of a variable.\n", Echo};

}  // namespace ntcmd
