// Bitmaps of 32-bit words, least significant bit first. Bits outside the map are never written; their value never
// counts.
#include <bit>

#include "rtlp.hpp"

namespace {

constexpr ULONG kBits = 32;
constexpr ULONG kNone = MAXULONG;

/// Bits `from` (inclusive) to `to` (exclusive) of one word; to > from, to <= 32.
constexpr uint32_t Mask(ULONG from, ULONG to) { return (~uint32_t{0} >> (kBits - (to - from))) << from; }

bool InMap(PCRTL_BITMAP map, ULONG start, ULONG count) {
  return start < map->SizeOfBitMap && count <= map->SizeOfBitMap - start;
}

// Calls visit(word, mask) for every word of [start, start + count) until it says false.
template <typename Visit>
bool ForWords(PCRTL_BITMAP map, ULONG start, ULONG count, Visit visit) {
  while (count > 0) {
    const ULONG from = start % kBits;
    const ULONG part = count < kBits - from ? count : kBits - from;
    if (!visit(map->Buffer[start / kBits], Mask(from, from + part))) {
      return false;
    }
    start += part;
    count -= part;
  }
  return true;
}

/// First index >= from whose bit is `set`; SizeOfBitMap when there is none.
ULONG Next(PCRTL_BITMAP map, ULONG from, bool set) {
  const ULONG size = map->SizeOfBitMap;
  while (from < size) {
    const uint32_t word = (set ? map->Buffer[from / kBits] : ~map->Buffer[from / kBits]) >> (from % kBits);
    if (word != 0) {
      const ULONG index = from + static_cast<ULONG>(std::countr_zero(word));
      return index < size ? index : size;
    }
    from += kBits - from % kBits;
  }
  return size;
}

/// Start of the first run of `count` bits that begins in [from, limit).
ULONG FindRun(PCRTL_BITMAP map, ULONG count, ULONG from, ULONG limit, bool set) {
  for (ULONG start = Next(map, from, set); start < limit && InMap(map, start, count);) {
    const ULONG end = Next(map, start, !set);
    if (end - start >= count) {
      return start;
    }
    start = Next(map, end, set);
  }
  return kNone;
}

ULONG Find(PCRTL_BITMAP map, ULONG count, ULONG hint, bool set) {
  if (count > map->SizeOfBitMap) {
    return kNone;
  }
  hint = hint < map->SizeOfBitMap ? hint : 0;
  if (count == 0) {
    return hint & ~7u;  // as NT: the byte of the hint
  }
  const ULONG found = FindRun(map, count, hint, map->SizeOfBitMap, set);
  return found != kNone || hint == 0 ? found : FindRun(map, count, 0, hint, set);
}

ULONG Longest(PCRTL_BITMAP map, PULONG index, bool set) {
  ULONG best = 0;
  ULONG best_start = 0;
  for (ULONG start = Next(map, 0, set); start < map->SizeOfBitMap;) {
    const ULONG end = Next(map, start, !set);
    if (end - start > best) {
      best = end - start;
      best_start = start;
    }
    start = Next(map, end, set);
  }
  if (index != nullptr) {
    *index = best_start;
  }
  return best;
}

ULONG NextRun(PCRTL_BITMAP map, ULONG from, PULONG index, bool set) {
  const ULONG start = Next(map, from, set);
  *index = start;
  return start < map->SizeOfBitMap ? Next(map, start, !set) - start : 0;
}

ULONG Count(PCRTL_BITMAP map) {
  ULONG count = 0;
  ForWords(map, 0, map->SizeOfBitMap, [&](uint32_t word, uint32_t mask) {
    count += static_cast<ULONG>(std::popcount(word & mask));
    return true;
  });
  return count;
}

}  // namespace

