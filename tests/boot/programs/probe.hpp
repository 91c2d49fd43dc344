#pragma once
// probe.exe WORD ...: what a boot test wants to see from inside a program. Answers are lines of plain text.

#include <nt/nt_services.h>
#include <native/string.hpp>

namespace probe {

// Hostile and wrong arguments to services; one line `NAME STATUS` each.
void BadCalls();

// Raises the exception `kind` (read, write, execute, divide, illegal, breakpoint, raise, noncanonical, stack).
// Unhandled unless `handled`: then an __except block prints what it got. False when there is no such kind.
bool Fault(std::string_view kind, bool handled);

}  // namespace probe
