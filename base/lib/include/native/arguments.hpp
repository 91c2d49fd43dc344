#pragma once
// Command lines: splitting and quoting by the rules of CommandLineToArgvW and of Microsoft's C start-up code.
// Source: learn.microsoft.com, "CommandLineToArgvW function" and "Parsing C command-line arguments".

#include <native/string.hpp>

namespace native {

// The command line cut into arguments. The first is a program name: quotes group, backslashes mean nothing.
// In the others, 2n backslashes before a quote are n backslashes and the quote groups; 2n+1 are n and a plain quote; a
// doubled quote inside a group is a plain quote.
Vector<String> SplitCommandLine(std::string_view line);

// The same for text that has no program name in front.
Vector<String> SplitArguments(std::string_view text);

// The program name of a command line; `rest` becomes what follows it and the blanks behind it, as written.
String ProgramName(std::string_view line, std::string_view &rest);

// Appends `argument` to a command line so that SplitArguments gives it back.
void AppendQuoted(String &line, std::string_view argument);

}  // namespace native
