#pragma once
// One-shot alarms for the dispatcher's deadlines, and the clock tick while programs run.

#include <rtl/result.hpp>

#include <cap/cap.hpp>

namespace svc {

// STATUS_NOT_FOUND when the machine has no timer we know.
Result<void> InitialiseTimer(cap::Cap<cap::Notification> notification);
// Before the loop waits: makes sure that an interrupt comes in time for the next deadline.
void ArmTimer();
// The alarm rang.
void TimerInterrupt();

}  // namespace svc
