#include "text.hpp"

#include <cstdint>
#include <cstdio>
#include <optional>

std::string Error::Message() const {
  return line == 0 ? file + ": " + text : file + ":" + std::to_string(line) + ": " + text;
}

std::optional<std::string> ReadAll(const std::string &path) {
  std::FILE *file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) {
    return std::nullopt;
  }
  std::string bytes;
  char buffer[65536];
  while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, file)) {
    bytes.append(buffer, count);
  }
  const bool failed = std::ferror(file) != 0;
  std::fclose(file);
  return failed ? std::nullopt : std::optional(bytes);
}

namespace {

void Append(std::u16string &text, std::uint32_t character) {
  if (character >= 0x10000) {
    text += static_cast<char16_t>(0xD800 + ((character - 0x10000) >> 10));
    character = 0xDC00 + ((character - 0x10000) & 0x3FF);
  }
  text += static_cast<char16_t>(character);
}

// One character of UTF-8 at `at`, which moves on; nullopt when it is not well formed.
std::optional<std::uint32_t> TakeUtf8(std::string_view bytes, std::size_t &at) {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(bytes[index]); };
  const unsigned first = byte(at++);
  if (first < 0x80) {
    return first;
  }
  const unsigned more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  if (first < 0xC2 || first > 0xF4 || bytes.size() - at < more) {
    return std::nullopt;
  }
  std::uint32_t character = first & (0x3F >> more);
  for (unsigned i = 0; i < more; i++) {
    const unsigned next = byte(at++);
    if ((next & 0xC0) != 0x80) {
      return std::nullopt;
    }
    character = character << 6 | (next & 0x3F);
  }
  constexpr std::uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
  if (character < kSmallest[more] || character > 0x10FFFF || (character >= 0xD800 && character < 0xE000)) {
    return std::nullopt;
  }
  return character;
}

}  // namespace

std::expected<std::vector<std::u16string>, Error> ReadLines(const std::string &path) {
  const auto bytes = ReadAll(path);
  if (!bytes) {
    return std::unexpected(Error{path, 0, "cannot be read"});
  }
  std::vector<std::u16string> lines(1);
  const auto put = [&](std::uint32_t character) {
    if (character == '\n') {
      if (!lines.back().empty() && lines.back().back() == u'\r') {
        lines.back().pop_back();
      }
      lines.emplace_back();
    } else {
      Append(lines.back(), character);
    }
  };
  if (bytes->starts_with("\xFF\xFE")) {
    if (bytes->size() % 2 != 0) {
      return std::unexpected(Error{path, 0, "is not whole UTF-16"});
    }
    for (std::size_t i = 2; i < bytes->size(); i += 2) {
      put(static_cast<unsigned char>((*bytes)[i]) | static_cast<unsigned>(static_cast<unsigned char>((*bytes)[i + 1]))
                                                        << 8);
    }
    return lines;
  }
  for (std::size_t at = bytes->starts_with("\xEF\xBB\xBF") ? 3 : 0; at < bytes->size();) {
    const auto character = TakeUtf8(*bytes, at);
    if (!character) {
      return std::unexpected(Error{path, lines.size(), "is not UTF-8"});
    }
    put(*character);
  }
  return lines;
}

std::string ToUtf8(std::u16string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i++) {
    std::uint32_t c = text[i];
    if (c >= 0xD800 && c < 0xDC00 && i + 1 < text.size()) {
      c = 0x10000 + ((c - 0xD800) << 10) + (text[++i] - 0xDC00u);
    }
    if (c < 0x80) {
      bytes += static_cast<char>(c);
      continue;
    }
    const int more = c >= 0x10000 ? 3 : c >= 0x800 ? 2 : 1;
    bytes += static_cast<char>((0xF00 >> more & 0xFF) | c >> (6 * more));
    for (int i6 = more - 1; i6 >= 0; i6--) {
      bytes += static_cast<char>(0x80 | (c >> (6 * i6) & 0x3F));
    }
  }
  return bytes;
}
