#include <terminal/font.hpp>

#include <algorithm>
#include <cstring>

namespace terminal {
namespace {

constexpr std::size_t kHeader = 12;
constexpr std::size_t kRange = 8;
constexpr char kMagic[] = {'N', 'F', 'N', 'T'};

unsigned Number(std::span<const std::byte> bytes, std::size_t offset, unsigned size) {
  unsigned value = 0;
  for (unsigned i = 0; i < size; i += 1) {
    value |= std::to_integer<unsigned>(bytes[offset + i]) << (8 * i);
  }
  return value;
}

struct Pair {
  char32_t character;
  char32_t stands_in;
};
// Sorted.
constexpr Pair kLookAlikes[] = {
    {0xa0, U' '},   {0xad, U'-'},    {0x2010, U'-'},  {0x2011, U'-'}, {0x2012, U'-'}, {0x2013, U'-'}, {0x2014, U'-'},
    {0x2015, U'-'}, {0x2018, U'\''}, {0x2019, U'\''}, {0x201a, U','}, {0x201c, U'"'}, {0x201d, U'"'}, {0x201e, U'"'},
    {0x2022, U'·'}, {0x2026, U'.'},  {0x2032, U'\''}, {0x2033, U'"'}, {0x2039, U'<'}, {0x203a, U'>'}, {0x2190, U'<'},
    {0x2191, U'^'}, {0x2192, U'>'},  {0x2193, U'v'},  {0x2212, U'-'}, {0x2215, U'/'}, {0x2217, U'*'}, {0x23ba, U'─'},
    {0x23bb, U'─'}, {0x23bc, U'─'},  {0x23bd, U'─'},  {0x2501, U'─'}, {0x2503, U'│'}, {0x2504, U'─'}, {0x2505, U'─'},
    {0x2506, U'│'}, {0x2507, U'│'},  {0x256d, U'┌'},  {0x256e, U'┐'}, {0x256f, U'┘'}, {0x2570, U'└'}, {0x25c6, U'*'},
    {0x25cb, U'o'}, {0x25cf, U'·'},  {0x2713, U'v'},  {0x2717, U'x'},
};
static_assert(std::ranges::is_sorted(kLookAlikes, {}, &Pair::character));

}  // namespace

char32_t LookAlike(char32_t character) {
  const Pair *found = std::ranges::lower_bound(kLookAlikes, character, {}, &Pair::character);
  return found != std::end(kLookAlikes) && found->character == character ? found->stands_in : 0;
}

Font::Font(std::span<const std::byte> table) {
  if (table.size() < kHeader || std::memcmp(table.data(), kMagic, sizeof(kMagic)) != 0) {
    return;
  }
  unsigned width = Number(table, 4, 2);
  unsigned height = Number(table, 6, 2);
  std::size_t ranges = Number(table, 8, 2) * kRange;
  unsigned count = Number(table, 10, 2);
  if (width != 8 || height == 0 || height > 64 || count == 0 ||
      table.size() != kHeader + ranges + std::size_t{count} * height) {
    return;
  }
  ranges_ = table.subspan(kHeader, ranges);
  glyphs_ = table.subspan(kHeader + ranges);
  width_ = width;
  height_ = height;
  glyph_count_ = count;
}

unsigned Font::Find(char32_t character) const {
  std::size_t first = 0;
  std::size_t end = ranges_.size() / kRange;
  while (first < end) {
    std::size_t middle = (first + end) / 2;
    char32_t start = Number(ranges_, middle * kRange, 4);
    if (character < start) {
      end = middle;
    } else if (character - start < Number(ranges_, middle * kRange + 4, 2)) {
      unsigned glyph = Number(ranges_, middle * kRange + 6, 2) + static_cast<unsigned>(character - start);
      return glyph < glyph_count_ ? glyph : kNone;
    } else {
      first = middle + 1;
    }
  }
  return kNone;
}

bool Font::Has(char32_t character) const { return Find(character) != kNone; }

std::span<const std::byte> Font::Glyph(char32_t character) const {
  unsigned glyph = Find(character);
  if (glyph == kNone) {
    glyph = Find(LookAlike(character));
  }
  return glyphs_.subspan((glyph == kNone ? 0 : glyph) * std::size_t{height_}, height_);
}

}  // namespace terminal
