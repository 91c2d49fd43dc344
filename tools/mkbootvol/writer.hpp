#pragma once
// Builds a boot volume in memory.

#include <cstddef>
#include <cstdint>
#include <expected>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mkbootvol {

// What went wrong, for a person.
using Error = std::string;

// UTF-8 to UTF-16; fails on anything that is not well-formed UTF-8.
std::expected<std::u16string, Error> ToUtf16(std::string_view utf8);
std::string ToUtf8(std::u16string_view text);

class Writer {
 public:
  Writer();
  ~Writer();

  // Adds directories and files; `path` uses / or \ and directories on the way are made. Fails on an illegal name, on a
  // name that is there already (letter case does not matter) and on a path through a file.
  std::expected<void, Error> AddDirectory(std::string_view path);
  std::expected<void, Error> AddFile(std::string_view path, std::vector<std::byte> contents);

  // The image. `label` is at most 32 units; `unix_time` is in seconds.
  std::expected<std::vector<std::byte>, Error> Build(std::string_view label, std::int64_t unix_time) const;

 private:
  struct Node;
  std::expected<Node *, Error> Walk(std::string_view path, bool create_last);

  std::unique_ptr<Node> root_;
};

}  // namespace mkbootvol
