#pragma once
// Words that are no command: programs.

#include <nt/ntdef.h>

#include <native/string.hpp>

namespace ntcmd {

// Runs the program that `word` names and waits for its end. A word without a path is looked for in the current
// directory, then along PATH; without an extension it gets .exe. `line` is its command line.
// Prints why it could not start, or the exit status when that is not zero; returns either.
NTSTATUS RunProgram(std::string_view word, std::string_view line);

}  // namespace ntcmd
