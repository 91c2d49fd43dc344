#pragma once
// The shell: reads lines, runs commands of the table and programs.

#include <nt/ntdef.h>

#include <native/string.hpp>
#include <span>

#include "line_editor.hpp"

namespace ntcmd {

class Shell;
struct Command;

// What a command is run with.
struct Context {
  Shell &shell;
  const Command &command;
  std::span<const native::String> arguments;  // without the command's name
  std::string_view tail;                      // the line behind the name, as written
};

// A built-in command. Names match exactly but for case.
struct Command {
  std::string_view name;
  std::string_view synopsis;  // arguments, as in "[PATH]"
  std::string_view summary;   // one line for `help`
  std::string_view details;   // further lines for `help NAME`, each ended by a line feed
  NTSTATUS (*run)(const Context &context);
};

// All commands, in the order in which `help` lists them.
std::span<const Command *const> Commands();
const Command *FindCommand(std::string_view name);

// Prints "usage: NAME SYNOPSIS"; returns STATUS_INVALID_PARAMETER.
NTSTATUS Usage(const Context &context);

// Prints "NAME: STATUS_NAME (0x........) argument"; returns the status.
NTSTATUS Report(const Context &context, NTSTATUS status, std::string_view argument = {});

class Shell {
 public:
  // Reads and runs lines until `exit` or the end of input; the exit status of the shell.
  NTSTATUS Run();

  // Runs one line for a shell that ends with it; the exit status of the shell.
  NTSTATUS RunOne(std::string_view line);

  // Runs one line. Returns its status and keeps it for %ERRORLEVEL%.
  NTSTATUS RunLine(std::string_view line);

  // Makes Run return after the present line.
  void Leave(NTSTATUS status) {
    leaving_ = true;
    exit_status_ = status;
  }

 private:
  NTSTATUS Dispatch(std::string_view line);
  bool ReadLine(native::String &line);
  native::String Prompt() const;
  native::String Expand(std::string_view line) const;

  LineEditor editor_;
  native::String input_;  // bytes that arrived behind the end of the last line
  NTSTATUS last_status_ = 0;
  NTSTATUS exit_status_ = 0;
  bool leaving_ = false;
};

}  // namespace ntcmd
