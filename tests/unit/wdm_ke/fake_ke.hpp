// A scheduler on virtual time for the dispatcher objects of wdm/ke: fibers are contexts of the C library, the clock
// moves when nobody can run, bug checks and raised statuses come back to the test.
#pragma once

#include <ntifs.h>

#include <functional>
#include <string>

namespace fake {

/// Everything back to the beginning.
void Reset();

/// Starts a fiber that runs `body`.
PVOID Spawn(std::function<void()> body);

/// Runs fibers, and moves the clock from deadline to deadline, until nobody can run any more.
void Run();

/// The same without moving the clock.
void RunReady();

/// Sets the clock forward and expires timers.
void Advance(ULONGLONG units);

/// What `body` ended with: the bug check code or the raised status, 0 for neither. The IRQL is put back.
ULONG BugCheck(const std::function<void()> &body);
NTSTATUS Raised(const std::function<void()> &body);

/// Letters that show the order of what happened.
void Mark(char letter);
std::string Took();

/// The next time that the IRQL is lowered below `level`, an interrupt of that level has been recorded: `routine` runs.
void RecordInterrupt(KIRQL level, std::function<void()> routine);

}  // namespace fake
