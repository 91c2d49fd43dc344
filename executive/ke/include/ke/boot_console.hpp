#pragma once
// The console of <ke/console.hpp> on the serial port and the screen.

#include <ke/console.hpp>
#include <ke/console_ports.hpp>

#include <ke/interrupts.hpp>
#include <ke/timer_queue.hpp>

namespace ke {

// Output works from here on.
void InitialiseConsole();
// Input works from here on. STATUS_INSUFFICIENT_RESOURCES.
Result<void> ListenToConsole(cap::Cap<cap::Notification> notification);
// From here on a burst of output is drawn on the screen at most a hundred times a second, when `timers` say so.
void PaceConsole(TimerQueue &timers);
// The serial line wants to be looked at (kSerialInterrupt).
void ConsoleInterrupt();

}  // namespace ke
