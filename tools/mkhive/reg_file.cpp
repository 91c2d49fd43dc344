#include "reg_file.hpp"

#include <nt/ntregapi.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace {

constexpr std::u16string_view kHeader = u"Windows Registry Editor Version 5.00";
constexpr std::u16string_view kSpace = u" \t";

std::u16string_view Trim(std::u16string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) {
    return {};
  }
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

std::optional<unsigned> HexDigit(char16_t c) {
  if (c >= u'0' && c <= u'9') {
    return c - u'0';
  }
  if ((c | 0x20) >= u'a' && (c | 0x20) <= u'f') {
    return (c | 0x20) - u'a' + 10u;
  }
  return std::nullopt;
}

// A number of 1 to `most` hexadecimal digits.
std::optional<std::uint32_t> HexNumber(std::u16string_view text, std::size_t most) {
  if (text.empty() || text.size() > most) {
    return std::nullopt;
  }
  std::uint32_t number = 0;
  for (char16_t c : text) {
    const auto digit = HexDigit(c);
    if (!digit) {
      return std::nullopt;
    }
    number = number << 4 | *digit;
  }
  return number;
}

std::vector<std::byte> BytesOf(std::u16string_view text) {
  std::vector<std::byte> bytes(text.size() * 2);
  if (!text.empty()) {
    std::memcpy(bytes.data(), text.data(), bytes.size());
  }
  return bytes;
}

class Parser {
 public:
  explicit Parser(const std::string &path) : path_(path) {}

  std::expected<std::vector<Statement>, Error> Run() {
    auto lines = ReadLines(path_);
    if (!lines) {
      return std::unexpected(lines.error());
    }
    lines_ = std::move(*lines);
    if (!Header()) {
      return std::unexpected(Error{path_, line_ + 1, "the first line is not \"" + ToUtf8(kHeader) + "\""});
    }
    for (; line_ < lines_.size(); line_++) {
      if (const auto text = Line(); !text.empty() && text[0] != u';' && !One(text)) {
        return std::unexpected(Error{path_, start_ + 1, problem_});
      }
    }
    return std::move(statements_);
  }

 private:
  std::u16string_view Line() const { return Trim(lines_[line_]); }
  bool Problem(std::string text) {
    problem_ = std::move(text);
    return false;
  }
  Statement &Add(Statement::Kind kind, std::u16string name) {
    return statements_.emplace_back(Statement{kind, start_ + 1, std::move(name)});
  }

  bool Header() {
    while (line_ < lines_.size() && (Line().empty() || Line()[0] == u';')) {
      line_++;
    }
    return line_ < lines_.size() && Line() == kHeader && ++line_ != 0;
  }

  bool One(std::u16string_view text) {
    start_ = line_;
    return text[0] == u'[' ? KeyLine(text) : ValueLine(text);
  }

  bool KeyLine(std::u16string_view text) {
    if (text.size() < 3 || text.back() != u']') {
      return Problem("a key needs \"[path]\"");
    }
    text = text.substr(1, text.size() - 2);
    const bool remove = text.starts_with(u'-');
    text.remove_prefix(remove ? 1 : 0);
    in_key_ = !remove;
    Add(remove ? Statement::Kind::kDeleteKey : Statement::Kind::kKey, std::u16string(text));
    return true;
  }

  bool ValueLine(std::u16string_view text) {
    if (!in_key_) {
      return Problem("a value before any key");
    }
    std::u16string name;
    if (text[0] == u'@') {
      text.remove_prefix(1);
    } else if (text[0] != u'"') {
      return Problem("neither a [key] nor a \"value\"=");
    } else if (!Quoted(text, name)) {
      return false;
    }
    text = Trim(text);
    if (!text.starts_with(u'=')) {
      return Problem("\"=\" is missing");
    }
    text = Trim(text.substr(1));
    if (text == u"-") {
      Add(Statement::Kind::kDeleteValue, name);
      return true;
    }
    Statement &value = Add(Statement::Kind::kValue, name);
    return Data(text, value);
  }

