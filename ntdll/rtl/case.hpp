// Case mapping of UTF-16 units: the one table of <rtl/upcase.hpp>, read both ways.
#pragma once
#include <rtl/upcase.hpp>

#include <stdint.h>

namespace rtlp {

/// Upper case of one unit; surrogates and characters without case stay.
constexpr uint16_t Upcase(uint16_t unit) { return static_cast<uint16_t>(rtl::Upcase(static_cast<char16_t>(unit))); }

/// Lower case of one unit: what has it as its upper case (for capital sigma not the final form).
constexpr uint16_t Downcase(uint16_t unit) {
  if (unit < 0xc0) {
    return unit >= 'A' && unit <= 'Z' ? static_cast<uint16_t>(unit + 0x20) : unit;
  }
  constexpr uint16_t kFinalSigma = 0x3c2;
  for (const auto &run : rtl::detail::kUpcaseRuns) {
    const auto lower = static_cast<uint16_t>(unit - run.delta);
    if (lower >= run.first && lower <= run.last && (lower - run.first) % run.step == 0 && lower != kFinalSigma) {
      return lower;
    }
  }
  return unit;
}

}  // namespace rtlp
