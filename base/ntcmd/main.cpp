// ntcmd.exe: the command prompt. `ntcmd /c LINE` runs one line and returns its status.
#include <nt/nt_services.h>

#include <native/arguments.hpp>
#include <native/program.hpp>
#include <native/utf.hpp>

#include "shell.hpp"

NTSTATUS native::ProgramMain(const Vector<String> &arguments) {
  ntcmd::Shell shell;
  if (arguments.size() < 2 || !EqualIgnoringCase(arguments[1], "/c")) {
    return shell.Run();
  }
  const UNICODE_STRING &line = NtCurrentPeb()->ProcessParameters->CommandLine;
  const String text = ToUtf8(line.Buffer, line.Length / sizeof(WCHAR));
  std::string_view behind_name;
  std::string_view behind_switch;
  ProgramName(text, behind_name);
  ProgramName(behind_name, behind_switch);
  return shell.RunOne(behind_switch);
}
