// A keyboard layout as people write it.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

/// One compiled layout.
struct CompiledLayout {
  std::string identifier;  // eight hexadecimal digits
  std::string name;
  std::vector<unsigned char> table;  // keymap/format.hpp
};

/// Compiles the text of a layout; `file` is for messages, which are `file:line: text`.
std::expected<CompiledLayout, std::string> CompileLayout(std::string_view file, std::string_view text);
