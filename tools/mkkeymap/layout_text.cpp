#include "layout_text.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>

#include "keymap/layout.hpp"

namespace {

using keymap::Composition;
using keymap::Header;
using keymap::KeyRecord;

std::vector<std::string_view> Words(std::string_view line) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < line.size();) {
    const size_t begin = line.find_first_not_of(" \t\r", at);
    if (begin == std::string_view::npos) {
      break;
    }
    const size_t end = std::min(line.find_first_of(" \t\r", begin), line.size());
    words.push_back(line.substr(begin, end - begin));
    at = end;
  }
  return words;
}

std::optional<unsigned> Hex(std::string_view text) {
  unsigned number = 0;
  if (text.empty() || text.size() > 4) {
    return std::nullopt;
  }
  for (char digit : text) {
    const char lower = static_cast<char>(digit | 0x20);
    if (digit >= '0' && digit <= '9') {
      number = number * 16 + static_cast<unsigned>(digit - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      number = number * 16 + static_cast<unsigned>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return number;
}

/// Takes one UTF-8 character off the front; only those of one UTF-16 unit.
std::optional<uint16_t> TakeCharacter(std::string_view *text) {
  if (text->empty()) {
    return std::nullopt;
  }
  const auto first = static_cast<unsigned char>(text->front());
  const size_t length = first < 0x80 ? 1 : first >= 0xC2 && first < 0xE0 ? 2 : first >= 0xE0 && first < 0xF0 ? 3 : 0;
  if (length == 0 || text->size() < length) {
    return std::nullopt;
  }
  unsigned value = length == 1 ? first : first & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; i++) {
    const auto byte = static_cast<unsigned char>((*text)[i]);
    if ((byte & 0xC0) != 0x80) {
      return std::nullopt;
    }
    value = value << 6 | (byte & 0x3F);
  }
  if ((length == 3 && value < 0x800) || (value >= 0xD800 && value < 0xE000)) {
    return std::nullopt;
  }
  text->remove_prefix(length);
  return static_cast<uint16_t>(value);
}

/// A literal character, U+XXXX, or none.
std::optional<uint16_t> Character(std::string_view word) {
  if (word == "none") {
    return uint16_t{0};
  }
  if (word.size() > 2 && word.starts_with("U+")) {
    const std::optional<unsigned> value = Hex(word.substr(2));
    return value && (*value < 0xD800 || *value >= 0xE000) ? std::optional(static_cast<uint16_t>(*value)) : std::nullopt;
  }
  const std::optional<uint16_t> character = TakeCharacter(&word);
  return word.empty() ? character : std::nullopt;
}

class Compiler {
 public:
  std::optional<std::string> Line(std::string_view line) {
    const std::vector<std::string_view> words = Words(line);
    if (words.empty() || words[0].front() == '#') {
      return std::nullopt;
    }
    if (words[0] == "layout") {
      return LayoutLine(words);
    }
    if (words[0] == "altgr") {
      return AltGrLine(words);
    }
    if (words[0] == "key") {
      return KeyLine(words);
    }
    if (words[0] == "letters") {
      return LettersLine(words);
    }
    if (words[0] == "compose") {
      return ComposeLine(words);
    }
    return "unknown word '" + std::string(words[0]) + "'";
  }

  std::expected<CompiledLayout, std::string> Finish() {
    if (result_.identifier.empty()) {
      return std::unexpected("there is no 'layout' line");
    }
    Add(0x39, 0, {u' ', u' ', 0, 0}, 0);
    Header header{keymap::kMagic, keymap::kVersion, static_cast<uint16_t>(alt_gr_ ? keymap::kHasAltGr : 0),
                  static_cast<uint16_t>(keys_.size()), static_cast<uint16_t>(compositions_.size())};
    Append(header);
    for (const auto &[order, key] : keys_) {
      Append(key);
    }
    for (const auto &[pair, character] : compositions_) {
      Append(Composition{pair.first, pair.second, character});
    }
    if (!keymap::Layout::Parse(std::as_bytes(std::span(result_.table)))) {
      return std::unexpected("the compiled table is not valid");
    }
    return result_;
  }

 private:
  using Message = std::optional<std::string>;

  Message LayoutLine(const std::vector<std::string_view> &words) {
    if (words.size() < 3 || words[1].size() != 8 || !Hex(words[1].substr(0, 4)) || !Hex(words[1].substr(4))) {
      return "expected: layout IDENTIFIER NAME, the identifier with eight hexadecimal digits";
    }
    result_.identifier = words[1];
    result_.name.clear();
    for (size_t i = 2; i < words.size(); i++) {
      result_.name += (i == 2 ? "" : " ") + std::string(words[i]);
    }
    if (result_.name.find_first_of("\"\\") != std::string::npos) {
      return "no quotation mark or backslash in a name";
    }
    return std::nullopt;
  }

  Message AltGrLine(const std::vector<std::string_view> &words) {
    if (words.size() != 2 || (words[1] != "yes" && words[1] != "no")) {
      return "expected: altgr yes, or altgr no";
    }
    alt_gr_ = words[1] == "yes";
    return std::nullopt;
  }

  Message KeyLine(std::vector<std::string_view> words) {
    uint8_t flags = 0;
    if (words.size() > 1 && words[1] == "E0") {
      flags |= keymap::kExtended;
      words.erase(words.begin() + 1);
    }
    if (words.size() < 4 || words.size() > 3 + keymap::kLevels) {
      return "expected: key [E0] CODE CAPS CHARACTER..., one to four characters";
    }
    const std::optional<unsigned> code = Hex(words[1]);
    if (!code || *code == 0 || *code >= 0x80) {
      return "a scan code is 01 to 7F";
    }
    if (words[2] == "c" || words[2] == "C") {
      flags |= words[2] == "C" ? keymap::kCapsShift | keymap::kCapsAltGr : keymap::kCapsShift;
    } else if (words[2] != "-") {
      return "Caps Lock is -, c or C";
    }
    uint16_t characters[keymap::kLevels] = {};
    uint8_t dead = 0;
    for (size_t i = 3; i < words.size(); i++) {
      std::string_view word = words[i];
      if (word.starts_with("dead:")) {
        word.remove_prefix(5);
        dead |= static_cast<uint8_t>(1u << (i - 3));
      }
      const std::optional<uint16_t> character = Character(word);
      if (!character) {
        return "'" + std::string(words[i]) + "' is not one character";
      }
      characters[i - 3] = *character;
    }
    return Add(static_cast<uint8_t>(*code), flags, {characters[0], characters[1], characters[2], characters[3]}, dead);
  }

  Message LettersLine(const std::vector<std::string_view> &words) {
    const std::optional<unsigned> code = words.size() == 3 ? Hex(words[2]) : std::nullopt;
    if (!code || *code == 0 || *code + words[1].size() > 0x80) {
      return "expected: letters abc CODE";
    }
    for (size_t i = 0; i < words[1].size(); i++) {
      const char letter = words[1][i];
      if (letter < 'a' || letter > 'z') {
        return "letters are a to z";
      }
      const auto lower = static_cast<uint16_t>(letter);
      const auto upper = static_cast<uint16_t>(letter - 'a' + 'A');
      Message message = Add(static_cast<uint8_t>(*code + i), keymap::kCapsShift, {lower, upper, 0, 0}, 0);
      if (message) {
        return message;
      }
    }
    return std::nullopt;
  }

  Message ComposeLine(const std::vector<std::string_view> &words) {
    const std::optional<uint16_t> accent = words.size() > 2 ? Character(words[1]) : std::nullopt;
    if (!accent) {
      return "expected: compose ACCENT PAIR..., a pair being a letter and its accented form";
    }
    for (size_t i = 2; i < words.size(); i++) {
      std::string_view pair = words[i];
      const std::optional<uint16_t> base = TakeCharacter(&pair);
      const std::optional<uint16_t> result = TakeCharacter(&pair);
      if (!base || !result || !pair.empty()) {
        return "'" + std::string(words[i]) + "' is not two characters";
      }
      if (!compositions_.try_emplace({*accent, *base}, *result).second) {
        return "'" + std::string(words[i]) + "' is there twice";
      }
    }
    return std::nullopt;
  }

  struct Characters {
    uint16_t level[keymap::kLevels];
  };

  Message Add(uint8_t code, uint8_t flags, Characters characters, uint8_t dead) {
    KeyRecord record{code, flags, dead, 0, {}};
    std::memcpy(record.characters, characters.level, sizeof(record.characters));
    const unsigned order = code * 2u + (flags & keymap::kExtended);
    if (!keys_.try_emplace(order, record).second) {
      return "the key is there twice";
    }
    return std::nullopt;
  }

  template <typename T>
  void Append(const T &record) {
    const auto *bytes = reinterpret_cast<const unsigned char *>(&record);
    result_.table.insert(result_.table.end(), bytes, bytes + sizeof(record));
  }

  CompiledLayout result_;
  bool alt_gr_ = false;
  std::map<unsigned, KeyRecord> keys_;
  std::map<std::pair<uint16_t, uint16_t>, uint16_t> compositions_;
};

}  // namespace

std::expected<CompiledLayout, std::string> CompileLayout(std::string_view file, std::string_view text) {
  Compiler compiler;
  size_t number = 0;
  while (!text.empty()) {
    number++;
    const size_t end = std::min(text.find('\n'), text.size());
    if (std::optional<std::string> message = compiler.Line(text.substr(0, end))) {
      return std::unexpected(std::string(file) + ":" + std::to_string(number) + ": " + *message);
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  std::expected<CompiledLayout, std::string> result = compiler.Finish();
  if (!result) {
    return std::unexpected(std::string(file) + ":" + std::to_string(number) + ": " + result.error());
  }
  return result;
}
