#include <ke/log.hpp>

#include <ke/console.hpp>
#include <nt/status_names.hpp>

#include <algorithm>

namespace ke {

Line &Line::operator<<(std::string_view text) {
  std::size_t count = std::min(text.size(), kLength - length_);
  std::copy_n(text.data(), count, text_ + length_);
  length_ += count;
  return *this;
}

Line &Line::operator<<(std::u16string_view text) {
  for (std::size_t i = 0; i < text.size(); i += 1) {
    char32_t character = text[i];
    if (character >= 0xd800 && character < 0xdc00 && i + 1 < text.size()) {
      character = 0x10000 + ((character - 0xd800) << 10) + (text[++i] - 0xdc00u);
    }
    char bytes[4];
    std::size_t count = 1;
    if (character < 0x80) {
      bytes[0] = static_cast<char>(character);
    } else {
      count = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
      for (std::size_t j = count; j-- > 1; character >>= 6) {
        bytes[j] = static_cast<char>(0x80 | (character & 0x3f));
      }
      bytes[0] = static_cast<char>((0xf00u >> count) | character);
    }
    *this << std::string_view(bytes, count);
  }
  return *this;
}

Line &Line::Decimal(std::uint64_t number) {
  char digits[20];
  std::size_t first = sizeof(digits);
  do {
    digits[--first] = static_cast<char>('0' + number % 10);
    number /= 10;
  } while (number != 0);
  return *this << std::string_view(digits + first, sizeof(digits) - first);
}

Line &Line::Hex(std::uint64_t number, unsigned digits) {
  *this << "0x";
  bool started = false;
  for (unsigned i = 16; i-- > 0;) {
    unsigned digit = number >> (i * 4) & 15;
    started = started || digit != 0 || i < digits;
    if (started) {
      char text = "0123456789abcdef"[digit];
      *this << std::string_view(&text, 1);
    }
  }
  return *this;
}

Line &Line::Status(NTSTATUS status) {
  std::string_view name = nt::StatusToName(status);
  return name.empty() ? Hex(static_cast<std::uint32_t>(status), 8) : *this << name;
}

void Log(std::string_view line) {
  BootConsole().Write(line);
  BootConsole().Write("\n");
  // It may be the last thing we say.
  BootConsole().Flush();
}
void Log(const Line &line) { Log(line.View()); }

}  // namespace ke
