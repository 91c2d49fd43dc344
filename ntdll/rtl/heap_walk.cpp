// Heap: going through all of it, to show it, to check it and to tidy up.
#include "heap_internal.hpp"

namespace rtlp {

namespace {

void Describe(Segment &where, RTL_HEAP_WALK_ENTRY &entry) {
  entry.DataAddress = &where;
  entry.DataSize = 0;
  entry.OverheadBytes = 0;
  entry.SegmentIndex = static_cast<UCHAR>(where.index);
  entry.Flags = RTL_HEAP_SEGMENT;
  entry.Segment.CommittedSize = static_cast<ULONG>(where.commit_end - reinterpret_cast<char *>(&where));
  entry.Segment.UnCommittedSize = static_cast<ULONG>(where.reserve_end - where.commit_end);
  entry.Segment.FirstEntry = where.first;
  entry.Segment.LastEntry = where.commit_end;
}

void Describe(Heap &heap, Block *block, uint32_t index, RTL_HEAP_WALK_ENTRY &entry) {
  const bool busy = block->state == kBusy || block->state == kLarge;
  entry.DataAddress = block->Data();
  entry.DataSize = busy ? heap.SizeOf(block) : size_t{block->units} * kUnit - sizeof(Block);
  entry.OverheadBytes = static_cast<UCHAR>(sizeof(Block) + (busy && block->state == kBusy ? block->unused : 0));
  entry.SegmentIndex = static_cast<UCHAR>(index);
  entry.Flags = 0;
  entry.Block = {};
  if (busy) {
    PVOID *const value = heap.UserValueOf(block);
    entry.Flags = static_cast<USHORT>(RTL_HEAP_BUSY | (value != nullptr ? RTL_HEAP_SETTABLE_VALUE : 0) |
                                      (block->flags & kUserFlags));
    entry.Block.Settable = value != nullptr ? reinterpret_cast<SIZE_T>(*value) : 0;
  }
}

}  // namespace

static_assert(RTL_HEAP_SETTABLE_FLAG1 == HEAP_SETTABLE_USER_FLAG1 >> 4);

// The order: each segment (its own entry, its blocks, its uncommitted rest), then the large blocks.
NTSTATUS Heap::Walk(RTL_HEAP_WALK_ENTRY &entry) {
  auto *const at = static_cast<char *>(entry.DataAddress);
  if (at == nullptr) {
    Describe(segment, entry);
    return STATUS_SUCCESS;
  }
  for (LargeBlock *region = large; region != nullptr; region = region->next) {
    if (region->block.Data() == at) {
      if (region->next == nullptr) {
        return STATUS_NO_MORE_ENTRIES;
      }
      Describe(*this, &region->next->block, 0, entry);
      return STATUS_SUCCESS;
    }
  }
  for (Segment *where = &segment; where != nullptr; where = where->next) {
    Block *next;
    if (at == reinterpret_cast<char *>(where)) {
      next = where->first;
    } else if (at == where->commit_end && (entry.Flags & RTL_HEAP_UNCOMMITTED_RANGE) != 0) {
      next = nullptr;
    } else if (at > reinterpret_cast<char *>(where->first) && at < where->commit_end) {
      auto *const block = reinterpret_cast<Block *>(at) - 1;
      if (reinterpret_cast<uintptr_t>(at) % kUnit != 0 || !Sealed(block)) {
        return STATUS_INVALID_PARAMETER;
      }
      next = block->Next();
    } else {
      continue;
    }
    if (next != nullptr && !Sealed(next)) {
      return STATUS_HEAP_CORRUPTION;
    }
    if (next != nullptr && next->state != kEnd) {
      Describe(*this, next, where->index, entry);
      return STATUS_SUCCESS;
    }
    if (next != nullptr && where->commit_end < where->reserve_end) {
      entry = {};
      entry.DataAddress = where->commit_end;
      entry.DataSize = static_cast<SIZE_T>(where->reserve_end - where->commit_end);
      entry.SegmentIndex = static_cast<UCHAR>(where->index);
      entry.Flags = RTL_HEAP_UNCOMMITTED_RANGE;
      return STATUS_SUCCESS;
    }
    if (where->next != nullptr) {
      Describe(*where->next, entry);
      return STATUS_SUCCESS;
    }
    if (large != nullptr) {
      Describe(*this, &large->block, 0, entry);
      return STATUS_SUCCESS;
    }
    return STATUS_NO_MORE_ENTRIES;
  }
  return STATUS_INVALID_PARAMETER;
}

bool Heap::ValidateSegment(Segment &where) {
  uint32_t previous_units = 0;
  const auto *const end = reinterpret_cast<Block *>(where.commit_end) - 1;
  for (Block *block = where.first;; block = block->Next()) {
    if (block > end || !Sealed(block) || block->previous_units != previous_units) {
      return false;
    }
    if (block->state == kEnd) {
      return block == end;
    }
    if (block->units < kMinimumUnits || (block->state != kFree && block->state != kBusy && block->state != kCached)) {
      return false;
    }
    if (block->state == kFree) {
      const auto *const free = static_cast<FreeBlock *>(block);
      if ((free->next != nullptr && free->next->previous != free) ||
          (free->previous != nullptr && free->previous->next != free)) {
        return false;
      }
    }
    previous_units = block->units;
  }
}

bool Heap::Validate() {
  for (Segment *where = &segment; where != nullptr; where = where->next) {
    if (where->signature != kSegmentSignature || !ValidateSegment(*where)) {
      return false;
    }
  }
  LargeBlock *previous = nullptr;
  for (LargeBlock *region = large; region != nullptr; region = region->next) {
    if (!Sealed(&region->block) || region->block.state != kLarge || region->previous != previous ||
        region->requested > region->committed) {
      return false;
    }
    previous = region;
  }
  return true;
}

size_t Heap::Compact() {
  FlushCaches();
  uint32_t largest = 0;
  for (uint32_t index = kClasses; index-- > 0 && largest == 0;) {
    for (const FreeBlock *block = classes[index]; block != nullptr; block = block->next) {
      largest = block->units > largest ? block->units : largest;
    }
  }
  return largest == 0 ? 0 : size_t{largest} * kUnit - sizeof(Block);
}

}  // namespace rtlp
