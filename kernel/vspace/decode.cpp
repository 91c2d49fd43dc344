// Invocations of frames and paging structures.
#include <string.h>

#include "vspace/vspace.hpp"

namespace kernel::vspace {
namespace {

/// Checks a VSpace argument (capability argument 1): kOk and its root and ASID, or the error.
Status CheckRoot(const Cap &cap, Word *&root, Word &asid) {
  if (!cap.Is(CapType::kPml4) || !cap.Mapped()) {
    return FailCapability(1);
  }
  asid = cap.MappedAsid();
  root = cap.Object<Word>();
  return Status::kOk;
}

/// Does the ASID still lead to this root?
Status CheckAsid(Word asid, const Word *root) {
  const Word *const found = RootOf(asid);
  if (found == nullptr) {
    SetInvalidRoot();
    return FailLookup(false);
  }
  return found == root ? Status::kOk : FailCapability(1);
}

VmRights AskedRights(const Cap &frame, Word rights) { return MaskRights(frame, rights).FrameRights(); }

Status Map(const Arguments &arguments) {
  if (arguments.length < 3 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  Cap &cap = arguments.slot->cap;
  const Vaddr address = arguments[0];
  const PageSize size = cap.FrameSize();
  const Word bits = PageBits(size);
  Word *root;
  Word asid;
  if (const Status status = CheckRoot(arguments.extra[0]->cap, root, asid); status != Status::kOk) {
    return status;
  }
  if (cap.MappedAsid() != 0) {
    if (cap.MappedAsid() != asid) {
      return FailCapability(1);
    }
    if (cap.MappedAddress() != address) {
      return FailArgument(0);
    }
  } else if (address > kUserTop || address + Bit(bits) > kUserTop) {
    return FailArgument(0);
  }
  if (const Status status = CheckAsid(asid, root); status != Status::kOk) {
    return status;
  }
  if ((address & Mask(bits)) != 0) {
    return Fail(seL4_AlignmentError);
  }
  Word *const entry = FindEntry(root, address, static_cast<Level>(bits));
  if (entry == nullptr) {
    return FailLookup(false);
  }
  if (size != PageSize::kSmall && (*entry & (kPresent | kPageSize)) == kPresent) {
    return Fail(seL4_DeleteFirst);
  }
  arguments.Commit();
  const bool replaced = (*entry & kPresent) != 0;
  *entry = MakePageEntry(cap.Address(), size, AskedRights(cap, arguments[1]), arguments[2]);
  cap = cap.WithMapping(address, asid);
  if (replaced) {
    Invalidate(root, address);
  }
  return Status::kOk;
}

struct TableKind {
  Word map_label;
  Word unmap_label;
  Level parent_level;  // of the entry that points to the table
};

constexpr TableKind KindOf(CapType type) {
  switch (type) {
    case CapType::kPdpt:
      return {X86PDPTMap, X86PDPTUnmap, Level::kPml4};
    case CapType::kPageDirectory:
      return {X86PageDirectoryMap, X86PageDirectoryUnmap, Level::kPdpt};
    default:
      return {X86PageTableMap, X86PageTableUnmap, Level::kDirectory};
  }
}

Status MapTable(const Arguments &arguments, Level level) {
  if (arguments.length < 2 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  Cap &cap = arguments.slot->cap;
  if (cap.Mapped()) {
    return FailCapability(0);
  }
  Word *root;
  Word asid;
  if (const Status status = CheckRoot(arguments.extra[0]->cap, root, asid); status != Status::kOk) {
    return status;
  }
  const Vaddr address = arguments[0] & ~Mask(static_cast<Word>(level));
  if (address > kUserTop) {
    return FailArgument(0);
  }
  if (const Status status = CheckAsid(asid, root); status != Status::kOk) {
    return status;
  }
  Word *const entry = FindEntry(root, address, level);
  if (entry == nullptr) {
    return FailLookup(false);
  }
  if ((*entry & kPresent) != 0) {
    return Fail(seL4_DeleteFirst);
  }
  arguments.Commit();
  *entry = MakeTableEntry(ToPaddr(cap.Object<Word>()), arguments[1]);
  cap = cap.WithMapped(true).WithMapping(address, asid);
  return Status::kOk;
}

}  // namespace

Status DecodeFrame(const Arguments &arguments) {
  Cap &cap = arguments.slot->cap;
  switch (arguments.label) {
    case X86PageMap:
      return Map(arguments);
    case X86PageUnmap:
      arguments.Commit();
      UnmapFrame(cap);
      cap = cap.WithMapping(0, 0);
      return Status::kOk;
    case X86PageGetAddress:
      arguments.AnswerWord(cap.Address());
      return Status::kOk;
    default:
      return Fail(seL4_IllegalOperation);
  }
}

Status DecodeTable(const Arguments &arguments) {
  Cap &cap = arguments.slot->cap;
  const TableKind kind = KindOf(cap.Type());
  if (arguments.label == kind.unmap_label) {
    if (!IsFinal(*arguments.slot)) {
      return Fail(seL4_RevokeFirst);
    }
    arguments.Commit();
    if (cap.Mapped()) {
      UnmapTable(cap);
      // Its entries must not come back with the next mapping of this table.
      memset(cap.Object<Word>(), 0, Bit(seL4_PageBits));
    }
    cap = cap.WithMapped(false).WithMapping(0, 0);
    return Status::kOk;
  }
  return arguments.label == kind.map_label ? MapTable(arguments, kind.parent_level) : Fail(seL4_IllegalOperation);
}

}  // namespace kernel::vspace
