#pragma once
// The untyped ledger: which physical memory the kernel gave us and how much of each piece is used. The smallest piece
// that fits is taken first, because an upstream kernel zeroes the whole of an untyped at its first use.

#include <cap/cap.hpp>

#include <cstdint>

namespace ke {

struct UntypedRange {
  cap::Cap<cap::Untyped> untyped;
  std::uint64_t base = 0;  // physical address
  std::uint64_t used = 0;  // bytes from the base
  unsigned bits = 0;
  bool device = false;
};

// Reads the boot information.
void InitialiseUntyped();

// The range from which the next Retype of one object of 2^bits bytes succeeds, its use advanced by that, or nullptr.
UntypedRange *TakeUntyped(unsigned bits);

// A run of at most `wanted` page frames. `first` is the physical address of the first of `count`.
struct FrameRun {
  UntypedRange *range = nullptr;
  std::uint64_t first = 0;
  unsigned count = 0;
};
FrameRun TakeFrames(unsigned wanted);

// A run of exactly `count` frames within [lowest, limit) that crosses no multiple of `boundary` (a power of two; 0:
// any). `skipped` frames of the same range come before it and must be made first. Count 0: there is none.
struct ContiguousRun {
  FrameRun run;
  unsigned skipped = 0;
};
ContiguousRun TakeContiguous(unsigned count, std::uint64_t lowest, std::uint64_t limit, std::uint64_t boundary);

// Bytes of RAM never handed out; bytes of RAM there were at start.
std::uint64_t UntypedLeft();
std::uint64_t UntypedTotal();

// The device range in which the page at physical address `address` is still free, or nullptr.
UntypedRange *FindDevice(std::uint64_t address);
// Enters a device range split off from another one. False when the ledger is full.
bool AddDevice(const UntypedRange &range);

}  // namespace ke
