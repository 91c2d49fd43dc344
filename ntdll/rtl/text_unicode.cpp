// RtlIsTextUnicode: the documented tests of a buffer for UTF-16.
#include "rtlp.hpp"

namespace {

constexpr int kMostUnits = 256;  // a look at the beginning is enough

struct Counts {
  int units = 0;
  int ascii = 0;     // units below 0x80
  int controls = 0;  // CR, LF, tab, blank, CJK blank
  int swapped_controls = 0;
  int illegal = 0;
  int zero_bytes = 0;
  int low_change = 0;  // how much the low bytes vary, and the high ones
  int high_change = 0;
};

bool IsControl(uint16_t unit) {
  return unit == 0x000d || unit == 0x000a || unit == 0x0020 || unit == 0x0009 || unit == 0x3000;
}

Counts Look(const unsigned char *bytes, int size) {
  Counts counts;
  unsigned previous_low = 0;
  unsigned previous_high = 0;
  for (int i = 0; i + 1 < size && counts.units < kMostUnits; i += 2, ++counts.units) {
    const unsigned low = bytes[i];
    const unsigned high = bytes[i + 1];
    const auto unit = static_cast<uint16_t>(low | high << 8);
    counts.ascii += unit < 0x80;
    counts.controls += IsControl(unit);
    counts.swapped_controls += IsControl(static_cast<uint16_t>(low << 8 | high));
    counts.illegal += unit == 0xfffe || unit == 0xffff || unit == 0x0a0d || unit == 0;
    counts.zero_bytes += (low == 0) != (high == 0);
    counts.low_change += static_cast<int>(low > previous_low ? low - previous_low : previous_low - low);
    counts.high_change += static_cast<int>(high > previous_high ? high - previous_high : previous_high - high);
    previous_low = low;
    previous_high = high;
  }
  return counts;
}

}  // namespace

extern "C" BOOLEAN NTAPI RtlIsTextUnicode(const VOID *buffer, INT size, INT *result) {
  const int wanted = result != nullptr ? *result : ~0;
  if (size < 2) {
    if (result != nullptr) {
      *result = 0;
    }
    return FALSE;
  }
  const auto *const bytes = static_cast<const unsigned char *>(buffer);
  const Counts counts = Look(bytes, size);
  int found = 0;
  found |= size % 2 != 0 ? IS_TEXT_UNICODE_ODD_LENGTH : 0;
  found |= bytes[0] == 0xff && bytes[1] == 0xfe ? IS_TEXT_UNICODE_SIGNATURE : 0;
  found |= bytes[0] == 0xfe && bytes[1] == 0xff ? IS_TEXT_UNICODE_REVERSE_SIGNATURE : 0;
  found |= counts.ascii == counts.units ? IS_TEXT_UNICODE_ASCII16 | IS_TEXT_UNICODE_STATISTICS : 0;
  found |= counts.high_change * 3 < counts.low_change ? IS_TEXT_UNICODE_STATISTICS : 0;
  found |= counts.low_change * 3 < counts.high_change ? IS_TEXT_UNICODE_REVERSE_STATISTICS : 0;
  found |= counts.controls != 0 ? IS_TEXT_UNICODE_CONTROLS : 0;
  found |= counts.swapped_controls != 0 ? IS_TEXT_UNICODE_REVERSE_CONTROLS : 0;
  found |= counts.illegal != 0 ? IS_TEXT_UNICODE_ILLEGAL_CHARS : 0;
  found |= counts.zero_bytes != 0 ? IS_TEXT_UNICODE_NULL_BYTES : 0;
  found &= wanted;
  if (result != nullptr) {
    *result = found;
  }
  if ((found & (IS_TEXT_UNICODE_REVERSE_MASK | IS_TEXT_UNICODE_ILLEGAL_CHARS | IS_TEXT_UNICODE_ODD_LENGTH)) != 0) {
    return FALSE;
  }
  return (found & (IS_TEXT_UNICODE_UNICODE_MASK | IS_TEXT_UNICODE_NULL_BYTES)) != 0;
}
