#pragma once
// Lines for the person at the console, formatted without allocation.

#include <nt/ntdef.h>

#include <concepts>
#include <cstdint>
#include <span>
#include <string_view>

namespace ke {

// Collects one line of text; what does not fit is cut off.
class Line {
 public:
  Line &operator<<(std::string_view text);
  Line &operator<<(std::u16string_view text);  // as UTF-8
  Line &operator<<(std::unsigned_integral auto number) { return Decimal(number); }
  Line &operator<<(std::signed_integral auto number) {
    return number < 0 ? (*this << "-").Decimal(0 - static_cast<std::uint64_t>(number))
                      : Decimal(static_cast<std::uint64_t>(number));
  }
  Line &Decimal(std::uint64_t number);
  // 0x and at least `digits` hexadecimal digits.
  Line &Hex(std::uint64_t number, unsigned digits = 1);
  // A status by its symbolic name, or in hexadecimal.
  Line &Status(NTSTATUS status);
  std::string_view View() const { return {text_, length_}; }

 private:
  static constexpr std::size_t kLength = 256;
  char text_[kLength] = {};
  std::size_t length_ = 0;
};

// Writes the line and a line feed to the boot console.
void Log(const Line &line);
void Log(std::string_view line);

}  // namespace ke
