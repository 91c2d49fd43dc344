#include "vspace/vspace.hpp"

#include <array>

#include "arch/x86_64/cpu.hpp"

namespace kernel::vspace {

Word *kernel_root;
Word *active_root;

namespace {

constexpr Word kPools = Bit(seL4_NumASIDPoolsBits);
constexpr Word kPoolSize = Bit(seL4_ASIDPoolIndexBits);
std::array<AsidPool *, kPools> pools;

void LoadRoot(Word *root) {
  active_root = root;
  cpu::WriteCr3(ToPaddr(root));
}

/// The address space is no more. Capabilities to it may linger: the processor must not stay in it nor go back.
void LeaveRoot(Word *root) {
  if (active_root == root) {
    LoadRoot(kernel_root);
  }
  root[511] = 0;
}

void DeletePool(AsidPool *pool, Word base) {
  if (pools[base / kPoolSize] != pool) {
    return;
  }
  pools[base / kPoolSize] = nullptr;
  for (Word *root : pool->roots) {
    if (root != nullptr) {
      LeaveRoot(root);
    }
  }
}

void DeleteAsid(Word asid, Word *root) {
  if (RootOf(asid) == root) {
    pools[asid / kPoolSize]->roots[asid % kPoolSize] = nullptr;
    LeaveRoot(root);
  }
}

}  // namespace

void InstallPool(AsidPool &pool, Word base) { pools[base / kPoolSize] = &pool; }

AsidPool *PoolAt(Word index) { return pools[index]; }

void InitRoot(Word *root) { root[511] = kernel_root[511]; }

void ActivateSlow(const Cap &cap) {
  Word *const root = ValidRoot(cap) ? cap.Object<Word>() : kernel_root;
  if (root != active_root) {
    LoadRoot(root);
  }
}

Word *RootOf(Word asid) {
  const AsidPool *const pool = asid != 0 ? pools[asid / kPoolSize] : nullptr;
  return pool != nullptr ? pool->roots[asid % kPoolSize] : nullptr;
}

Word *FindEntry(Word *root, Vaddr address, Level level) {
  Word *table = root;
  for (Word shift = 39;; shift -= 9) {
    Word *const entry = &table[(address >> shift) & 511];
    if (shift == static_cast<Word>(level)) {
      return entry;
    }
    if ((*entry & (kPresent | kPageSize)) != kPresent) {
      SetMissingCapability(shift);
      return nullptr;
    }
    table = ToPointer<Word>(*entry & kAddressMask);
  }
}

Word MakeTableEntry(Paddr table, Word attributes) {
  return table | kPresent | kWritable | kUser | ((attributes & 1) != 0 ? kWriteThrough : 0) |
         ((attributes & 2) != 0 ? kCacheDisable : 0);
}

Word MakePageEntry(Paddr page, PageSize size, VmRights rights, Word attributes) {
  Word entry =
      page | kPresent | ((attributes & 1) != 0 ? kWriteThrough : 0) | ((attributes & 2) != 0 ? kCacheDisable : 0);
  if (rights != VmRights::kKernelOnly) {
    entry |= kUser;
  }
  if (rights == VmRights::kReadWrite) {
    entry |= kWritable;
  }
  if (size != PageSize::kSmall) {
    return entry | kPageSize | ((attributes & 4) != 0 ? kPatLarge : 0);
  }
  return entry | ((attributes & 4) != 0 ? kPatSmall : 0);
}

void Invalidate(const Word *root, Vaddr address) {
  if (root == active_root) {
    cpu::InvalidatePage(address);
  }
}

void InvalidateAll(const Word *root) {
  if (root == active_root) {
    cpu::WriteCr3(ToPaddr(root));
  }
}

namespace {

Level LevelOf(PageSize size) { return static_cast<Level>(PageBits(size)); }

}  // namespace

void UnmapFrame(const Cap &cap) {
  Word *const root = RootOf(cap.MappedAsid());
  if (root == nullptr) {
    return;
  }
  const PageSize size = cap.FrameSize();
  Word *const entry = FindEntry(root, cap.MappedAddress(), LevelOf(size));
  const Word large = size != PageSize::kSmall ? kPageSize : 0;
  const Word address_mask = kAddressMask & ~Mask(PageBits(size));
  // Another frame may have been mapped over this one: then the entry is not ours any more.
  if (entry == nullptr || (*entry & kPresent) == 0 || (*entry & address_mask) != cap.Address() ||
      (large != 0 && (*entry & kPageSize) == 0)) {
    return;
  }
  *entry = 0;
  Invalidate(root, cap.MappedAddress());
}

void UnmapTable(const Cap &cap) {
  Word *const root = RootOf(cap.MappedAsid());
  if (root == nullptr) {
    return;
  }
  const Level level = cap.Is(CapType::kPdpt)            ? Level::kPml4
                      : cap.Is(CapType::kPageDirectory) ? Level::kPdpt
                                                        : Level::kDirectory;
  Word *const entry = FindEntry(root, cap.MappedAddress(), level);
  const Paddr table = ToPaddr(cap.Object<Word>());
  if (entry == nullptr || (*entry & (kPresent | kPageSize)) != kPresent || (*entry & kAddressMask) != table) {
    return;
  }
  *entry = 0;
  InvalidateAll(root);
}

void FinaliseStructure(const Cap &cap) {
  switch (cap.Type()) {
    case CapType::kAsidPool:
      DeletePool(cap.Object<AsidPool>(), cap.AsidBase());
      break;
    case CapType::kPml4:
      if (cap.Mapped()) {
        DeleteAsid(cap.MappedAsid(), cap.Object<Word>());
      }
      break;
    default:
      if (cap.Mapped()) {
        UnmapTable(cap);
      }
      break;
  }
}

}  // namespace kernel::vspace
