#pragma once
// The frame of a native program: native_nt's entry point splits the command line, calls ProgramMain, sends the rest of
// the output and ends the process with what it returned.

#include <nt/ntdef.h>

#include <native/string.hpp>

namespace native {

// Written by each program. arguments[0] is the program's name; the return value is the exit status.
NTSTATUS ProgramMain(const Vector<String> &arguments);

// Ends this process with `status`, output sent.
[[noreturn]] void Exit(NTSTATUS status);

}  // namespace native
