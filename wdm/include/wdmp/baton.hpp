#pragma once
// The baton loop: what the one thread of a host does that runs everything from PASSIVE_LEVEL to DISPATCH_LEVEL.

#include <wdm/host.h>

namespace ke {

/// The area that is shared with the Executive and what WdmAttachHost said.
host::Area &SharedArea();
const WDM_HOST_INFO &HostInfo();

/// Something was posted for the Executive: it is rung before the baton sleeps, at the latest after a few more turns of
/// the loop; from the interrupt thread when its turn is over. IRQL <= DISPATCH_LEVEL.
void RingExecutiveLater();

/// The same, at once.
void RingExecutive();

/// True on the interrupt thread.
bool OnInterruptThread();

/// Command::kStop: the process ends when the fibers that are ready have run. No return when called in a fiber.
[[noreturn]] void StopHost();

/// Prints one line on the debug output (WdmDebugPrint). Any IRQL.
void Print(const char *text);

}  // namespace ke
