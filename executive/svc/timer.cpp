#include "timer.hpp"

#include "watchdog.hpp"

#include <ke/clock.hpp>
#include <ke/hpet.hpp>
#include <ke/interrupts.hpp>
#include <ps/system_images.hpp>
#include <ps/thread.hpp>
#include <wdm/interrupt_threads.hpp>

#include <algorithm>

namespace svc {
namespace {

constinit ke::Interrupt interrupt;
constinit ke::InterruptTime armed = ke::kNever;

}  // namespace

Result<void> InitialiseTimer(cap::Cap<cap::Notification> notification) {
  TRY(ke::hpet::Initialise());
  interrupt = TRY(ke::Interrupt::Connect(ke::hpet::kTimer0Pin, notification, ke::kTimerInterrupt));
  return {};
}

void ArmTimer() {
  if (wdm::InterruptThreadCount() != 0) {
    ArmWatchdog();
  }
  ke::InterruptTime next = ps::SystemDispatcher().Timers().NextDeadline();
  // Programs read the time from the shared page: it moves on while any of them runs, and is brought up to date when the
  // first one runs again after an idle time.
  bool start_ticking = armed == ke::kNever && ps::RunningThreads() != 0;
  if (next >= armed && !start_ticking) {
    return;
  }
  ke::InterruptTime now = ke::clock::InterruptTime();
  if (start_ticking) {
    ps::UpdateSharedData();
    next = std::min(next, now + ke::clock::kTickIncrement);
    ArmWatchdog();
  }
  armed = next;
  ke::hpet::Arm(0, next > now ? next - now : 0);
}

void TimerInterrupt() {
  armed = ke::kNever;
  interrupt.Acknowledge();
  ps::UpdateSharedData();
  ps::SystemDispatcher().Tick();
}

}  // namespace svc
