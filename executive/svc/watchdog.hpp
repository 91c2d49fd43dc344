#pragma once
// The root watchdog: a second thread of the Executive, above everything else. It receives the Executive's own faults
// and, while programs run, looks once a second whether the Executive still turns. When it does not, the watchdog says
// so and stops the system (debug build) or resets the machine.

#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <atomic>
#include <cstdint>

namespace svc {

// STATUS_INSUFFICIENT_RESOURCES.
Result<void> StartWatchdog(cap::Cap<cap::Notification> executive_notification);

// Asks for a look in a second, unless one is asked for already. The watchdog goes on looking while the Executive works,
// and stops when it rests: an idle system has no watchdog interrupts.
void ArmWatchdog();

// How often the loop began to work; odd while it works.
extern std::atomic<std::uint64_t> watchdog_turns;
inline void WatchdogWork() {
  watchdog_turns.store(watchdog_turns.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}
inline void WatchdogRest() { WatchdogWork(); }

}  // namespace svc
