#pragma once
// The Executive's own two-level CSpace. The first level has 2^11 entries; entry 0 is the kernel's initial CNode, so the
// slots of the boot information keep their numbers; every other entry is a leaf made on demand.
//
//   capability pointer = entry << 13 | index in the leaf

#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <cstdint>

namespace ke {

inline constexpr unsigned kRootBits = 11;
inline constexpr unsigned kLeafFieldBits = 13;
inline constexpr unsigned kRootEntries = 1u << kRootBits;

// Moves the calling thread, which is the root task's first, to the new CSpace. Only fails on a machine without memory.
Result<void> InitialiseCSpace();

// How CNode invocations name a slot of ours.
cap::Slot SlotOf(seL4_CPtr pointer);
// How Retype names the leaf that holds `pointer`.
cap::Slot LeafOf(seL4_CPtr pointer);
// What a thread's CSpace must be configured with to see ours.
cap::Cap<cap::CNode> RootCNode();
seL4_CNode_CapData_t RootGuard();

// A leaf of 2^bits slots, owned by the caller for ever: the pointer of its first slot. STATUS_INSUFFICIENT_RESOURCES.
Result<seL4_CPtr> MakeLeaf(unsigned bits);

// One empty slot / gives an empty slot back.
Result<seL4_CPtr> AllocateSlot();
void FreeSlot(seL4_CPtr slot);

// Deletes what is in the slot and gives the slot back.
void DeleteAndFreeSlot(seL4_CPtr slot);

// A free list of slots of one leaf or several: what an address space takes its mappings' slots from, so that they stay
// together.
class SlotCache {
 public:
  Result<seL4_CPtr> Allocate();
  void Free(seL4_CPtr slot);
  ~SlotCache();

 private:
  static constexpr unsigned kBits = 8;
  struct Leaf {
    Leaf *next = nullptr;
    seL4_CPtr first = 0;
    unsigned free_count = 0;
    std::uint64_t used[(1u << kBits) / 64] = {};
  };
  Leaf *leaves_ = nullptr;
  static Leaf *spare_;
};

}  // namespace ke
