#include <nt/nt_services.h>

#include <native/console.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Exit(const Context &context) {
  unsigned long long code = STATUS_SUCCESS;
  if (context.arguments.size() > 1 ||
      (context.arguments.size() == 1 && (!native::ParseNumber(context.arguments[0], code) || code > MAXULONG))) {
    return Usage(context);
  }
  context.shell.Leave(static_cast<NTSTATUS>(code));
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kExit{"exit", "[CODE]", "Ends the shell.",
                              "CODE is its exit status, decimal or with 0x. The session manager starts a new shell.\n",
                              Exit};

}  // namespace ntcmd
