#pragma once
// Code page 437, which the font of VGA text mode has.

#include <cstdint>

namespace terminal {

// The code of a character; of one that is not there that of a character that looks alike, or '?'.
std::uint8_t ToCp437(char32_t character);

}  // namespace terminal
