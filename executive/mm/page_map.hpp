#pragma once
// The software page table of one VAD: a radix tree of page entries that grows with what is used of it.

#include <ke/frames.hpp>

#include <rtl/result.hpp>

#include <array>
#include <cstdint>

namespace mm {

enum class PageState : std::uint8_t {
  kDefault,     // as the VAD says: reserved, committed and never touched, or a page of the section
  kReserved,    // not committed
  kDemandZero,  // committed, never touched
  kPrivate,     // has a frame of its own
  kShared,      // shows a frame of the section
};

// One page. 24 bits hold any capability pointer of the Executive's CSpace.
struct PageEntry {
  PageState state : 3 = PageState::kDefault;
  std::uint8_t guard : 1 = 0;
  std::uint8_t writable : 1 = 0;     // in the kernel's page table
  std::uint16_t protection : 8 = 0;  // PAGE_..., 0: the VAD's
  std::uint32_t frame : 24 = 0;      // original capability
  std::uint32_t slot : 24 = 0;       // the copy that is mapped, 0: not mapped
};
static_assert(sizeof(PageEntry) == 8 || sizeof(PageEntry) == 12);

class PageMap {
 public:
  PageMap() = default;
  PageMap(PageMap &&other) noexcept;
  PageMap &operator=(PageMap &&) = delete;
  ~PageMap();

  // The entry of page `index`, nullptr when nothing was ever noted about it.
  PageEntry *Find(std::uint64_t index) const;
  // The entry of page `index`, made if need be. STATUS_INSUFFICIENT_RESOURCES.
  Result<PageEntry *> Get(std::uint64_t index);
  // The first page at or after `index` that has an entry, ~0 when there is none. Entries are made in blocks, so most of
  // what this finds may be in state kDefault.
  std::uint64_t Next(std::uint64_t index) const;

 private:
  static constexpr unsigned kBits = 6;
  static constexpr std::uint64_t kFanout = 1u << kBits;
  struct Leaf {
    std::array<PageEntry, kFanout> entries = {};
  };
  struct Node {
    std::array<void *, kFanout> children = {};
  };

  bool Covers(std::uint64_t index) const { return levels_ != 0 && (levels_ >= 10 || index >> (kBits * levels_) == 0); }
  static std::uint64_t NextIn(void *node, unsigned level, std::uint64_t index);
  static void Free(void *node, unsigned level);

  void *root_ = nullptr;  // a Leaf at level 1, Nodes above
  unsigned levels_ = 0;
};

}  // namespace mm