extern "C" {

VOID NTAPI RtlInitializeBitMap(PRTL_BITMAP map, PULONG buffer, ULONG size) {
  map->SizeOfBitMap = size;
  map->Buffer = buffer;
}

VOID NTAPI RtlClearBit(PRTL_BITMAP map, ULONG bit) { map->Buffer[bit / kBits] &= ~(1u << bit % kBits); }
VOID NTAPI RtlSetBit(PRTL_BITMAP map, ULONG bit) { map->Buffer[bit / kBits] |= 1u << bit % kBits; }
BOOLEAN NTAPI RtlTestBit(PCRTL_BITMAP map, ULONG bit) { return (map->Buffer[bit / kBits] >> bit % kBits & 1) != 0; }

VOID NTAPI RtlClearBits(PRTL_BITMAP map, ULONG start, ULONG count) {
  if (InMap(map, start, count)) {
    ForWords(map, start, count, [](ULONG &word, uint32_t mask) {
      word &= ~mask;
      return true;
    });
  }
}

VOID NTAPI RtlSetBits(PRTL_BITMAP map, ULONG start, ULONG count) {
  if (InMap(map, start, count)) {
    ForWords(map, start, count, [](ULONG &word, uint32_t mask) {
      word |= mask;
      return true;
    });
  }
}

VOID NTAPI RtlClearAllBits(PRTL_BITMAP map) { RtlClearBits(map, 0, map->SizeOfBitMap); }
VOID NTAPI RtlSetAllBits(PRTL_BITMAP map) { RtlSetBits(map, 0, map->SizeOfBitMap); }

ULONG NTAPI RtlFindClearBits(PCRTL_BITMAP map, ULONG count, ULONG hint) { return Find(map, count, hint, false); }
ULONG NTAPI RtlFindSetBits(PCRTL_BITMAP map, ULONG count, ULONG hint) { return Find(map, count, hint, true); }

ULONG NTAPI RtlFindClearBitsAndSet(PRTL_BITMAP map, ULONG count, ULONG hint) {
  const ULONG found = Find(map, count, hint, false);
  if (found != kNone) {
    RtlSetBits(map, found, count);
  }
  return found;
}

ULONG NTAPI RtlFindSetBitsAndClear(PRTL_BITMAP map, ULONG count, ULONG hint) {
  const ULONG found = Find(map, count, hint, true);
  if (found != kNone) {
    RtlClearBits(map, found, count);
  }
  return found;
}

ULONG NTAPI RtlFindClearRuns(PCRTL_BITMAP map, PRTL_BITMAP_RUN runs, ULONG capacity, BOOLEAN longest) {
  ULONG count = 0;
  for (ULONG start = Next(map, 0, false); start < map->SizeOfBitMap && capacity > 0;) {
    const ULONG end = Next(map, start, true);
    const RTL_BITMAP_RUN run{start, end - start};
    start = Next(map, end, false);
    if (longest == 0) {
      runs[count++] = run;
      if (count == capacity) {
        break;
      }
      continue;
    }
    // Kept sorted, the longest first.
    if (count == capacity && runs[count - 1].NumberOfBits >= run.NumberOfBits) {
      continue;
    }
    ULONG at = count < capacity ? count++ : count - 1;
    for (; at > 0 && runs[at - 1].NumberOfBits < run.NumberOfBits; --at) {
      runs[at] = runs[at - 1];
    }
    runs[at] = run;
  }
  return count;
}

ULONG NTAPI RtlFindLongestRunClear(PCRTL_BITMAP map, PULONG index) { return Longest(map, index, false); }
ULONG NTAPI RtlFindLongestRunSet(PCRTL_BITMAP map, PULONG index) { return Longest(map, index, true); }
ULONG NTAPI RtlFindFirstRunClear(PCRTL_BITMAP map, PULONG index) { return NextRun(map, 0, index, false); }

ULONG NTAPI RtlFindNextForwardRunClear(PCRTL_BITMAP map, ULONG from, PULONG index) {
  return NextRun(map, from, index, false);
}

ULONG NTAPI RtlFindNextForwardRunSet(PCRTL_BITMAP map, ULONG from, PULONG index) {
  return NextRun(map, from, index, true);
}

ULONG NTAPI RtlFindLastBackwardRunClear(PCRTL_BITMAP map, ULONG from, PULONG index) {
  *index = 0;
  if (map->SizeOfBitMap == 0) {
    return 0;
  }
  ULONG end = (from < map->SizeOfBitMap ? from : map->SizeOfBitMap - 1) + 1;
  while (end > 0 && RtlTestBit(map, end - 1)) {
    --end;
  }
  ULONG start = end;
  while (start > 0 && !RtlTestBit(map, start - 1)) {
    --start;
  }
  *index = start;
  return end - start;
}

ULONG NTAPI RtlNumberOfSetBits(PCRTL_BITMAP map) { return Count(map); }
ULONG NTAPI RtlNumberOfClearBits(PCRTL_BITMAP map) { return map->SizeOfBitMap - Count(map); }

BOOLEAN NTAPI RtlAreBitsClear(PCRTL_BITMAP map, ULONG start, ULONG count) {
  return count != 0 && InMap(map, start, count) &&
         ForWords(map, start, count, [](uint32_t word, uint32_t mask) { return (word & mask) == 0; });
}

BOOLEAN NTAPI RtlAreBitsSet(PCRTL_BITMAP map, ULONG start, ULONG count) {
  return count != 0 && InMap(map, start, count) &&
         ForWords(map, start, count, [](uint32_t word, uint32_t mask) { return (word & mask) == mask; });
}

CCHAR NTAPI RtlFindMostSignificantBit(ULONGLONG set) {
  return static_cast<CCHAR>(set == 0 ? -1 : 63 - std::countl_zero(set));
}

CCHAR NTAPI RtlFindLeastSignificantBit(ULONGLONG set) {
  return static_cast<CCHAR>(set == 0 ? -1 : std::countr_zero(set));
}

}  // extern "C"
