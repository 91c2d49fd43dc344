#include "commands.hpp"

namespace ntcmd {
namespace {

constexpr const Command *kCommands[] = {&kHelp,   &kVer, &kDir,      &kCd,     &kPwd, &kType,    &kEcho,
                                        &kCls,    &kSet, &kLp,       &kLm,     &kObj, &kSysinfo, &kDevTree,
                                        &kDriver, &kReg, &kShutdown, &kReboot, &kExit};

}  // namespace

std::span<const Command *const> Commands() { return kCommands; }

const Command *FindCommand(std::string_view name) {
  for (const Command *command : kCommands) {
    if (native::EqualIgnoringCase(name, command->name)) {
      return command;
    }
  }
  return nullptr;
}

}  // namespace ntcmd
