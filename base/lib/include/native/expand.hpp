#pragma once
// %NAME% in text.

#include <native/string.hpp>
#include <optional>

namespace native {

// Replaces %NAME% by lookup(NAME), a std::optional<String>; what has no value stays as it is written.
template <typename Lookup>
String ExpandVariables(std::string_view text, Lookup &&lookup) {
  String result;
  for (;;) {
    const std::size_t open = text.find('%');
    const std::size_t close = open == std::string_view::npos ? open : text.find('%', open + 1);
    if (close == std::string_view::npos) {
      result.append(text);
      return result;
    }
    result.append(text.substr(0, open));
    if (const std::optional<String> value = lookup(text.substr(open + 1, close - open - 1))) {
      result.append(*value);
      text.remove_prefix(close + 1);
    } else {
      // The second sign may open a name of its own.
      result.append(text.substr(open, close - open));
      text.remove_prefix(close);
    }
  }
}

}  // namespace native
