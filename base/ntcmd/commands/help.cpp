#include <nt/nt_services.h>

#include <native/console.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Help(const Context &context) {
  namespace console = native::console;
  if (context.arguments.size() > 1) {
    return Usage(context);
  }
  if (context.arguments.empty()) {
    for (const Command *command : Commands()) {
      console::Print("{:10} {}\n", command->name, command->summary);
    }
    console::Write("Any other word runs a program: from the current directory or along PATH.\n");
    return STATUS_SUCCESS;
  }
  const Command *command = FindCommand(context.arguments[0]);
  if (command == nullptr) {
    return Report(context, STATUS_NOT_FOUND, context.arguments[0]);
  }
  console::Print("{}{}{}\n{}\n{}", command->name, command->synopsis.empty() ? "" : " ", command->synopsis,
                 command->summary, command->details);
  return STATUS_SUCCESS;
}

}  // namespace

constinit const Command kHelp{"help", "[COMMAND]", "Lists the commands, or explains one.", "", Help};

}  // namespace ntcmd
