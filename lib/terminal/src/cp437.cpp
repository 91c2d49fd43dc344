#include <terminal/cp437.hpp>
#include <terminal/font.hpp>

#include <algorithm>
#include <array>
#include <iterator>

namespace terminal {
namespace {

// The pictures of codes 0x01-0x1f and 0x7f, then those from 0x80 on (unicode.org, IBMGRAPH.TXT and CP437.TXT).
constexpr char32_t kLow[] = U"☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼⌂";
constexpr char32_t kHigh[] =
    U"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
    U"└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";
constexpr std::size_t kLowCount = std::size(kLow) - 1;
constexpr std::size_t kHighCount = std::size(kHigh) - 1;
static_assert(kLowCount == 32 && kHighCount == 128);

struct Code {
  char32_t character = 0;
  std::uint8_t code = 0;
};
// What else those codes are used for.
constexpr Code kAlso[] = {{U'μ', 0xe6}, {U'β', 0xe1}, {U'∑', 0xe4}, {U'Ω', 0xea},
                          {U'ϕ', 0xed}, {U'∅', 0xed}, {U'∈', 0xee}};

constexpr auto kCodes = [] {
  std::array<Code, kLowCount + kHighCount + std::size(kAlso)> codes;
  std::size_t count = 0;
  for (std::size_t i = 0; i < kLowCount; i += 1) {
    codes[count++] = {kLow[i], static_cast<std::uint8_t>(i + 1 == kLowCount ? 0x7f : i + 1)};
  }
  for (std::size_t i = 0; i < kHighCount; i += 1) {
    codes[count++] = {kHigh[i], static_cast<std::uint8_t>(0x80 + i)};
  }
  for (const Code &code : kAlso) {
    codes[count++] = code;
  }
  std::ranges::sort(codes, {}, &Code::character);
  return codes;
}();

std::uint8_t Find(char32_t character) {
  if (character >= 0x20 && character < 0x7f) {
    return static_cast<std::uint8_t>(character);
  }
  const auto *found = std::ranges::lower_bound(kCodes, character, {}, &Code::character);
  return found != kCodes.end() && found->character == character ? found->code : 0;
}

}  // namespace

std::uint8_t ToCp437(char32_t character) {
  if (std::uint8_t code = Find(character); code != 0) {
    return code;
  }
  std::uint8_t code = Find(LookAlike(character));
  return code != 0 ? code : '?';
}

}  // namespace terminal
