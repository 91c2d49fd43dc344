#pragma once
// Files in the syntax of the Windows registry editor ("Windows Registry Editor Version 5.00").

#include "text.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

// One statement of the file.
struct Statement {
  enum class Kind { kKey, kDeleteKey, kValue, kDeleteValue };
  Kind kind;
  std::size_t line;
  std::u16string name;  // the key's path, or the value's name (empty for @)
  std::uint32_t type = 0;
  std::vector<std::byte> data = {};
};

// The statements in order: keys `[path]` and `[-path]`, values `"name"=data`, `@=data` and `"name"=-`. Data: a string,
// `dword:1f`, `hex:00,01`, `hex(7):...` with lines that go on after a backslash, and (as Wine writes them)
// `str(2):"text"` and `str(7):"one\0two\0"`. Lines that begin with ; are comments.
std::expected<std::vector<Statement>, Error> ReadRegFile(const std::string &path);
