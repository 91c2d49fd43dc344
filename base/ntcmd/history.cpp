#include "history.hpp"

namespace ntcmd {

void History::Add(std::string_view line) {
  if (!line.empty() && (lines_.empty() || lines_.back() != line)) {
    if (lines_.size() == kLimit) {
      lines_.erase(lines_.begin());
    }
    lines_.emplace_back(line);
  }
  Rewind();
}

std::optional<std::string_view> History::Older(std::string_view current) {
  if (at_ == 0) {
    return std::nullopt;
  }
  if (at_ == lines_.size()) {
    unfinished_.assign(current);
  }
  return lines_[--at_];
}

std::optional<std::string_view> History::Newer() {
  if (at_ == lines_.size()) {
    return std::nullopt;
  }
  ++at_;
  return at_ == lines_.size() ? std::string_view(unfinished_) : std::string_view(lines_[at_]);
}

}  // namespace ntcmd
