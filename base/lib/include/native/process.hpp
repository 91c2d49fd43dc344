#pragma once
// Starting programs.

#include <native/handle.hpp>
#include <native/string.hpp>
#include <rtl/result.hpp>

namespace native {

struct Process {
  Handle process;
  Handle thread;
  CLIENT_ID id{};
};

struct ProgramStart {
  std::string_view nt_path;       // of the image: \SystemRoot\System32\ntcmd.exe, \??\X:\Programs\hello.exe
  std::string_view image_path;    // as the program sees it in its process parameters
  std::string_view command_line;  // passed on as it is
  std::string_view directory;     // current directory, empty: this process's
};

// Creates a process with this one's environment and standard handles. Its first thread runs.
Result<Process> StartProgram(const ProgramStart &start);

// Waits until the process has ended; its exit status.
Result<NTSTATUS> WaitForExit(const Process &process);

}  // namespace native
