#pragma once
// Address spaces: page tables made by user level, ASIDs, the mapping state kept in capabilities.

#include "api/message.hpp"
#include "arch/x86_64/layout.hpp"
#include "object/cap.hpp"

namespace kernel {

/// 512 address spaces; entry = PML4 or null.
struct AsidPool {
  Word *roots[Bit(seL4_ASIDPoolIndexBits)];
};

namespace vspace {

/// The kernel's own PML4: what runs when a thread has no valid address space, and the model for the kernel's entry.
extern Word *kernel_root;
/// What CR3 points to.
extern Word *active_root;

/// Gives a PML4 that has been assigned the kernel's entry.
void InitRoot(Word *root);
/// Switches to the address space of a PML4 capability, if it is one that is assigned.
void ActivateSlow(const Cap &cap);
inline void Activate(const Cap &cap) {
  if (cap.Object<Word>() != active_root) {
    ActivateSlow(cap);
  }
}

/// Root of an assigned address space that still stands: only those have the kernel's entry.
inline bool ValidRoot(const Cap &cap) { return cap.Is(CapType::kPml4) && cap.Object<Word>()[511] != 0; }
/// Root that `asid` belongs to; null when nothing.
Word *RootOf(Word asid);

/// Page table entries.
enum : Word {
  kPresent = 1,
  kWritable = 2,
  kUser = 4,
  kWriteThrough = 8,
  kCacheDisable = 16,
  kAccessed = 32,
  kDirty = 64,
  kPageSize = 0x80,
  kGlobal = 0x100,
  kPatSmall = 0x80,
  kPatLarge = 0x1000,
  kAddressMask = 0x000ffffffffff000,
};

/// Levels, named by what one entry spans.
enum class Level : uint8_t { kPml4 = 39, kPdpt = 30, kDirectory = 21, kTable = 12 };
/// The entry for `address` at a level, by walking from the root; null with a lookup failure recorded when a table is
/// missing.
Word *FindEntry(Word *root, Vaddr address, Level level);
Word MakeTableEntry(Paddr table, Word attributes);
Word MakePageEntry(Paddr page, PageSize size, VmRights rights, Word attributes);
/// The address's entry changed in the address space of `root`.
void Invalidate(const Word *root, Vaddr address);
/// A table went out of the address space of `root`.
void InvalidateAll(const Word *root);

/// Undoes a frame capability's mapping, if it is there still.
void UnmapFrame(const Cap &cap);
/// The last capability to a page table, directory, PDPT, PML4 or ASID pool is going.
void FinaliseStructure(const Cap &cap);
/// Takes a mapped table (PT, PD, PDPT) out of its address space.
void UnmapTable(const Cap &cap);

Status DecodeFrame(const Arguments &arguments);
/// PDPT, page directory and page table capabilities.
Status DecodeTable(const Arguments &arguments);
Status DecodeAsidControl(const Arguments &arguments);
Status DecodeAsidPool(const Arguments &arguments);

/// Boot: the root task's pool and address space.
void InstallPool(AsidPool &pool, Word base);
/// Pool number `index` of Bit(seL4_NumASIDPoolsBits); null when there is none.
AsidPool *PoolAt(Word index);

}  // namespace vspace
}  // namespace kernel
