#include <terminal/font.hpp>

extern "C" {
extern const std::byte terminal_font[];
extern const std::byte terminal_font_end[];
}

namespace terminal {

Font BuiltInFont() { return Font(std::span(terminal_font, terminal_font_end)); }

}  // namespace terminal
