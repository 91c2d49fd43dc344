#include <nt/nt_services.h>

#include <native/console.hpp>
#include <native/environment.hpp>

#include "commands.hpp"

namespace ntcmd {
namespace {

using native::String;

// Everything behind the command's name is one text, as in cmd.exe: `set NAME=a b`. Quotes around all of it go.
std::string_view Text(std::string_view tail) {
  const std::size_t end = tail.find_last_not_of(" \t");
  tail = tail.substr(0, end == std::string_view::npos ? 0 : end + 1);
  if (tail.size() >= 2 && tail.front() == '"' && tail.back() == '"') {
    tail = tail.substr(1, tail.size() - 2);
  }
  return tail;
}

NTSTATUS Show(const Context &context, std::string_view prefix) {
  bool found = prefix.empty();
  for (const native::Variable &variable : native::Variables()) {
    const bool hidden = variable.name.starts_with('=');
    if (!hidden && native::StartsWithIgnoringCase(variable.name, prefix)) {
      native::console::Print("{}={}\n", variable.name, variable.value);
      found = true;
    }
  }
  return found ? STATUS_SUCCESS : Report(context, STATUS_VARIABLE_NOT_FOUND, prefix);
}

NTSTATUS Set(const Context &context) {
  const std::string_view text = Text(context.tail);
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos) {
    return Show(context, text);
  }
  const std::string_view name = text.substr(0, equals);
  if (name.empty() || text.find('\0') != std::string_view::npos) {
    return Usage(context);
  }
  const Result<void> done = native::SetVariable(name, text.substr(equals + 1));
  return done ? STATUS_SUCCESS : Report(context, done.error().Code(), name);
}

}  // namespace

constinit const Command kSet{
    "set", "[NAME=VALUE | PREFIX]", "Shows or sets environment variables.",
    "set              shows all variables\n"
    "set PREFIX       shows those whose names begin with PREFIX\n"
    "set NAME=VALUE   sets one for this shell and the programs it starts; no VALUE deletes it\n",
    Set};

}  // namespace ntcmd