  // Takes a string in quotes off the text.
  bool Quoted(std::u16string_view &text, std::u16string &to) {
    std::size_t i = 1;
    for (; i < text.size() && text[i] != u'"'; i++) {
      if (text[i] != u'\\') {
        to += text[i];
        continue;
      }
      i++;
      if (i == text.size()) {
        break;
      }
      switch (text[i]) {
        case u'\\':
        case u'"':
          to += text[i];
          break;
        case u'0':
          to += u'\0';
          break;
        case u'n':
          to += u'\n';
          break;
        case u'r':
          to += u'\r';
          break;
        default:
          return Problem("unknown escape \"\\" + ToUtf8(text.substr(i, 1)) + "\"");
      }
    }
    if (i >= text.size()) {
      return Problem("a string does not end on its line");
    }
    text.remove_prefix(i + 1);
    return true;
  }

  bool Data(std::u16string_view text, Statement &value) {
    if (text.starts_with(u'"')) {
      value.type = REG_SZ;
      return String(text, value);
    }
    if (text.starts_with(u"dword:")) {
      const auto number = HexNumber(Trim(text.substr(6)), 8);
      if (!number) {
        return Problem("dword: needs one to eight hexadecimal digits");
      }
      value.type = REG_DWORD;
      value.data.resize(4);
      std::memcpy(value.data.data(), &*number, 4);
      return true;
    }
    for (std::u16string_view prefix : {u"hex", u"str"}) {
      if (text.starts_with(prefix)) {
        const bool hex = prefix == u"hex";
        text.remove_prefix(3);
        value.type = hex ? REG_BINARY : REG_SZ;
        return TypeNumber(text, value.type) && (hex ? HexBytes(text, value) : String(text, value));
      }
    }
    return Problem("unknown data \"" + ToUtf8(text) + "\"");
  }

  // Takes `(n):` or `:` off the text.
  bool TypeNumber(std::u16string_view &text, std::uint32_t &type) {
    if (text.starts_with(u'(')) {
      const std::size_t end = text.find(u')');
      const auto number = end == text.npos ? std::nullopt : HexNumber(text.substr(1, end - 1), 8);
      if (!number) {
        return Problem("a type needs a hexadecimal number, as in hex(7):");
      }
      type = *number;
      text.remove_prefix(end + 1);
    }
    if (!text.starts_with(u':')) {
      return Problem("\":\" is missing after the type");
    }
    text = Trim(text.substr(1));
    return true;
  }

  bool String(std::u16string_view text, Statement &value) {
    std::u16string string;
    if (!text.starts_with(u'"')) {
      return Problem("a string in quotes is missing");
    }
    if (!Quoted(text, string)) {
      return false;
    }
    if (const auto rest = Trim(text); !rest.empty() && rest[0] != u';') {
      return Problem("text after the string: \"" + ToUtf8(rest) + "\"");
    }
    // A list of strings ends with an empty one.
    if (value.type == REG_MULTI_SZ && !string.empty() && string.back() != u'\0') {
      string += u'\0';
    }
    string += u'\0';
    value.data = BytesOf(string);
    return true;
  }

  // Bytes with commas between; a backslash at the end of a line goes on in the next.
  bool HexBytes(std::u16string_view text, Statement &value) {
    while (text.ends_with(u'\\')) {
      if (!HexList(text.substr(0, text.size() - 1), value)) {
        return false;
      }
      if (++line_ == lines_.size()) {
        return Problem("the last line goes on with nothing");
      }
      text = Line();
    }
    return HexList(text, value);
  }

  bool HexList(std::u16string_view text, Statement &value) {
    text = Trim(text);
    while (!text.empty()) {
      const std::size_t comma = std::min(text.find(u','), text.size());
      const auto byte = HexNumber(Trim(text.substr(0, comma)), 2);
      if (!byte) {
        return Problem("not a byte: \"" + ToUtf8(text.substr(0, comma)) + "\"");
      }
      value.data.push_back(static_cast<std::byte>(*byte));
      text = Trim(text.substr(std::min(comma + 1, text.size())));
    }
    return true;
  }

  std::string path_;
  std::vector<std::u16string> lines_;
  std::size_t line_ = 0;   // the one that is read, from 0
  std::size_t start_ = 0;  // where the statement began
  bool in_key_ = false;
  std::string problem_;
  std::vector<Statement> statements_;
};

}  // namespace

std::expected<std::vector<Statement>, Error> ReadRegFile(const std::string &path) { return Parser(path).Run(); }
