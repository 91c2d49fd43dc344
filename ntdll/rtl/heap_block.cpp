// Heap: blocks, size classes, splitting and merging.
#include <bit>

#include "heap_internal.hpp"

namespace rtlp {

namespace {

uint32_t ClassOf(uint32_t units) {
  if (units < kExactUnits) {
    return units;
  }
  const auto power = static_cast<uint32_t>(std::bit_width(units)) - 1;  // 7 and more
  return kExactUnits + (power - 7) * 8 + (units >> (power - 3) & 7);
}

uint32_t HeaderMix(const Block *block) {
  const auto address = static_cast<uint32_t>(reinterpret_cast<uintptr_t>(block) >> 4);
  return (block->units * 0x9e37'79b1u ^ std::rotl(block->previous_units, 13)) +
         (uint32_t{block->state} << 24 ^ uint32_t{block->flags} << 16 ^ block->unused) + address;
}

constexpr uint32_t kCheckSalt = 0x4e65'7074;  // distinguishes a sealed header from zeros

void SetNextPrevious(Block *block) {
  Block *const next = block->Next();
  const bool sound = Sealed(next);
  next->previous_units = block->units;
  if (sound) {  // a damaged header stays recognisable
    Seal(next);
  }
}

uint32_t UnitsFor(ULONG request_flags, size_t size) {
  const size_t extra = (request_flags & HEAP_SETTABLE_USER_VALUE) != 0 ? kUnit : 0;
  const auto units = static_cast<uint32_t>((size + extra + sizeof(Block) + kUnit - 1) / kUnit);
  return units < kMinimumUnits ? kMinimumUnits : units;
}

void *MakeBusy(Block *block, ULONG request_flags, size_t size) {
  block->state = kBusy;
  block->flags = static_cast<uint8_t>(((request_flags & HEAP_SETTABLE_USER_FLAGS) >> 4) |
                                      ((request_flags & HEAP_SETTABLE_USER_VALUE) != 0 ? kUserValue : 0));
  block->unused = static_cast<uint16_t>(size_t{block->units} * kUnit - sizeof(Block) - size);
  Seal(block);
  char *const data = block->Data();
  if ((request_flags & HEAP_SETTABLE_USER_VALUE) != 0) {
    memset(data + size_t{block->units} * kUnit - 2 * kUnit, 0, kUnit);
  }
  if ((request_flags & HEAP_ZERO_MEMORY) != 0) {
    memset(data, 0, size);
  }
  return data;
}

}  // namespace

void Seal(Block *block) { block->check = HeaderMix(block) ^ kCheckSalt; }
bool Sealed(const Block *block) { return block->check == (HeaderMix(block) ^ kCheckSalt); }

void Heap::Insert(Block *block) {
  auto *const free = static_cast<FreeBlock *>(block);
  free->state = kFree;
  free->flags = 0;
  free->unused = 0;
  Seal(free);
  const uint32_t index = ClassOf(free->units);
  free->previous = nullptr;
  free->next = classes[index];
  if (free->next != nullptr) {
    free->next->previous = free;
  }
  classes[index] = free;
  class_bits[index / 64] |= uint64_t{1} << index % 64;
}

void Heap::Unlink(Block *block) {
  auto *const free = static_cast<FreeBlock *>(block);
  const uint32_t index = ClassOf(free->units);
  if (free->next != nullptr) {
    free->next->previous = free->previous;
  }
  if (free->previous != nullptr) {
    free->previous->next = free->next;
    return;
  }
  classes[index] = free->next;
  if (free->next == nullptr) {
    class_bits[index / 64] &= ~(uint64_t{1} << index % 64);
  }
}

// A free block of at least `units`, out of its list; null when the heap must grow.
FreeBlock *Heap::TakeFit(uint32_t units) {
  const uint32_t own = ClassOf(units);
  // Every block of a higher class fits; of its own class (above the exact ones) only some do.
  const uint32_t from = units < kExactUnits ? own : own + 1;
  for (uint32_t word = from / 64; word < RTL_NUMBER_OF(class_bits); ++word) {
    uint64_t bits = class_bits[word];
    if (word == from / 64) {
      bits &= ~uint64_t{0} << from % 64;
    }
    if (bits != 0) {
      FreeBlock *const found = classes[word * 64 + static_cast<uint32_t>(std::countr_zero(bits))];
      Unlink(found);
      return found;
    }
  }
  for (FreeBlock *block = from == own ? nullptr : classes[own]; block != nullptr; block = block->next) {
    if (block->units >= units) {
      Unlink(block);
      return block;
    }
  }
  return nullptr;
}

// Cuts a block that is in no list down to `units`; the rest becomes free.
void Heap::Trim(Block *block, uint32_t units) {
  const uint32_t rest = block->units - units;
  if (rest < kMinimumUnits) {
    return;
  }
  block->units = units;
  Block *const tail = block->Next();
  tail->units = rest;
  tail->previous_units = units;
  // What follows may be free too when a live block shrinks.
  if (Block *const next = tail->Next(); next->state == kFree && Sealed(next)) {
    Unlink(next);
    tail->units += next->units;
  }
  SetNextPrevious(tail);
  Insert(tail);
}

// Joins a block that is in no list with its free neighbours, which leave theirs. The result is in no list.
Block *Heap::Merge(Block *block) {
  if (Block *const next = block->Next(); next->state == kFree && Sealed(next)) {
    Unlink(next);
    block->units += next->units;
  }
  if (block->previous_units != 0) {
    Block *const previous = block->Previous();
    if (previous->state == kFree && Sealed(previous)) {
      Unlink(previous);
      previous->units += block->units;
      block->check = ~block->check;  // a header inside a free block must not pass for a live one
      block = previous;
    }
  }
  SetNextPrevious(block);
  return block;
}

void Heap::Release(Block *block) {
  block = Merge(block);
  Insert(block);
  if (size_t{block->units} * kUnit >= kDecommitThreshold && block->Next()->state == kEnd) {
    if (Segment *const where = SegmentOf(block); where != nullptr) {
      GiveBack(*where, block);
    }
  }
}

void Heap::FlushCaches() {
  for (auto &list : cache) {
    while (list.first != nullptr) {
      FreeBlock *const block = list.first;
      list.first = block->next;
      list.depth = 0;
      Release(block);
    }
  }
}

void *Heap::Allocate(ULONG request_flags, size_t size) {
  if (size >= kLargeThreshold) [[unlikely]] {
    return AllocateLarge(request_flags, size);
  }
  const uint32_t units = UnitsFor(request_flags, size);
  if (units <= kCachedUnits) {
    if (FreeBlock *const block = cache[units].first; block != nullptr) {
      cache[units].first = block->next;
      --cache[units].depth;
      return MakeBusy(block, request_flags, size);
    }
  }
  Block *block = TakeFit(units);
  if (block == nullptr) {
    FlushCaches();
    block = TakeFit(units);
    if (block == nullptr) {
      block = Grow(units);
      if (block == nullptr) {
        return nullptr;
      }
    }
  }
  Trim(block, units);
  return MakeBusy(block, request_flags, size);
}

Segment *Heap::SegmentOf(const void *address) {
  const auto *const at = static_cast<const char *>(address);
  for (Segment *where = &segment; where != nullptr; where = where->next) {
    if (at >= reinterpret_cast<const char *>(where->first) && at < where->commit_end) {
      return where;
    }
  }
  return nullptr;
}

Block *Heap::Find(const void *data) {
  if (reinterpret_cast<uintptr_t>(data) % kUnit != 0) {
    return nullptr;
  }
  auto *const block = static_cast<Block *>(const_cast<void *>(data)) - 1;
  if (SegmentOf(block) != nullptr) {
    return block->state == kBusy && Sealed(block) ? block : nullptr;
  }
  for (LargeBlock *region = large; region != nullptr; region = region->next) {
    if (&region->block == block) {
      return block->state == kLarge && Sealed(block) ? block : nullptr;
    }
  }
  return nullptr;
}

bool Heap::Free(void *data) {
  Block *const block = Find(data);
  if (block == nullptr) [[unlikely]] {
    return false;
  }
  if (block->state == kLarge) [[unlikely]] {
    return FreeLarge(CONTAINING_RECORD(block, LargeBlock, block));
  }
  if (!Sealed(block->Next())) [[unlikely]] {
    return false;  // overrun: what follows is not a header any more
  }
  const uint32_t units = block->units;
  if (units <= kCachedUnits && cache[units].depth < kCacheDepth) {
    auto *const cached = static_cast<FreeBlock *>(block);
    cached->state = kCached;
    Seal(cached);
    cached->next = cache[units].first;
    cache[units].first = cached;
    ++cache[units].depth;
    return true;
  }
  Release(block);
  return true;
}

size_t Heap::SizeOf(Block *block) {
  return block->state == kLarge ? CONTAINING_RECORD(block, LargeBlock, block)->requested : block->Size();
}

PVOID *Heap::UserValueOf(Block *block) {
  if (!block->Has(kUserValue)) {
    return nullptr;
  }
  if (block->state == kLarge) {
    return &CONTAINING_RECORD(block, LargeBlock, block)->user_value;
  }
  return reinterpret_cast<PVOID *>(reinterpret_cast<char *>(block) + size_t{block->units} * kUnit - kUnit);
}

// Grows into a free neighbour or shrinks; false when it cannot stay where it is.
bool Heap::ResizeInPlace(ULONG request_flags, Block *block, size_t size) {
  const bool has_value = block->Has(kUserValue);
  const uint32_t units = UnitsFor(has_value ? HEAP_SETTABLE_USER_VALUE : 0, size);
  const size_t old_size = block->Size();
  const PVOID value = has_value ? *UserValueOf(block) : nullptr;
  if (units > block->units) {
    Block *const next = block->Next();
    if (next->state != kFree || !Sealed(next) || uint64_t{block->units} + next->units < units) {
      return false;
    }
    Unlink(next);
    block->units += next->units;
    SetNextPrevious(block);
  }
  Trim(block, units);
  block->unused = static_cast<uint16_t>(size_t{block->units} * kUnit - sizeof(Block) - size);
  Seal(block);
  if (has_value) {
    *UserValueOf(block) = value;
  }
  if ((request_flags & HEAP_ZERO_MEMORY) != 0 && size > old_size) {
    memset(block->Data() + old_size, 0, size - old_size);
  }
  return true;
}

void *Heap::Reallocate(ULONG request_flags, void *data, size_t size) {
  Block *const block = Find(data);
  if (block == nullptr) {
    return nullptr;
  }
  const size_t old_size = SizeOf(block);
  const bool was_large = block->state == kLarge;
  if (was_large ? ResizeLarge(request_flags, CONTAINING_RECORD(block, LargeBlock, block), size)
                : size < kLargeThreshold && ResizeInPlace(request_flags, block, size)) {
    return data;
  }
  if ((request_flags & HEAP_REALLOC_IN_PLACE_ONLY) != 0) {
    return nullptr;
  }
  const ULONG kept =
      static_cast<ULONG>((block->flags & kUserFlags) << 4) | (block->Has(kUserValue) ? HEAP_SETTABLE_USER_VALUE : 0);
  void *const moved = Allocate((request_flags & ~HEAP_ZERO_MEMORY) | kept, size);
  if (moved == nullptr) {
    return nullptr;
  }
  memcpy(moved, data, old_size < size ? old_size : size);
  if ((request_flags & HEAP_ZERO_MEMORY) != 0 && size > old_size) {
    memset(static_cast<char *>(moved) + old_size, 0, size - old_size);
  }
  if (block->Has(kUserValue)) {
    *UserValueOf(static_cast<Block *>(moved) - 1) = *UserValueOf(block);
  }
  Free(data);
  return moved;
}

}  // namespace rtlp
