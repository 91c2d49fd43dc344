#pragma once
// The lines that were entered, for the up and down keys.

#include <native/string.hpp>
#include <optional>

namespace ntcmd {

class History {
 public:
  static constexpr std::size_t kLimit = 100;

  // Remembers a line; empty ones and repetitions of the last one are not kept. The oldest goes when there are kLimit.
  void Add(std::string_view line);

  // Starts browsing behind the newest line (a new line is being edited).
  void Rewind() { at_ = lines_.size(); }

  // One line older. `current` is what is being edited: it comes back at the newest end. Nothing at the oldest line.
  std::optional<std::string_view> Older(std::string_view current);

  // One line newer; nothing when a new line is being edited already.
  std::optional<std::string_view> Newer();

 private:
  native::Vector<native::String> lines_;
  native::String unfinished_;
  std::size_t at_ = 0;
};

}  // namespace ntcmd
