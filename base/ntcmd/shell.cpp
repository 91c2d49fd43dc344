#include "shell.hpp"

#include <nt/nt_services.h>

#include <native/arguments.hpp>
#include <native/console.hpp>
#include <native/environment.hpp>
#include <native/path.hpp>
#include <native/status.hpp>

#include "completion.hpp"
#include "run_program.hpp"

namespace ntcmd {

using native::String;
namespace console = native::console;

NTSTATUS Usage(const Context &context) {
  console::Print("usage: {}{}{}\n", context.command.name, context.command.synopsis.empty() ? "" : " ",
                 context.command.synopsis);
  return STATUS_INVALID_PARAMETER;
}

NTSTATUS Report(const Context &context, NTSTATUS status, std::string_view argument) {
  console::Print("{}: {}{}{}\n", context.command.name, native::StatusText(status), argument.empty() ? "" : " ",
                 argument);
  return status;
}

NTSTATUS Shell::RunOne(std::string_view line) {
  const NTSTATUS status = RunLine(line);
  return leaving_ ? exit_status_ : status;
}

NTSTATUS Shell::Run() {
  while (!leaving_) {
    String line;
    if (!ReadLine(line)) {
      break;
    }
    RunLine(line);
  }
  return exit_status_;
}

NTSTATUS Shell::RunLine(std::string_view line) {
  const std::size_t begin = line.find_first_not_of(" \t");
  if (begin == std::string_view::npos) {
    return last_status_;
  }
  last_status_ = Dispatch(Expand(line.substr(begin)));
  return last_status_;
}

NTSTATUS Shell::Dispatch(std::string_view line) {
  std::string_view tail;
  const String name = native::ProgramName(line, tail);
  const Command *command = FindCommand(name);
  if (command == nullptr) {
    return RunProgram(name, line);
  }
  const native::Vector<String> arguments = native::SplitArguments(tail);
  const NTSTATUS status = command->run({*this, *command, arguments, tail});
  const NTSTATUS output = console::TakeError();
  return NT_SUCCESS(status) ? output : status;
}

String Shell::Prompt() const {
  String directory = native::CurrentDirectory();
  // X:\dir\ is shown without its last backslash, the root with it.
  if (directory.size() > 3 && directory.back() == '\\') {
    directory.pop_back();
  }
  return directory + "> ";
}

String Shell::Expand(std::string_view line) const {
  return native::ExpandVariables(line, [this](std::string_view name) -> std::optional<String> {
    if (std::optional<String> value = native::GetVariable(name)) {
      return value;
    }
    return native::EqualIgnoringCase(name, "ERRORLEVEL") ? std::optional(native::Format("{}", last_status_))
                                                         : std::nullopt;
  });
}

bool Shell::ReadLine(String &line) {
  String output;
  editor_.Begin(Prompt(), output);
  for (;;) {
    while (!input_.empty()) {
      const LineEditor::Progress progress = editor_.Feed(input_, output);
      input_.erase(0, progress.consumed);
      if (progress.event == LineEditor::Event::kLine) {
        console::Write(output);
        line = editor_.Text();
        return true;
      }
      if (progress.event == LineEditor::Event::kInterrupt) {
        editor_.Begin(Prompt(), output);
      } else if (progress.event == LineEditor::Event::kTab) {
        Complete(editor_, output);
      }
    }
    console::Write(output);
    output.clear();
    console::Flush();
    char buffer[512];
    const Result<std::size_t> size = console::Read(buffer);
    if (!size) {
      console::Print("ntcmd: input: {}\n", native::StatusText(size.error().Code()));
      exit_status_ = size.error().Code();
      return false;
    }
    input_.assign(buffer, *size);
  }
}

}  // namespace ntcmd
