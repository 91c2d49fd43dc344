// Colours and styles (SGR).

#include <terminal/palette.hpp>
#include <terminal/terminal.hpp>

#include <algorithm>

namespace terminal {

std::uint8_t Nearest(Colour colour) {
  std::uint8_t best = 0;
  int best_distance = 3 * 255 * 255 + 1;
  for (std::uint8_t i = 0; i < 16; i += 1) {
    int red = colour.red - kPalette[i].red;
    int green = colour.green - kPalette[i].green;
    int blue = colour.blue - kPalette[i].blue;
    int distance = red * red + green * green + blue * blue;
    if (distance < best_distance) {
      best = i;
      best_distance = distance;
    }
  }
  return best;
}

std::uint8_t NearestOf256(unsigned index) {
  if (index < 16) {
    return static_cast<std::uint8_t>(index);
  }
  if (index >= 232) {
    auto grey = static_cast<std::uint8_t>(8 + 10 * (std::min(index, 255u) - 232));
    return Nearest({grey, grey, grey});
  }
  index -= 16;
  auto level = [](unsigned step) { return static_cast<std::uint8_t>(step == 0 ? 0 : 55 + 40 * step); };
  return Nearest({level(index / 36), level(index / 6 % 6), level(index % 6)});
}

// A colour in the long form, 38;5;N or 38;2;R;G;B, with semicolons or colons. `index` is that of the 38; returns that
// of the last parameter that belongs to it.
std::size_t Terminal::TakeColour(std::size_t index, std::uint8_t &colour) {
  std::size_t end = index + 1;
  while (end < parser_.Count() && parser_.Attached(end)) {
    end += 1;
  }
  bool attached = end != index + 1;
  unsigned kind = parser_.Parameter(index + 1, 0);
  std::size_t first = index + 2;
  std::size_t last = attached ? end - 1 : index + (kind == 5 ? 2 : kind == 2 ? 4 : 1);
  if (attached && kind == 2 && end - index >= 6) {
    first += 1;  // the number of the colour space
  }
  auto component = [&](std::size_t offset) {
    return static_cast<std::uint8_t>(std::min(parser_.Parameter(first + offset, 0), 255u));
  };
  if (kind == 5) {
    colour = NearestOf256(component(0));
  } else if (kind == 2) {
    colour = Nearest({component(0), component(1), component(2)});
  }
  return last;
}

void Terminal::SelectStyle() {
  Style style = cursor_.style;
  for (std::size_t i = 0; i < std::max<std::size_t>(parser_.Count(), 1); i += 1) {
    unsigned value = parser_.Parameter(i, 0);
    if (parser_.Attached(i)) {
      continue;
    }
    switch (value) {
      case 0:
        style = {};
        break;
      case 1:
        style.bold = true;
        break;
      case 4:
        // 4:0 is none, 4:3 a curly one.
        style.underline = !(i + 1 < parser_.Count() && parser_.Attached(i + 1) && parser_.Parameter(i + 1, 0) == 0);
        break;
      case 7:
        style.reverse = true;
        break;
      case 8:
        style.concealed = true;
        break;
      case 21:
        style.underline = true;
        break;
      case 22:
        style.bold = false;
        break;
      case 24:
        style.underline = false;
        break;
      case 27:
        style.reverse = false;
        break;
      case 28:
        style.concealed = false;
        break;
      case 38:
        i = TakeColour(i, style.foreground);
        break;
      case 39:
        style.foreground = Style::kGrey;
        break;
      case 48:
        i = TakeColour(i, style.background);
        break;
      case 49:
        style.background = Style::kBlack;
        break;
      default:
        if (value >= 30 && value <= 37) {
          style.foreground = static_cast<std::uint8_t>(value - 30);
        } else if (value >= 40 && value <= 47) {
          style.background = static_cast<std::uint8_t>(value - 40);
        } else if (value >= 90 && value <= 97) {
          style.foreground = static_cast<std::uint8_t>(value - 90 + 8);
        } else if (value >= 100 && value <= 107) {
          style.background = static_cast<std::uint8_t>(value - 100 + 8);
        }
    }
  }
  SetStyle(style);
}

}  // namespace terminal
