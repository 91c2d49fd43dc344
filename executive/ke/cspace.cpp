#include <ke/cspace.hpp>

#include <ke/boot_info.hpp>
#include <ke/objects.hpp>
#include <ke/untyped.hpp>

#include <cap/invoke.hpp>

#include <bit>
#include <new>

namespace ke {
namespace {

constinit cap::Cap<cap::CNode> root;
constinit seL4_CPtr next_entry = 1;
// Slots never used yet, and slots given back (linked through a small stack of blocks).
constinit seL4_CPtr fresh = 0;
constinit seL4_CPtr fresh_end = 0;

constexpr unsigned kMiscellaneousLeafBits = 10;
constexpr std::size_t kReturnedLimit = 512;
constinit seL4_CPtr returned[kReturnedLimit];
constinit std::size_t returned_count = 0;

// A slot of the kernel's initial CNode while that still is our CSpace.
cap::Slot InitialSlot(seL4_CPtr slot) { return {cap::Cap<cap::CNode>(seL4_CapInitThreadCNode), slot, 64}; }

}  // namespace

cap::Slot SlotOf(seL4_CPtr pointer) { return {root, pointer, kRootBits + kLeafFieldBits}; }
cap::Slot LeafOf(seL4_CPtr pointer) { return {root, pointer >> kLeafFieldBits, kRootBits}; }
cap::Cap<cap::CNode> RootCNode() { return root; }
seL4_CNode_CapData_t RootGuard() { return seL4_CNode_CapData_new(0, 64 - kRootBits - kLeafFieldBits); }

Result<void> InitialiseCSpace() {
  fresh = boot_info->empty.start;
  fresh_end = boot_info->empty.end;
  seL4_CPtr slot = fresh++;
  UntypedRange *range = TakeUntyped(kRootBits + seL4_SlotBits);
  if (range == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  cap::Slot initial{cap::Cap<cap::CNode>(seL4_CapInitThreadCNode), 0, 0};
  if (cap::Retype(range->untyped, seL4_CapTableObject, kRootBits, initial, slot, 1) != seL4_NoError) {
    return Fail(STATUS_NO_MEMORY);
  }
  cap::Cap<cap::CNode> made(slot);
  seL4_Word guard = seL4_CNode_CapData_new(0, kLeafFieldBits - boot_info->initThreadCNodeSizeBits).words[0];
  if (cap::Mint({made, 0, kRootBits}, InitialSlot(seL4_CapInitThreadCNode), seL4_AllRights, guard) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  if (cap::SetSpace(cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB), 0, made, RootGuard(),
                    cap::Cap<cap::Pml4>(seL4_CapInitThreadVSpace)) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  root = made;
  return {};
}

Result<seL4_CPtr> MakeLeaf(unsigned bits) {
  if (next_entry == kRootEntries) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  UntypedRange *range = TakeUntyped(bits + seL4_SlotBits);
  if (range == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  seL4_CPtr entry = next_entry;
  // Made in a slot of its own first: an entry of the root takes a copy that carries the guard.
  seL4_CPtr plain = TRY(AllocateSlot());
  if (cap::Retype(range->untyped, seL4_CapTableObject, bits, LeafOf(plain), plain & ((1u << kLeafFieldBits) - 1), 1) !=
      seL4_NoError) {
    FreeSlot(plain);
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  seL4_Word guard = seL4_CNode_CapData_new(0, kLeafFieldBits - bits).words[0];
  if (cap::Mint({root, entry, kRootBits}, SlotOf(plain), seL4_AllRights, guard) != seL4_NoError) {
    DeleteAndFreeSlot(plain);
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  next_entry += 1;
  return entry << kLeafFieldBits;
}

Result<seL4_CPtr> AllocateSlot() {
  if (returned_count != 0) {
    return returned[--returned_count];
  }
  // The last slot holds the next leaf's plain capability, so that making a leaf never needs what it makes.
  if (fresh_end - fresh == 1) {
    seL4_CPtr last = fresh++;
    returned[returned_count++] = last;
    seL4_CPtr leaf = TRY(MakeLeaf(kMiscellaneousLeafBits));
    fresh = leaf;
    fresh_end = leaf + (1u << kMiscellaneousLeafBits);
  }
  if (fresh == fresh_end) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return fresh++;
}

void FreeSlot(seL4_CPtr slot) {
  // A slot beyond the limit is lost to reuse; kernel objects are cached, so slots come back rarely.
  if (returned_count < kReturnedLimit) {
    returned[returned_count++] = slot;
  }
}

void DeleteAndFreeSlot(seL4_CPtr slot) {
  if (cap::Delete(SlotOf(slot)) == seL4_NoError) {
    FreeSlot(slot);
  }
}

SlotCache::Leaf *SlotCache::spare_ = nullptr;

Result<seL4_CPtr> SlotCache::Allocate() {
  Leaf *leaf = leaves_;
  while (leaf != nullptr && leaf->free_count == 0) {
    leaf = leaf->next;
  }
  if (leaf == nullptr) {
    leaf = spare_;
    if (leaf != nullptr) {
      spare_ = leaf->next;
    } else {
      leaf = new (std::nothrow) Leaf;
      if (leaf == nullptr) {
        return Fail(STATUS_INSUFFICIENT_RESOURCES);
      }
      Result<seL4_CPtr> first = MakeLeaf(kBits);
      if (!first) {
        delete leaf;
        return std::unexpected(first.error());
      }
      leaf->first = *first;
      leaf->free_count = 1u << kBits;
    }
    leaf->next = leaves_;
    leaves_ = leaf;
  }
  for (unsigned word = 0;; word += 1) {
    if (leaf->used[word] == ~std::uint64_t{0}) {
      continue;
    }
    auto bit = static_cast<unsigned>(std::countr_one(leaf->used[word]));
    leaf->used[word] |= std::uint64_t{1} << bit;
    leaf->free_count -= 1;
    return leaf->first + word * 64 + bit;
  }
}

void SlotCache::Free(seL4_CPtr slot) {
  for (Leaf *leaf = leaves_; leaf != nullptr; leaf = leaf->next) {
    if (slot < leaf->first || slot >= leaf->first + (1u << kBits)) {
      continue;
    }
    seL4_CPtr index = slot - leaf->first;
    leaf->used[index / 64] &= ~(std::uint64_t{1} << (index % 64));
    leaf->free_count += 1;
    return;
  }
}

SlotCache::~SlotCache() {
  // Every slot is empty by now: the leaves serve the next address space.
  while (leaves_ != nullptr) {
    Leaf *leaf = leaves_;
    leaves_ = leaf->next;
    leaf->next = spare_;
    spare_ = leaf;
  }
}

}  // namespace ke
