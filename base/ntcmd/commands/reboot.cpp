#include "power.hpp"

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Reboot(const Context &context) { return EndSystem(context, ShutdownReboot); }

}  // namespace

constinit const Command kReboot{"reboot", "", "Ends the system and starts the machine again.", "", Reboot};

}  // namespace ntcmd
