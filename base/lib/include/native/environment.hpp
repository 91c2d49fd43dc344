#pragma once
// Environment variables of this process; programs it starts inherit them.

#include <native/expand.hpp>
#include <native/string.hpp>
#include <optional>
#include <rtl/result.hpp>

namespace native {

struct Variable {
  String name;
  String value;
};

// All variables in the order of the environment block.
Vector<Variable> Variables();

// The value of a variable; names compare without regard to case.
std::optional<String> GetVariable(std::string_view name);

// Sets a variable; an empty value deletes it.
Result<void> SetVariable(std::string_view name, std::string_view value);

// ExpandVariables with the variables of this process.
String ExpandVariables(std::string_view text);

}  // namespace native
