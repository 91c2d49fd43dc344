#pragma once
// A buddy allocator over a range whose bookkeeping lies elsewhere: the memory given out is shared with others and is
// never read here. Pure; tested on the host.

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace host {

// Blocks of 2^kMinimumBits .. 2^kTotalBits bytes. Offsets count from the start of the range.
template <unsigned kTotalBits, unsigned kMinimumBits = 6>
class Buddy {
 public:
  static constexpr uint32_t kNone = 0xffff'ffff;

  constexpr Buddy() {
    first_.fill(kNoGranule);
    order_.fill(kInside);
    PushFree(0, kOrders - 1);
  }

  // The offset of a block of at least `length` bytes (1 is taken for 0), aligned to its size; kNone without room.
  constexpr uint32_t Allocate(size_t length) {
    if (length > size_t{1} << kTotalBits) {
      return kNone;
    }
    size_t granules = length <= 1 ? 1 : (length + kGranule - 1) >> kMinimumBits;
    unsigned wanted = static_cast<unsigned>(std::bit_width(granules - 1));
    unsigned order = wanted;
    while (order < kOrders && first_[order] == kNoGranule) {
      order += 1;
    }
    if (order == kOrders) {
      return kNone;
    }
    uint16_t granule = first_[order];
    Remove(granule, order);
    while (order > wanted) {
      order -= 1;
      PushFree(static_cast<uint16_t>(granule + (1u << order)), order);
    }
    order_[granule] = static_cast<uint8_t>(kUsed | order);
    return static_cast<uint32_t>(granule) << kMinimumBits;
  }

  // Gives a block back. False when `offset` is not the start of a block in use.
  constexpr bool Free(uint32_t offset) {
    if (offset % kGranule != 0 || offset >> kMinimumBits >= kGranules) {
      return false;
    }
    auto granule = static_cast<uint16_t>(offset >> kMinimumBits);
    if ((order_[granule] & kUsed) == 0 || order_[granule] == kInside) {
      return false;
    }
    unsigned order = order_[granule] & kOrderMask;
    order_[granule] = kInside;
    while (order + 1 < kOrders) {
      auto buddy = static_cast<uint16_t>(granule ^ (1u << order));
      if (order_[buddy] != order) {
        break;
      }
      Remove(buddy, order);
      granule = granule < buddy ? granule : buddy;
      order += 1;
    }
    PushFree(granule, order);
    return true;
  }

 private:
  static constexpr unsigned kOrders = kTotalBits - kMinimumBits + 1;
  static constexpr size_t kGranule = size_t{1} << kMinimumBits;
  static constexpr size_t kGranules = size_t{1} << (kTotalBits - kMinimumBits);
  static_assert(kGranules <= 0x8000);
  static constexpr uint16_t kNoGranule = 0xffff;
  // What order_ says of a granule: the order of the free block that begins there, kUsed | order for one in use, and
  // kInside for a granule where no block begins.
  static constexpr uint8_t kUsed = 0x80;
  static constexpr uint8_t kOrderMask = 0x3f;
  static constexpr uint8_t kInside = 0xff;

  constexpr void PushFree(uint16_t granule, unsigned order) {
    order_[granule] = static_cast<uint8_t>(order);
    next_[granule] = first_[order];
    previous_[granule] = kNoGranule;
    if (first_[order] != kNoGranule) {
      previous_[first_[order]] = granule;
    }
    first_[order] = granule;
  }

  constexpr void Remove(uint16_t granule, unsigned order) {
    uint16_t next = next_[granule];
    uint16_t previous = previous_[granule];
    (previous == kNoGranule ? first_[order] : next_[previous]) = next;
    if (next != kNoGranule) {
      previous_[next] = previous;
    }
    order_[granule] = kInside;
  }

  std::array<uint16_t, kOrders> first_{};
  std::array<uint16_t, kGranules> next_{};
  std::array<uint16_t, kGranules> previous_{};
  std::array<uint8_t, kGranules> order_{};
};

}  // namespace host
