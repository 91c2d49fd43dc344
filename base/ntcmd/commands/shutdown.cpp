#include "power.hpp"

#include "commands.hpp"

namespace ntcmd {
namespace {

NTSTATUS Shutdown(const Context &context) { return EndSystem(context, ShutdownPowerOff); }

}  // namespace

constinit const Command kShutdown{"shutdown", "", "Ends the system and switches the machine off.", "", Shutdown};

}  // namespace ntcmd
