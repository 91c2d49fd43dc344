#include "power.hpp"

#include <native/console.hpp>

namespace ntcmd {

NTSTATUS EndSystem(const Context &context, SHUTDOWN_ACTION action) {
  if (!context.arguments.empty()) {
    return Usage(context);
  }
  native::console::Flush();
  const NTSTATUS status = NtShutdownSystem(action);
  return NT_SUCCESS(status) ? status : Report(context, status);
}

}  // namespace ntcmd
