#pragma once

#include <nt/nt_services.h>

#include "../shell.hpp"

namespace ntcmd {

// What shutdown and reboot do: NtShutdownSystem, which returns only when it failed.
NTSTATUS EndSystem(const Context &context, SHUTDOWN_ACTION action);

}  // namespace ntcmd
