// The heap's inside.
//
// A heap is a chain of segments: address ranges that are reserved whole and committed from the front. Blocks lie end to
// end in a segment, each with a 16-byte header, up to an end mark (a header alone); a free block keeps its list links
// in its body. Free blocks of one size class hang in one list, a bitmap says which lists have blocks, so that the best
// class is found without a search. Blocks up to 512 bytes that are freed go to a short last-in-first-out cache of their
// size first and are not merged there. Requests from half a megabyte on are regions of their own.
//
// Every header carries a check word over its fields, its address and the process's cookie. It is looked at before a
// header is believed: a double free, a pointer from elsewhere and most overruns are found and answered with FALSE.
#pragma once
#include <nt/nt_services.h>

#include "rtlp.hpp"

namespace rtlp {

inline constexpr size_t kPage = 4096;
inline constexpr size_t kUnit = 16;
inline constexpr size_t kCommitStep = 64 * 1024;
inline constexpr size_t kDefaultReserve = 1024 * 1024;
inline constexpr size_t kMaximumSegment = 64 * 1024 * 1024;
inline constexpr size_t kLargeThreshold = 512 * 1024;
inline constexpr size_t kDecommitThreshold = 256 * 1024;
inline constexpr uint32_t kMinimumUnits = 2;  // header and links
inline constexpr uint32_t kExactUnits = 128;  // classes below hold one size each
inline constexpr uint32_t kCachedUnits = 33;  // blocks up to 512 bytes of data
inline constexpr uint32_t kCacheDepth = 32;
inline constexpr uint32_t kClasses = kExactUnits + 25 * 8;  // above: eight classes for each power of two

constexpr size_t RoundUp(size_t value, size_t unit) { return (value + unit - 1) & ~(unit - 1); }

enum BlockState : uint8_t { kFree = 0xf1, kBusy = 0xb5, kCached = 0xca, kLarge = 0x1a, kEnd = 0xe7 };

enum BlockFlags : uint8_t {
  kUserValue = 0x02,  // the last 16 bytes hold the user value
  kUserFlags = 0xe0,  // HEAP_SETTABLE_USER_FLAGS >> 4
};

struct Block {
  uint32_t units;           // size with header, in kUnit
  uint32_t previous_units;  // 0: first of its segment
  uint8_t state;
  uint8_t flags;
  uint16_t unused;  // bytes of the block beyond header and requested size
  uint32_t check;

  char *Data() { return reinterpret_cast<char *>(this) + sizeof(Block); }
  Block *Next() { return reinterpret_cast<Block *>(reinterpret_cast<char *>(this) + size_t{units} * kUnit); }
  Block *Previous() {
    return reinterpret_cast<Block *>(reinterpret_cast<char *>(this) - size_t{previous_units} * kUnit);
  }
  bool Has(BlockFlags flag) const { return (flags & flag) != 0; }
  size_t Size() const { return size_t{units} * kUnit - sizeof(Block) - unused; }
};
static_assert(sizeof(Block) == kUnit);

struct FreeBlock : Block {
  FreeBlock *next;
  FreeBlock *previous;
};
static_assert(sizeof(FreeBlock) == kMinimumUnits * kUnit);

/// At the start of each segment's memory.
struct Segment {
  uint64_t reserved0[2];
  uint32_t signature;  // kSegmentSignature; here and Heap::flags below are where debuggers of Windows 10 look
  uint32_t index;
  Segment *next;
  char *reserve_end;
  char *commit_end;
  Block *first;
  bool owned;  // freed with the heap
  uint64_t reserved1[6];
};
static_assert(sizeof(Segment) == 0x70);

inline constexpr uint32_t kSegmentSignature = 0xffeeffee;

/// At the start of a region of its own; the data follows the block header.
struct LargeBlock {
  LargeBlock *next;
  LargeBlock *previous;
  size_t committed;  // of the whole region
  size_t requested;
  PVOID user_value;
  uint64_t reserved;
  Block block;
};
static_assert(sizeof(LargeBlock) == 64);

class Heap {
 public:
  static constexpr uint32_t kSignature = 0xeeffeeff;

  // All but Create expect that the caller holds the heap's lock (or does without one by HEAP_NO_SERIALIZE).
  void *Allocate(ULONG request_flags, size_t size);
  bool Free(void *data);
  void *Reallocate(ULONG request_flags, void *data, size_t size);
  /// The header of a live block of this heap, or null.
  Block *Find(const void *data);
  size_t SizeOf(Block *block);
  PVOID *UserValueOf(Block *block);
  bool Validate();
  NTSTATUS Walk(RTL_HEAP_WALK_ENTRY &entry);
  /// Empties the caches, gives memory back; the largest free block in bytes.
  size_t Compact();
  void Destroy();

  void Enter(ULONG request_flags) {
    if (((flags | request_flags) & HEAP_NO_SERIALIZE) == 0) {
      RtlEnterCriticalSection(lock);
    }
  }
  void Leave(ULONG request_flags) {
    if (((flags | request_flags) & HEAP_NO_SERIALIZE) == 0) {
      RtlLeaveCriticalSection(lock);
    }
  }

  Segment segment;  // the first one; the heap lies at its start
  ULONG flags;
  ULONG force_flags;
  uint32_t signature;
  uint32_t segment_count;
  RTL_CRITICAL_SECTION *lock;
  RTL_CRITICAL_SECTION own_lock;
  PRTL_HEAP_COMMIT_ROUTINE commit_routine;
  size_t next_reserve;
  ULONG protection;
  ULONG compatibility;  // what HeapCompatibilityInformation says
  LargeBlock *large;
  struct {
    FreeBlock *first;
    uint32_t depth;
  } cache[kCachedUnits + 1];
  uint64_t class_bits[(kClasses + 63) / 64];
  FreeBlock *classes[kClasses];

  bool Initialize(Segment *memory, size_t reserve, size_t commit);

 private:
  FreeBlock *TakeFit(uint32_t units);
  Block *Grow(uint32_t units);
  Block *Extend(Segment &where, size_t bytes);
  Segment *AddSegment(size_t bytes);
  void Open(Segment &where, char *first, char *reserve_end, char *commit_end);
  void Insert(Block *block);
  void Unlink(Block *block);
  void Release(Block *block);
  Block *Merge(Block *block);
  void Trim(Block *block, uint32_t units);
  void FlushCaches();
  void GiveBack(Segment &where, Block *block);
  Segment *SegmentOf(const void *address);
  void *AllocateLarge(ULONG request_flags, size_t size);
  bool FreeLarge(LargeBlock *region);
  bool ResizeLarge(ULONG request_flags, LargeBlock *region, size_t size);
  bool ResizeInPlace(ULONG request_flags, Block *block, size_t size);
  bool Commit(char *from, size_t bytes);
  bool ValidateSegment(Segment &where);
};
static_assert(offsetof(Heap, flags) == 0x70);

/// Sets the check word after a header was changed.
void Seal(Block *block);

/// Whether a header is what was sealed there.
bool Sealed(const Block *block);

/// Answers a damaged heap: ends the process when HeapEnableTerminationOnCorruption was set, otherwise returns.
void ReportCorruption();
void TerminateOnCorruption();

}  // namespace rtlp

/// Called by the loader before anything else allocates: makes the process heap and the PEB lock known in the PEB.
/// FALSE when there is no memory.
extern "C" BOOLEAN NTAPI RtlpInitializeProcessHeap(PPEB Peb);
