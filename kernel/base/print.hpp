#pragma once
// The kernel's own words on the serial line: boot failures in every build, the rest in debug builds only.

#include <string_view>

#include "base/types.hpp"

namespace kernel {

/// Writes text to COM1; LF becomes CR LF.
void Print(std::string_view text);
void PrintChar(char character);
/// Writes value as 0x and hexadecimal digits.
void PrintHex(Word value);

/// One sentence for a boot that cannot go on, then the processor stops for good. Printed by release kernels too.
[[noreturn]] void Fatal(std::string_view sentence);
/// A broken invariant of the kernel itself.
[[noreturn]] void Panic(std::string_view sentence, Word detail = 0);

#if NEPTUNE_DEBUG
inline void Assert(bool condition, std::string_view sentence) {
  if (!condition) [[unlikely]] {
    Panic(sentence);
  }
}
#else
inline void Assert(bool, std::string_view) {}
#endif

}  // namespace kernel
