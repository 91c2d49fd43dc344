#pragma once
// The Executive's one loop: messages from threads, interrupts, deadlines and whatever was woken.

#include <cap/cap.hpp>

namespace svc {

// Receives on `endpoint` for ever. The notification bound to this thread carries the interrupts of <ke/interrupts.hpp>.
[[noreturn]] void RunEventLoop(cap::Cap<cap::Endpoint> endpoint);

}  // namespace svc
