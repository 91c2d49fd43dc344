#pragma once
// The root watchdog: a second thread of the Executive, above everything else. It receives the Executive's own faults
// and, while programs run, looks whether the Executive still turns. It stops the system with a sentence, and then
// resets the machine.

#include <rtl/result.hpp>

namespace svc {

// STATUS_INSUFFICIENT_RESOURCES.
Result<void> StartWatchdog();

}  // namespace svc
