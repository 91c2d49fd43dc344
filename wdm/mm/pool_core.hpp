// The pool's bookkeeping, without system calls and locks: runs on the host too. The caller sees to it that one call is
// inside at a time.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace wdm {

/// Where the pool gets its memory: physically contiguous, page aligned, mapped.
struct ChunkSource {
  bool (*allocate)(size_t length, void **base, uint64_t *physical);
  void (*release)(void *base);
};

/// What is wrong with a call of Free, as the parameters of NT's bug checks.
struct PoolFault {
  uint32_t code;  // 0: nothing
  uintptr_t parameters[4];
};

inline constexpr uint32_t kBadPoolHeader = 0x19;
inline constexpr uint32_t kBadPoolCaller = 0xC2;
inline constexpr size_t kPoolPage = 4096;
inline constexpr size_t kPoolHeader = 16;

/// Small blocks stand in pages of one size class behind a 16-byte header and never cross a page; requests of a page or
/// more are runs of whole pages without one. Chunks from the source are cut into pages; a descriptor for each page
/// stands in the chunk's first pages.
class PoolCore {
 public:
  constexpr explicit PoolCore(ChunkSource source) : source_(source) {}

  /// `size` bytes. `cache_aligned`: 64-byte aligned, otherwise 16. Null: the source has no more.
  void *Allocate(size_t size, uint32_t tag, bool cache_aligned);

  /// Gives back `block`. `tag` 0 matches any. The fault tells what the caller or the memory has wrong; then nothing has
  /// been freed.
  PoolFault Free(void *block, uint32_t tag);

  /// Whether `address` lies in a chunk; its physical address.
  bool Physical(const void *address, uint64_t *physical) const;

  /// The tag and room of a block that is allocated; false for anything else.
  bool Query(const void *block, uint32_t *tag, size_t *room) const;

  size_t BytesInUse() const { return bytes_in_use_; }
  size_t BlocksInUse() const { return blocks_in_use_; }
  size_t BytesHeld() const { return bytes_held_; }

 private:
  enum class Kind : uint8_t { kDescriptors, kFree, kRun, kRunTail, kSlab };
  struct Page {
    Kind kind;
    uint8_t size_class;
    uint16_t used;        // kSlab: blocks allocated
    uint16_t first_free;  // kSlab: offset of the first free block, 0 none
    uint16_t unused;
    uint32_t tag;    // kRun
    uint32_t pages;  // kFree, kRun: length of the run, at its first page (kFree: at its last one too)
    Page *next;      // kFree: free runs; kSlab: pages of the class with room
    Page *previous;
  };
  struct Chunk {
    char *base;
    uint64_t physical;
    size_t pages;  // written last: readers at a higher IRQL see the entry whole or not at all
    Page *descriptors;
  };
  struct Header {
    uint32_t tag;
    uint16_t state;   // kAllocated or kReleased, mixed with the block's offset
    uint16_t next;    // kReleased: offset of the next free block of the page
    uint64_t unused;  // the class wants 16 bytes
  };
  static_assert(sizeof(Header) == kPoolHeader);
  static constexpr size_t kMaximumChunks = 256;
  static constexpr size_t kClasses = 13;

  static size_t ClassOf(size_t bytes, bool cache_aligned);
  static Header *HeaderAt(char *page, size_t offset) { return reinterpret_cast<Header *>(page + offset); }
  void *AllocateSmall(size_t size_class, uint32_t tag);
  void *AllocatePages(size_t pages, Kind kind, uint32_t tag);
  Page *MakeSlab(size_t size_class);
  PoolFault FreeSmall(Chunk &chunk, Page *page, char *block, uint32_t tag);
  PoolFault FreePages(Chunk &chunk, Page *page, char *block, uint32_t tag);
  void ReturnRun(Chunk &chunk, Page *first, size_t pages, bool fresh);
  Page *FindRun(size_t pages);
  bool Grow(size_t pages);
  const Chunk *Find(const void *address) const;
  char *AddressOf(const Page *page) const;
  static void Link(Page **list, Page *page);
  static void Unlink(Page **list, Page *page);

  ChunkSource source_;
  Chunk chunks_[kMaximumChunks] = {};
  size_t chunk_count_ = 0;  // slots in use or once used
  Page *free_runs_ = nullptr;
  Page *partial_[kClasses] = {};
  size_t next_chunk_pages_ = 16;
  size_t bytes_in_use_ = 0;
  size_t blocks_in_use_ = 0;
  size_t bytes_held_ = 0;
};

}  // namespace wdm
