#pragma once
// Words, sizes and outcomes that every part of the kernel shares.

#include <sel4/sel4.h>
#include <stddef.h>
#include <stdint.h>

namespace kernel {

using Word = seL4_Word;
using Paddr = uint64_t;
using Vaddr = uint64_t;
using Cptr = Word;

/// How the kernel's part of a system call ended. Details of kError sit in syscall_error, of kFault in current_fault.
enum class Status : uint8_t { kOk, kFault, kError, kPreempted };

constexpr Word Bit(Word n) { return Word{1} << n; }
constexpr Word Mask(Word bits) { return bits >= 64 ? ~Word{0} : Bit(bits) - 1; }
constexpr Word AlignUp(Word value, Word bits) { return (value + Mask(bits)) & ~Mask(bits); }
constexpr Word AlignDown(Word value, Word bits) { return value & ~Mask(bits); }
template <typename T>
constexpr T Min(T a, T b) {
  return a < b ? a : b;
}
template <typename T>
constexpr T Max(T a, T b) {
  return a > b ? a : b;
}

}  // namespace kernel
