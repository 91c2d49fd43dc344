// Interlocked singly linked lists: one 16-byte header {depth, sequence, first entry} exchanged as a whole. The sequence
// number makes a header that was changed and changed back different (the ABA problem). An entry that a popper reads may
// just have been freed by another thread: lists' entries must stay mapped, as NT documents.
#include "rtlp.hpp"

#if NT_64BIT

namespace {

struct Header {
  uint64_t depth_sequence;  // depth: bits 0-15
  uint64_t next;            // entry address; 16-byte aligned, low 4 bits reserved
};

constexpr uint64_t kSequenceStep = 0x10000;

bool Exchange(PSLIST_HEADER list, Header &expected, Header desired) {
  // cmpxchg16b by hand: the builtin would call a library for 16 bytes on some targets.
  bool done;
  asm volatile("lock cmpxchg16b %1"
               : "=@ccz"(done), "+m"(*list), "+a"(expected.depth_sequence), "+d"(expected.next)
               : "b"(desired.depth_sequence), "c"(desired.next)
               : "memory");
  return done;
}

Header Load(const SLIST_HEADER *list) {
  const volatile ULONGLONG *const words = &list->Alignment;
  return {words[0], words[1]};
}

PSLIST_ENTRY Entry(const Header &header) { return reinterpret_cast<PSLIST_ENTRY>(header.next & ~uint64_t{0xf}); }

uint64_t Bumped(const Header &header, uint64_t depth) {
  return ((header.depth_sequence & ~uint64_t{0xffff}) + kSequenceStep) | (depth & 0xffff);
}

}  // namespace

extern "C" {

VOID NTAPI RtlInitializeSListHead(PSLIST_HEADER list) {
  list->Alignment = 0;
  list->Region = 0;
}

PSLIST_ENTRY NTAPI RtlFirstEntrySList(const SLIST_HEADER *list) { return Entry(Load(list)); }

USHORT NTAPI RtlQueryDepthSList(PSLIST_HEADER list) { return static_cast<USHORT>(Load(list).depth_sequence); }

PSLIST_ENTRY NTAPI RtlInterlockedPushListSListEx(PSLIST_HEADER list, PSLIST_ENTRY first, PSLIST_ENTRY last,
                                                 ULONG count) {
  Header seen = Load(list);
  for (;;) {
    last->Next = Entry(seen);
    const Header desired{Bumped(seen, seen.depth_sequence + count), reinterpret_cast<uint64_t>(first)};
    if (Exchange(list, seen, desired)) {
      return last->Next;
    }
  }
}

PSLIST_ENTRY NTAPI RtlInterlockedPushListSList(PSLIST_HEADER list, PSLIST_ENTRY first, PSLIST_ENTRY last, ULONG count) {
  return RtlInterlockedPushListSListEx(list, first, last, count);
}

PSLIST_ENTRY NTAPI RtlInterlockedPushEntrySList(PSLIST_HEADER list, PSLIST_ENTRY entry) {
  return RtlInterlockedPushListSListEx(list, entry, entry, 1);
}

PSLIST_ENTRY NTAPI RtlInterlockedPopEntrySList(PSLIST_HEADER list) {
  Header seen = Load(list);
  for (;;) {
    PSLIST_ENTRY const entry = Entry(seen);
    if (entry == nullptr) {
      return nullptr;
    }
    PSLIST_ENTRY const next = *const_cast<PSLIST_ENTRY volatile *>(&entry->Next);
    if (Exchange(list, seen, {Bumped(seen, seen.depth_sequence - 1), reinterpret_cast<uint64_t>(next)})) {
      return entry;
    }
  }
}

PSLIST_ENTRY NTAPI RtlInterlockedFlushSList(PSLIST_HEADER list) {
  Header seen = Load(list);
  for (;;) {
    if (Entry(seen) == nullptr) {
      return nullptr;
    }
    if (Exchange(list, seen, {Bumped(seen, 0), 0})) {
      return Entry(seen);
    }
  }
}

}  // extern "C"

#endif
