#include <ke/untyped.hpp>

#include <ke/boot_info.hpp>

#include <algorithm>

namespace ke {
namespace {

constexpr std::uint64_t kFrameSize = 4096;
constexpr std::size_t kMaximumRanges = 2 * CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS;
constinit UntypedRange ranges[kMaximumRanges];
constinit std::size_t range_count = 0;
constinit std::uint64_t total = 0;
constinit std::uint64_t left = 0;

std::uint64_t AlignedUse(const UntypedRange &range, unsigned bits) {
  std::uint64_t size = std::uint64_t{1} << bits;
  return (range.used + size - 1) & ~(size - 1);
}

bool Fits(const UntypedRange &range, unsigned bits) {
  return !range.device && AlignedUse(range, bits) + (std::uint64_t{1} << bits) <= (std::uint64_t{1} << range.bits);
}

// Ranges in use come before untouched ones of the same size; among untouched ones the smallest.
UntypedRange *Smallest(unsigned bits) {
  UntypedRange *best = nullptr;
  for (std::size_t i = 0; i < range_count; i += 1) {
    UntypedRange &range = ranges[i];
    if (!Fits(range, bits)) {
      continue;
    }
    bool better = best == nullptr || (best->used == 0 && range.used != 0) ||
                  ((best->used == 0) == (range.used == 0) && range.bits < best->bits);
    if (better) {
      best = &range;
    }
  }
  return best;
}

}  // namespace

void InitialiseUntyped() {
  const seL4_BootInfo &info = *boot_info;
  for (seL4_SlotPos slot = info.untyped.start; slot < info.untyped.end; slot += 1) {
    const seL4_UntypedDesc &description = info.untypedList[slot - info.untyped.start];
    UntypedRange &range = ranges[range_count++];
    range.untyped = cap::Cap<cap::Untyped>(slot);
    range.base = description.paddr;
    range.bits = description.sizeBits;
    range.device = description.isDevice != 0;
    if (!range.device) {
      total += std::uint64_t{1} << range.bits;
    }
  }
  left = total;
}

UntypedRange *TakeUntyped(unsigned bits) {
  UntypedRange *range = Smallest(bits);
  if (range == nullptr) {
    return nullptr;
  }
  std::uint64_t used = AlignedUse(*range, bits) + (std::uint64_t{1} << bits);
  left -= used - range->used;
  range->used = used;
  return range;
}

FrameRun TakeFrames(unsigned wanted) {
  UntypedRange *range = Smallest(12);
  if (range == nullptr) {
    return {};
  }
  std::uint64_t start = AlignedUse(*range, 12);
  std::uint64_t room = ((std::uint64_t{1} << range->bits) - start) / kFrameSize;
  auto count = static_cast<unsigned>(std::min<std::uint64_t>(wanted, room));
  std::uint64_t used = start + count * kFrameSize;
  left -= used - range->used;
  range->used = used;
  return {range, range->base + start, count};
}

ContiguousRun TakeContiguous(unsigned count, std::uint64_t lowest, std::uint64_t limit, std::uint64_t boundary) {
  const std::uint64_t bytes = count * kFrameSize;
  UntypedRange *best = nullptr;
  std::uint64_t best_start = 0;
  for (std::size_t i = 0; i < range_count; i += 1) {
    UntypedRange &range = ranges[i];
    if (!Fits(range, 12)) {
      continue;
    }
    std::uint64_t start = range.base + AlignedUse(range, 12);
    if (boundary > bytes && (start & ~(boundary - 1)) != ((start + bytes - 1) & ~(boundary - 1))) {
      start = (start + boundary - 1) & ~(boundary - 1);
    }
    if (boundary != 0 && boundary <= bytes) {
      start = (start + boundary - 1) & ~(boundary - 1);
    }
    if (start < lowest) {
      start = (lowest + kFrameSize - 1) & ~(kFrameSize - 1);
    }
    if (start + bytes > limit || start + bytes > range.base + (std::uint64_t{1} << range.bits)) {
      continue;
    }
    bool better = best == nullptr || (best->used == 0 && range.used != 0) ||
                  ((best->used == 0) == (range.used == 0) && range.bits < best->bits);
    if (better) {
      best = &range;
      best_start = start;
    }
  }
  if (best == nullptr) {
    return {};
  }
  std::uint64_t first = best->base + AlignedUse(*best, 12);
  std::uint64_t used = best_start + bytes - best->base;
  left -= used - best->used;
  best->used = used;
  return {{best, best_start, count}, static_cast<unsigned>((best_start - first) / kFrameSize)};
}

std::uint64_t UntypedLeft() { return left; }
std::uint64_t UntypedTotal() { return total; }

UntypedRange *FindDevice(std::uint64_t address) {
  for (std::size_t i = 0; i < range_count; i += 1) {
    UntypedRange &range = ranges[i];
    if (range.device && address >= range.base + range.used && address - range.base < (std::uint64_t{1} << range.bits)) {
      return &range;
    }
  }
  return nullptr;
}

bool AddDevice(const UntypedRange &range) {
  if (range_count == kMaximumRanges) {
    return false;
  }
  ranges[range_count++] = range;
  return true;
}

}  // namespace ke
