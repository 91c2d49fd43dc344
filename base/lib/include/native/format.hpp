#pragma once
// Type-safe formatting into a String: `{}` takes the next argument, `{:SPEC}` formats it, `{{` is a brace.
// SPEC is [<|>][0][width][x|X|,]: alignment (text left, numbers right by default), zero fill, least width in cells,
// hexadecimal, or decimal with a comma between thousands.

#include <concepts>
#include <cstdint>
#include <native/string.hpp>
#include <span>

namespace native {

class FormatArgument {
 public:
  constexpr FormatArgument(std::string_view text) : kind_(Kind::kText), text_(text) {}
  constexpr FormatArgument(const char *text) : FormatArgument(std::string_view(text)) {}
  FormatArgument(const String &text) : FormatArgument(std::string_view(text)) {}
  constexpr FormatArgument(char c) : kind_(Kind::kCharacter), number_(static_cast<unsigned char>(c)) {}
  template <std::signed_integral T>
  constexpr FormatArgument(T value)
      : kind_(Kind::kNumber),
        negative_(value < 0),
        bytes_(sizeof(T)),
        number_(value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value)) {}
  template <std::unsigned_integral T>
  constexpr FormatArgument(T value) : kind_(Kind::kNumber), bytes_(sizeof(T)), number_(value) {}
  FormatArgument(const volatile void *pointer)
      : kind_(Kind::kNumber), number_(reinterpret_cast<std::uintptr_t>(pointer)) {}

  // Appends the argument as `spec` says.
  void AppendTo(String &out, std::string_view spec) const;

 private:
  enum class Kind : unsigned char { kText, kCharacter, kNumber };
  Kind kind_;
  bool negative_ = false;
  std::uint8_t bytes_ = 8;  // hexadecimal shows a negative number as the two's complement of this size
  std::string_view text_;
  std::uint64_t number_ = 0;
};

void FormatTo(String &out, std::string_view format, std::span<const FormatArgument> arguments);

template <typename... Arguments>
void Append(String &out, std::string_view format, const Arguments &...arguments) {
  const FormatArgument list[] = {FormatArgument(arguments)..., FormatArgument("")};
  FormatTo(out, format, std::span(list, sizeof...(arguments)));
}

template <typename... Arguments>
String Format(std::string_view format, const Arguments &...arguments) {
  String out;
  Append(out, format, arguments...);
  return out;
}

}  // namespace native
