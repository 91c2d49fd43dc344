// Heap: segments, commitment and blocks that are regions of their own.
#include "heap_internal.hpp"

namespace rtlp {

namespace {

HANDLE const kSelf = NtCurrentProcess();

char *Reserve(size_t size, ULONG type, ULONG protection) {
  PVOID base = nullptr;
  SIZE_T region = size;
  return NT_SUCCESS(NtAllocateVirtualMemory(kSelf, &base, 0, &region, type, protection)) ? static_cast<char *>(base)
                                                                                         : nullptr;
}

void FreeRegion(void *base) {
  SIZE_T size = 0;
  NtFreeVirtualMemory(kSelf, &base, &size, MEM_RELEASE);
}

}  // namespace

bool Heap::Commit(char *from, size_t bytes) {
  PVOID base = from;
  SIZE_T size = bytes;
  if (commit_routine != nullptr) {
    return NT_SUCCESS(commit_routine(this, &base, &size));
  }
  return NT_SUCCESS(NtAllocateVirtualMemory(kSelf, &base, 0, &size, MEM_COMMIT, protection));
}

// Lays one free block and the end mark over the committed part.
void Heap::Open(Segment &where, char *first, char *reserve_end, char *commit_end) {
  where.signature = kSegmentSignature;
  where.index = segment_count++;
  where.reserve_end = reserve_end;
  where.commit_end = commit_end;
  where.first = reinterpret_cast<Block *>(first);
  const auto units = static_cast<uint32_t>(static_cast<size_t>(commit_end - first) / kUnit) - 1;
  *where.first = {units, 0, kFree, 0, 0, 0};
  Block *const end = where.first->Next();
  *end = {0, units, kEnd, 0, 0, 0};
  Seal(end);
}

// Commits at least `bytes` more at a segment's end. The new block, joined with a free one before it, is in no list.
Block *Heap::Extend(Segment &where, size_t bytes) {
  const auto room = static_cast<size_t>(where.reserve_end - where.commit_end);
  const size_t least = RoundUp(bytes, kPage);
  if (least > room) {
    return nullptr;
  }
  size_t step = least < kCommitStep ? (kCommitStep < room ? kCommitStep : room) : least;
  if (!Commit(where.commit_end, step)) {
    step = least;
    if (!Commit(where.commit_end, step)) {
      return nullptr;
    }
  }
  Block *const block = reinterpret_cast<Block *>(where.commit_end) - 1;  // takes the end mark's place
  where.commit_end += step;
  block->units = static_cast<uint32_t>(step / kUnit);
  block->state = kFree;
  Block *const end = block->Next();
  *end = {0, block->units, kEnd, 0, 0, 0};
  Seal(end);
  return Merge(block);
}

Segment *Heap::AddSegment(size_t bytes) {
  const size_t header = RoundUp(sizeof(Segment), kUnit);
  const size_t needed = RoundUp(bytes + header + 2 * kUnit, kCommitStep);
  size_t reserve = next_reserve > needed ? next_reserve : needed;
  char *base = Reserve(reserve, MEM_RESERVE, protection);
  if (base == nullptr) {
    reserve = needed;  // address space is scarce: only what is asked for
    base = Reserve(reserve, MEM_RESERVE, protection);
  }
  if (base == nullptr) {
    return nullptr;
  }
  if (!Commit(base, needed)) {
    FreeRegion(base);
    return nullptr;
  }
  next_reserve = next_reserve < kMaximumSegment ? next_reserve * 2 : kMaximumSegment;
  auto *const added = reinterpret_cast<Segment *>(base);
  added->owned = true;
  Open(*added, base + header, base + reserve, base + needed);
  added->next = segment.next;
  segment.next = added;
  return added;
}

// A block of at least `units` from memory that was not committed before, in no list; null when there is none.
Block *Heap::Grow(uint32_t units) {
  const size_t bytes = size_t{units} * kUnit;
  for (Segment *where = &segment; where != nullptr; where = where->next) {
    // A free block at the end would count, but Extend asks for the whole: simple, and wasteful by one block at most.
    if (Block *const block = Extend(*where, bytes); block != nullptr) {
      return block;
    }
  }
  if ((flags & HEAP_GROWABLE) == 0) {
    return nullptr;
  }
  Segment *const added = AddSegment(bytes);
  return added != nullptr ? added->first : nullptr;
}

// `block` is free, in its list, and the last of the segment: keeps a little of it, or lets the whole segment go.
void Heap::GiveBack(Segment &where, Block *block) {
  if (commit_routine != nullptr || !where.owned) {
    return;
  }
  if (&where != &segment && block == where.first) {
    Unlink(block);
    for (Segment *before = &segment; before != nullptr; before = before->next) {
      if (before->next == &where) {
        before->next = where.next;
        break;
      }
    }
    FreeRegion(&where);
    return;
  }
  char *const keep =
      reinterpret_cast<char *>(RoundUp(reinterpret_cast<uintptr_t>(block) + kCommitStep + sizeof(Block), kPage));
  if (keep >= where.commit_end) {
    return;
  }
  PVOID base = keep;
  SIZE_T size = static_cast<size_t>(where.commit_end - keep);
  if (!NT_SUCCESS(NtFreeVirtualMemory(kSelf, &base, &size, MEM_DECOMMIT))) {
    return;
  }
  Unlink(block);
  where.commit_end = keep;
  block->units = static_cast<uint32_t>(static_cast<size_t>(keep - reinterpret_cast<char *>(block)) / kUnit) - 1;
  Block *const end = block->Next();
  *end = {0, block->units, kEnd, 0, 0, 0};
  Seal(end);
  Insert(block);
}

void *Heap::AllocateLarge(ULONG request_flags, size_t size) {
  if ((flags & HEAP_GROWABLE) == 0 || size > SIZE_MAX / 2) {
    return nullptr;
  }
  const size_t committed = RoundUp(size + sizeof(LargeBlock), kPage);
  auto *const region = reinterpret_cast<LargeBlock *>(Reserve(committed, MEM_RESERVE | MEM_COMMIT, protection));
  if (region == nullptr) {
    return nullptr;
  }
  *region = {};  // the data is zero: fresh memory always is
  region->committed = committed;
  region->requested = size;
  region->block.state = kLarge;
  region->block.flags = static_cast<uint8_t>(((request_flags & HEAP_SETTABLE_USER_FLAGS) >> 4) |
                                             ((request_flags & HEAP_SETTABLE_USER_VALUE) != 0 ? kUserValue : 0));
  Seal(&region->block);
  region->next = large;
  if (large != nullptr) {
    large->previous = region;
  }
  large = region;
  return region->block.Data();
}

bool Heap::FreeLarge(LargeBlock *region) {
  if (region->next != nullptr) {
    region->next->previous = region->previous;
  }
  (region->previous != nullptr ? region->previous->next : large) = region->next;
  FreeRegion(region);
  return true;
}

// Within the committed pages, and not so small that an ordinary block would do.
bool Heap::ResizeLarge(ULONG request_flags, LargeBlock *region, size_t size) {
  if (size < kLargeThreshold || size > region->committed - sizeof(LargeBlock)) {
    return false;
  }
  if ((request_flags & HEAP_ZERO_MEMORY) != 0 && size > region->requested) {
    memset(region->block.Data() + region->requested, 0, size - region->requested);
  }
  region->requested = size;
  // Whole pages behind the new end go back; the region's end moves so that they are never used again.
  char *const base = reinterpret_cast<char *>(region);
  const size_t kept = RoundUp(size + sizeof(LargeBlock), kPage);
  if (region->committed - kept >= kCommitStep) {
    PVOID from = base + kept;
    SIZE_T bytes = region->committed - kept;
    if (NT_SUCCESS(NtFreeVirtualMemory(kSelf, &from, &bytes, MEM_DECOMMIT))) {
      region->committed = kept;
    }
  }
  return true;
}

bool Heap::Initialize(Segment *memory, size_t reserve, size_t commit) {
  char *const base = reinterpret_cast<char *>(memory);
  char *const first = base + RoundUp(sizeof(Heap), kUnit);
  signature = kSignature;
  next_reserve = kDefaultReserve;
  Open(segment, first, base + reserve, base + commit);
  Insert(segment.first);
  return true;
}

void Heap::Destroy() {
  while (large != nullptr) {
    FreeLarge(large);
  }
  while (segment.next != nullptr) {
    Segment *const gone = segment.next;
    segment.next = gone->next;
    FreeRegion(gone);
  }
  if (lock == &own_lock) {
    RtlDeleteCriticalSection(lock);
  }
  signature = 0;
  if (segment.owned) {
    FreeRegion(this);
  }
}

}  // namespace rtlp
