#include <ke/objects.hpp>

#include <ke/cspace.hpp>
#include <ke/untyped.hpp>

#include <cap/invoke.hpp>

#include <array>
#include <new>

namespace ke {
namespace {

// Free objects of one kind: a stack of capability pointers in blocks of pool memory.
class ObjectCache {
 public:
  seL4_CPtr Take() {
    if (count_ == 0) {
      return 0;
    }
    Block *block = top_;
    seL4_CPtr object = block->objects[(count_ - 1) % kBlock];
    count_ -= 1;
    if (count_ % kBlock == 0) {
      top_ = block->below;
      delete block;
    }
    return object;
  }
  // Without memory for the block the object is lost to reuse, not leaked from the kernel's view.
  void Put(seL4_CPtr object) {
    if (count_ % kBlock == 0) {
      auto *block = new (std::nothrow) Block;
      if (block == nullptr) {
        return;
      }
      block->below = top_;
      top_ = block;
    }
    top_->objects[count_ % kBlock] = object;
    count_ += 1;
  }

 private:
  static constexpr std::size_t kBlock = 31;
  struct Block {
    Block *below = nullptr;
    std::array<seL4_CPtr, kBlock> objects = {};
  };
  Block *top_ = nullptr;
  std::size_t count_ = 0;
};

constinit ObjectCache free_roots;
constinit ObjectCache free_tables[3];
constinit seL4_CPtr asid_pool = seL4_CapInitThreadASIDPool;

constexpr seL4_Word kTableType[] = {seL4_X86_PageTableObject, seL4_X86_PageDirectoryObject, seL4_X86_PDPTObject};

Result<void> AssignAsid(cap::Cap<cap::Pml4> root) {
  if (cap::Assign(cap::Cap<cap::AsidPool>(asid_pool), root) == seL4_NoError) {
    return {};
  }
  // The pool is full: another one, from an untyped of exactly one page.
  UntypedRange *range = TakeUntyped(seL4_ASIDPoolBits);
  if (range == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  seL4_CPtr piece = TRY(AllocateSlot());
  seL4_CPtr pool = TRY(AllocateSlot());
  constexpr seL4_CPtr kIndex = (1u << kLeafFieldBits) - 1;
  if (cap::Retype(range->untyped, seL4_UntypedObject, seL4_ASIDPoolBits, LeafOf(piece), piece & kIndex, 1) !=
          seL4_NoError ||
      cap::MakePool(cap::Cap<cap::AsidControl>(seL4_CapASIDControl), cap::Cap<cap::Untyped>(piece), SlotOf(pool)) !=
          seL4_NoError) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  asid_pool = pool;
  if (cap::Assign(cap::Cap<cap::AsidPool>(asid_pool), root) != seL4_NoError) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return {};
}

}  // namespace

Result<seL4_CPtr> MakeObject(seL4_Word type, unsigned object_bits, unsigned size_argument) {
  seL4_CPtr slot = TRY(AllocateSlot());
  UntypedRange *range = TakeUntyped(object_bits);
  constexpr seL4_CPtr kIndex = (1u << kLeafFieldBits) - 1;
  if (range == nullptr ||
      cap::Retype(range->untyped, type, size_argument, LeafOf(slot), slot & kIndex, 1) != seL4_NoError) {
    FreeSlot(slot);
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return slot;
}

Result<cap::Cap<cap::Tcb>> MakeTcb() { return cap::Cap<cap::Tcb>(TRY(MakeObject(seL4_TCBObject, seL4_TCBBits, 0))); }
Result<cap::Cap<cap::Endpoint>> MakeEndpoint() {
  return cap::Cap<cap::Endpoint>(TRY(MakeObject(seL4_EndpointObject, seL4_EndpointBits, 0)));
}
Result<cap::Cap<cap::Notification>> MakeNotification() {
  return cap::Cap<cap::Notification>(TRY(MakeObject(seL4_NotificationObject, seL4_NotificationBits, 0)));
}
Result<cap::Cap<cap::CNode>> MakeCNode(unsigned slot_bits) {
  return cap::Cap<cap::CNode>(TRY(MakeObject(seL4_CapTableObject, slot_bits + seL4_SlotBits, slot_bits)));
}

Result<cap::Cap<cap::Pml4>> AllocatePml4() {
  if (seL4_CPtr cached = free_roots.Take(); cached != 0) {
    return cap::Cap<cap::Pml4>(cached);
  }
  cap::Cap<cap::Pml4> root(TRY(MakeObject(seL4_X64_PML4Object, seL4_PML4Bits, 0)));
  TRY(AssignAsid(root));
  return root;
}
void FreePml4(cap::Cap<cap::Pml4> root) { free_roots.Put(root.Pointer()); }

Result<seL4_CPtr> AllocateTable(TableLevel level) {
  auto index = static_cast<unsigned>(level);
  if (seL4_CPtr cached = free_tables[index].Take(); cached != 0) {
    return cached;
  }
  return MakeObject(kTableType[index], 12, 0);
}
void FreeTable(TableLevel level, seL4_CPtr table) { free_tables[static_cast<unsigned>(level)].Put(table); }

}  // namespace ke
