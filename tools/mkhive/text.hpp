#pragma once
// Text files as lines of UTF-16.

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// What is wrong, as `file:line: text` (line 0: the file as a whole).
struct Error {
  std::string file;
  std::size_t line;
  std::string text;

  std::string Message() const;
};

// The bytes of a file; none when it cannot be read.
std::optional<std::string> ReadAll(const std::string &path);

// The lines of a file in UTF-8 or, with a byte order mark, UTF-16LE; without line ends and byte order mark.
std::expected<std::vector<std::u16string>, Error> ReadLines(const std::string &path);

// UTF-8 of the text, for messages.
std::string ToUtf8(std::u16string_view text);
