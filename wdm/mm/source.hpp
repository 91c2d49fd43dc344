// Where the pages of an MDL without an address of its own come from: a request of the Executive, or
// MmAllocatePagesForMdl. Such an MDL (and every partial one made from it) has MDL_INTERNAL set and points here with
// `Process`, which on NT holds the process whose memory it is.
#pragma once

#include <ntifs.h>

#include <stdint.h>

namespace wdm {

struct MdlSource {
  uint32_t request;     // id of the Executive's record; 0: pages that were allocated
  uint32_t mapped_own;  // the pages' memory goes with the MDL (MmAllocatePagesForMdl)
  void *address;        // of the first byte in this process; null: not mapped yet
  uintptr_t start;      // the virtual address that MmGetMdlVirtualAddress of the first MDL says
  uint32_t length;
};

/// A request's pages have this address for MmGetMdlVirtualAddress: valid in no process, an index only.
inline constexpr uintptr_t kRequestAddress = uintptr_t{1} << (sizeof(uintptr_t) * 8 - 1);

inline MdlSource *SourceOf(const MDL *mdl) {
  return (mdl->MdlFlags & static_cast<CSHORT>(MDL_INTERNAL)) != 0 ? reinterpret_cast<MdlSource *>(mdl->Process)
                                                                  : nullptr;
}

inline void SetFlags(PMDL mdl, unsigned flags) {
  mdl->MdlFlags = static_cast<CSHORT>(static_cast<unsigned>(mdl->MdlFlags) | flags);
}
inline void ClearFlags(PMDL mdl, unsigned flags) {
  mdl->MdlFlags = static_cast<CSHORT>(static_cast<unsigned>(mdl->MdlFlags) & ~flags);
}
inline bool HasFlags(const MDL *mdl, unsigned flags) { return (static_cast<unsigned>(mdl->MdlFlags) & flags) != 0; }

inline uintptr_t MdlAddress(const MDL *mdl) { return reinterpret_cast<uintptr_t>(mdl->StartVa) + mdl->ByteOffset; }
inline uint32_t MdlPages(const MDL *mdl) { return ADDRESS_AND_SIZE_TO_SPAN_PAGES(MdlAddress(mdl), mdl->ByteCount); }

}  // namespace wdm
