#include "native/format.hpp"

#include "native/utf.hpp"

namespace native {
namespace {

struct Spec {
  bool left = false;
  bool right = false;
  bool zero = false;
  bool hexadecimal = false;
  bool upper = false;
  bool grouped = false;
  unsigned width = 0;
};

Spec Parse(std::string_view text) {
  Spec spec;
  for (const char c : text) {
    if (c == '<') {
      spec.left = true;
    } else if (c == '>') {
      spec.right = true;
    } else if (c == '0' && spec.width == 0) {
      spec.zero = true;
    } else if (c >= '0' && c <= '9') {
      spec.width = spec.width * 10 + static_cast<unsigned>(c - '0');
    } else if (c == 'x' || c == 'X') {
      spec.hexadecimal = true;
      spec.upper = c == 'X';
    } else if (c == ',') {
      spec.grouped = true;
    }
  }
  return spec;
}

// Digits of `number` into the end of `buffer`; returns where they begin.
char *Digits(char *end, std::uint64_t number, const Spec &spec) {
  const unsigned base = spec.hexadecimal ? 16 : 10;
  const char *digits = spec.upper ? "0123456789ABCDEF" : "0123456789abcdef";
  unsigned count = 0;
  do {
    if (spec.grouped && count != 0 && count % 3 == 0) {
      *--end = ',';
    }
    *--end = digits[number % base];
    number /= base;
    ++count;
  } while (number != 0);
  return end;
}

void Pad(String &out, std::string_view text, const Spec &spec, bool left) {
  const unsigned width = DisplayWidth(text);
  const std::size_t fill = width < spec.width ? spec.width - width : 0;
  if (left) {
    out.append(text);
    out.append(fill, ' ');
  } else {
    out.append(fill, ' ');
    out.append(text);
  }
}

}  // namespace

void FormatArgument::AppendTo(String &out, std::string_view spec_text) const {
  const Spec spec = Parse(spec_text);
  if (kind_ == Kind::kText) {
    Pad(out, text_, spec, !spec.right);
    return;
  }
  if (kind_ == Kind::kCharacter) {
    const char c = static_cast<char>(number_);
    Pad(out, std::string_view(&c, 1), spec, !spec.right);
    return;
  }
  char buffer[40];
  char *const end = buffer + sizeof buffer;
  std::uint64_t number = number_;
  bool minus = negative_;
  if (minus && spec.hexadecimal) {
    number = 0 - number;
    if (bytes_ < sizeof number) {
      number &= (std::uint64_t{1} << (8 * bytes_)) - 1;
    }
    minus = false;
  }
  const char *const begin = Digits(end, number, spec);
  String text;
  if (minus) {
    text.push_back('-');
  }
  const auto length = static_cast<std::size_t>(end - begin);
  if (spec.zero && length + text.size() < spec.width) {
    text.append(spec.width - length - text.size(), '0');
  }
  text.append(begin, length);
  Pad(out, text, spec, spec.left);
}

void FormatTo(String &out, std::string_view format, std::span<const FormatArgument> arguments) {
  std::size_t next = 0;
  for (std::size_t at = 0; at < format.size(); ++at) {
    const char c = format[at];
    if ((c == '{' || c == '}') && at + 1 < format.size() && format[at + 1] == c) {
      out.push_back(c);
      ++at;
      continue;
    }
    const std::size_t close = c == '{' ? format.find('}', at) : std::string_view::npos;
    if (close == std::string_view::npos) {
      out.push_back(c);
      continue;
    }
    std::string_view spec = format.substr(at + 1, close - at - 1);
    if (spec.starts_with(':')) {
      spec.remove_prefix(1);
    }
    if (next < arguments.size()) {
      arguments[next++].AppendTo(out, spec);
    }
    at = close;
  }
}

}  // namespace native
