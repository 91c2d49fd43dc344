#include "native/arguments.hpp"

namespace native {
namespace {

constexpr bool IsBlank(char c) { return c == ' ' || c == '\t'; }

void SkipBlanks(std::string_view text, std::size_t &at) {
  while (at < text.size() && IsBlank(text[at])) {
    ++at;
  }
}

// Copies a run of backslashes at `at`, halved when a quote follows; says whether that quote is a plain one.
bool TakeBackslashes(std::string_view text, std::size_t &at, String &argument) {
  std::size_t count = 0;
  while (at < text.size() && text[at] == '\\') {
    ++count;
    ++at;
  }
  const bool before_quote = at < text.size() && text[at] == '"';
  argument.append(before_quote ? count / 2 : count, '\\');
  return before_quote && count % 2 != 0;
}

// One argument that begins at `at`.
String TakeArgument(std::string_view text, std::size_t &at) {
  String argument;
  bool quoted = false;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '\\') {
      if (TakeBackslashes(text, at, argument)) {
        argument.push_back('"');
        ++at;
      }
    } else if (c == '"') {
      ++at;
      if (quoted && at < text.size() && text[at] == '"') {
        argument.push_back('"');
        ++at;
      } else {
        quoted = !quoted;
      }
    } else if (IsBlank(c) && !quoted) {
      break;
    } else {
      argument.push_back(c);
      ++at;
    }
  }
  return argument;
}

}  // namespace

String ProgramName(std::string_view line, std::string_view &rest) {
  String name;
  std::size_t at = 0;
  bool quoted = false;
  for (; at < line.size() && (quoted || !IsBlank(line[at])); ++at) {
    if (line[at] == '"') {
      quoted = !quoted;
    } else {
      name.push_back(line[at]);
    }
  }
  SkipBlanks(line, at);
  rest = line.substr(at);
  return name;
}

Vector<String> SplitArguments(std::string_view text) {
  Vector<String> arguments;
  std::size_t at = 0;
  for (SkipBlanks(text, at); at < text.size(); SkipBlanks(text, at)) {
    arguments.push_back(TakeArgument(text, at));
  }
  return arguments;
}

Vector<String> SplitCommandLine(std::string_view line) {
  std::string_view rest;
  String name = ProgramName(line, rest);
  Vector<String> arguments = SplitArguments(rest);
  arguments.insert(arguments.begin(), std::move(name));
  return arguments;
}

void AppendQuoted(String &line, std::string_view argument) {
  if (!line.empty()) {
    line.push_back(' ');
  }
  if (!argument.empty() && argument.find_first_of(" \t\"") == std::string_view::npos) {
    line.append(argument);
    return;
  }
  line.push_back('"');
  std::size_t backslashes = 0;
  for (const char c : argument) {
    if (c == '"') {
      line.append(backslashes + 1, '\\');
    }
    backslashes = c == '\\' ? backslashes + 1 : 0;
    line.push_back(c);
  }
  line.append(backslashes, '\\');
  line.push_back('"');
}

}  // namespace native
