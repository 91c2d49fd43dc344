// Memory descriptor lists. What they describe is in this process already, so that a system address costs nothing; only
// the pages of a request are mapped when a driver asks for one.

#include "memory.hpp"
#include "source.hpp"

#include <ntifs.h>
#include <wdm/wdm_services.h>

#include <wdmp/mdl.hpp>
#include <wdmp/pool.hpp>

#include <string.h>

namespace wdm {
namespace {

constexpr uint32_t kTag = PoolTag("Mdl ");

// The system address of an MDL whose pages have a source; null: no memory for the mapping.
void *SourceAddress(const MDL *mdl, MdlSource *source) {
  if (source->address == nullptr) {
    PVOID address = nullptr;
    if (!NT_SUCCESS(WdmMapRequest(source->request, &address))) {
      return nullptr;
    }
    source->address = address;
  }
  return static_cast<char *>(source->address) + (MdlAddress(mdl) - source->start);
}

void *Map(PMDL mdl) {
  if (HasFlags(mdl, MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) {
    return mdl->MappedSystemVa;
  }
  MdlSource *source = SourceOf(mdl);
  void *address = source != nullptr ? SourceAddress(mdl, source) : reinterpret_cast<void *>(MdlAddress(mdl));
  if (address == nullptr) {
    return nullptr;
  }
  mdl->MappedSystemVa = address;
  SetFlags(mdl, MDL_MAPPED_TO_SYSTEM_VA);
  if (HasFlags(mdl, MDL_PARTIAL)) {
    SetFlags(mdl, MDL_PARTIAL_HAS_BEEN_MAPPED);
  }
  return address;
}

void Unmap(PMDL mdl) {
  ClearFlags(mdl, MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
  mdl->MappedSystemVa = nullptr;
}

// Reads or writes a byte of every page, so that pages come into being. One that is not there or write-protected faults:
// that is the exception that the caller's handler expects.
void TouchPages(uintptr_t address, size_t length, bool write) {
  for (uintptr_t at = address; at < address + length; at = (at | (PAGE_SIZE - 1)) + 1) {
    if (write) {
      __atomic_fetch_or(reinterpret_cast<volatile uint8_t *>(at), 0, __ATOMIC_RELAXED);
    } else {
      (void)*reinterpret_cast<volatile uint8_t *>(at);
    }
  }
}

}  // namespace

PMDL CreateRequestMdl(uint32_t request_id, const uint64_t *pages, uint32_t page_count, uint32_t page_offset,
                      uint32_t length, bool write_to_memory) {
  const uint64_t end = uint64_t{page_offset} + length;
  if (page_offset >= PAGE_SIZE || end > uint64_t{page_count} * PAGE_SIZE) {
    return nullptr;
  }
  const size_t frames = sizeof(MDL) + size_t{page_count} * sizeof(PFN_NUMBER);
  auto *mdl = static_cast<PMDL>(PoolAllocate(frames + sizeof(MdlSource), kTag));
  if (mdl == nullptr) {
    return nullptr;
  }
  auto *source = reinterpret_cast<MdlSource *>(reinterpret_cast<char *>(mdl) + frames);
  *source = {request_id, 0, nullptr, kRequestAddress + page_offset, length};
  MmInitializeMdl(mdl, reinterpret_cast<PVOID>(source->start), length);
  mdl->Process = reinterpret_cast<decltype(mdl->Process)>(source);
  mdl->MappedSystemVa = nullptr;
  SetFlags(mdl, MDL_INTERNAL | MDL_PAGES_LOCKED | (write_to_memory ? MDL_WRITE_OPERATION : 0));
  for (uint32_t i = 0; i < page_count; i += 1) {
    MmGetMdlPfnArray(mdl)[i] = static_cast<PFN_NUMBER>(pages[i]);
  }
  return mdl;
}

void FreeRequestMdl(PMDL mdl) { PoolFreeTag(mdl, kTag); }
bool IsRequestMdl(const MDL *mdl) { return SourceOf(mdl) != nullptr && SourceOf(mdl)->request != 0; }
void *MdlSystemAddress(PMDL mdl) { return Map(mdl); }

}  // namespace wdm

using wdm::ClearFlags;
using wdm::HasFlags;
using wdm::SetFlags;

extern "C" {

// learn.microsoft.com, "IoAllocateMdl": null when there is no memory.
PMDL NTAPI IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer, BOOLEAN ChargeQuota, PIRP Irp) {
  (void)ChargeQuota;
  auto *mdl = static_cast<PMDL>(wdm::PoolAllocate(MmSizeOfMdl(VirtualAddress, Length), wdm::kTag));
  if (mdl == nullptr) {
    return nullptr;
  }
  MmInitializeMdl(mdl, VirtualAddress, Length);
  mdl->Process = nullptr;
  mdl->MappedSystemVa = nullptr;
  if (Irp != nullptr) {
    PMDL *place = &Irp->MdlAddress;
    while (SecondaryBuffer && *place != nullptr) {
      place = &(*place)->Next;
    }
    *place = mdl;
  }
  return mdl;
}

// learn.microsoft.com, "IoFreeMdl": takes back what MmPrepareMdlForReuse would.
VOID NTAPI IoFreeMdl(PMDL Mdl) {
  MmPrepareMdlForReuse(Mdl);
  wdm::PoolFreeTag(Mdl, wdm::kTag);
}

// learn.microsoft.com, "IoBuildPartialMdl": Length 0 is everything from VirtualAddress to the end of the source. Bug
// check TARGET_MDL_TOO_SMALL.
VOID NTAPI IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length) {
  const auto address = reinterpret_cast<uintptr_t>(VirtualAddress);
  const uintptr_t skipped = address - wdm::MdlAddress(SourceMdl);
  const ULONG length = Length != 0 ? Length : SourceMdl->ByteCount - static_cast<ULONG>(skipped);
  const size_t pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(address, length);
  const size_t room = (static_cast<USHORT>(TargetMdl->Size) - sizeof(MDL)) / sizeof(PFN_NUMBER);
  if (pages > room || skipped > SourceMdl->ByteCount || length > SourceMdl->ByteCount - skipped) {
    KeBugCheckEx(TARGET_MDL_TOO_SMALL, reinterpret_cast<ULONG_PTR>(SourceMdl), reinterpret_cast<ULONG_PTR>(TargetMdl),
                 address, Length);
  }
  constexpr unsigned kInherited = MDL_INTERNAL | MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL |
                                  MDL_IO_PAGE_READ | MDL_WRITE_OPERATION | MDL_IO_SPACE;
  TargetMdl->StartVa = PAGE_ALIGN(VirtualAddress);
  TargetMdl->ByteOffset = BYTE_OFFSET(VirtualAddress);
  TargetMdl->ByteCount = length;
  TargetMdl->Process = SourceMdl->Process;
  TargetMdl->MappedSystemVa = nullptr;
  TargetMdl->MdlFlags = static_cast<CSHORT>((TargetMdl->MdlFlags & MDL_ALLOCATED_FIXED_SIZE) | MDL_PARTIAL |
                                            (static_cast<unsigned>(SourceMdl->MdlFlags) & kInherited));
  if (HasFlags(SourceMdl, MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) {
    TargetMdl->MappedSystemVa = static_cast<char *>(SourceMdl->MappedSystemVa) + skipped;
  }
  const size_t first = (address >> PAGE_SHIFT) - (reinterpret_cast<uintptr_t>(SourceMdl->StartVa) >> PAGE_SHIFT);
  memcpy(MmGetMdlPfnArray(TargetMdl), MmGetMdlPfnArray(SourceMdl) + first, pages * sizeof(PFN_NUMBER));
}

SIZE_T NTAPI MmSizeOfMdl(PVOID Base, SIZE_T Length) {
  return sizeof(MDL) + sizeof(PFN_NUMBER) * ADDRESS_AND_SIZE_TO_SPAN_PAGES(Base, Length);
}

// The old name of IoAllocateMdl without an IRP.
PMDL NTAPI MmCreateMdl(PMDL MemoryDescriptorList, PVOID Base, SIZE_T Length) {
  if (MemoryDescriptorList == nullptr) {
    return IoAllocateMdl(Base, static_cast<ULONG>(Length), FALSE, FALSE, nullptr);
  }
  MmInitializeMdl(MemoryDescriptorList, Base, Length);
  return MemoryDescriptorList;
}

// learn.microsoft.com, "MmBuildMdlForNonPagedPool". Memory of the host is all resident: any of it will do. Bug check
// MEMORY_MANAGEMENT when it is not there.
VOID NTAPI MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList) {
  PMDL mdl = MemoryDescriptorList;
  if (!wdm::PageFrames(mdl->StartVa, wdm::MdlPages(mdl), MmGetMdlPfnArray(mdl))) {
    KeBugCheckEx(MEMORY_MANAGEMENT, reinterpret_cast<ULONG_PTR>(mdl), reinterpret_cast<ULONG_PTR>(mdl->StartVa), 0, 0);
  }
  mdl->Process = nullptr;
  mdl->MappedSystemVa = reinterpret_cast<PVOID>(wdm::MdlAddress(mdl));
  SetFlags(mdl, MDL_SOURCE_IS_NONPAGED_POOL);
}

// learn.microsoft.com, "MmProbeAndLockPages": raises STATUS_ACCESS_VIOLATION when the memory is not there or may not be
// written. Nothing of a host is ever paged out, so that nothing has to be locked.
VOID NTAPI MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode, LOCK_OPERATION Operation) {
  PMDL mdl = MemoryDescriptorList;
  (void)AccessMode;  // a request's buffer is an alias in this process: both modes see the same memory
  const uintptr_t address = wdm::MdlAddress(mdl);
  if (HasFlags(mdl, MDL_INTERNAL) || address + mdl->ByteCount < address) {
    ExRaiseStatus(STATUS_ACCESS_VIOLATION);
  }
  wdm::TouchPages(address, mdl->ByteCount, Operation != IoReadAccess);
  if (!wdm::PageFrames(mdl->StartVa, wdm::MdlPages(mdl), MmGetMdlPfnArray(mdl))) {
    ExRaiseStatus(STATUS_ACCESS_VIOLATION);
  }
  mdl->Process = nullptr;
  ClearFlags(mdl, MDL_WRITE_OPERATION);
  SetFlags(mdl, MDL_PAGES_LOCKED | (Operation != IoReadAccess ? MDL_WRITE_OPERATION : 0));
}

VOID NTAPI MmUnlockPages(PMDL MemoryDescriptorList) {
  if (HasFlags(MemoryDescriptorList, MDL_MAPPED_TO_SYSTEM_VA)) {
    wdm::Unmap(MemoryDescriptorList);
  }
  ClearFlags(MemoryDescriptorList, MDL_PAGES_LOCKED | MDL_WRITE_OPERATION);
}

// learn.microsoft.com, "MmMapLockedPagesSpecifyCache": null without memory (or, for UserMode, a raised status: a host
// cannot map into the requestor's process).
PVOID NTAPI MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
                                         MEMORY_CACHING_TYPE CacheType, PVOID RequestedAddress, ULONG BugCheckOnFailure,
                                         ULONG Priority) {
  (void)CacheType;  // memory keeps the type that it was allocated with, as NT keeps it for pages in use
  (void)RequestedAddress;
  (void)Priority;
  if (AccessMode != KernelMode) {
    ExRaiseStatus(STATUS_NOT_SUPPORTED);
  }
  void *address = wdm::Map(MemoryDescriptorList);
  if (address == nullptr && BugCheckOnFailure != 0) {
    KeBugCheckEx(NO_MORE_SYSTEM_PTES, 0, MemoryDescriptorList->ByteCount, 0, 0);
  }
  return address;
}

PVOID NTAPI MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode) {
  return MmMapLockedPagesSpecifyCache(MemoryDescriptorList, AccessMode, MmCached, nullptr, TRUE, HighPagePriority);
}

VOID NTAPI MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList) {
  (void)BaseAddress;
  wdm::Unmap(MemoryDescriptorList);
}

// learn.microsoft.com, "MmAdvanceMdl". STATUS_INVALID_PARAMETER_2: more bytes than the MDL has.
NTSTATUS NTAPI MmAdvanceMdl(PMDL Mdl, ULONG NumberOfBytes) {
  if (NumberOfBytes > Mdl->ByteCount) {
    return STATUS_INVALID_PARAMETER_2;
  }
  const uintptr_t address = wdm::MdlAddress(Mdl) + NumberOfBytes;
  const size_t pages = wdm::MdlPages(Mdl);
  const size_t dropped = (address >> PAGE_SHIFT) - (reinterpret_cast<uintptr_t>(Mdl->StartVa) >> PAGE_SHIFT);
  PPFN_NUMBER frames = MmGetMdlPfnArray(Mdl);
  if (dropped < pages) {
    memmove(frames, frames + dropped, (pages - dropped) * sizeof(PFN_NUMBER));
  }
  Mdl->StartVa = PAGE_ALIGN(address);
  Mdl->ByteOffset = BYTE_OFFSET(address);
  Mdl->ByteCount -= NumberOfBytes;
  if (HasFlags(Mdl, MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL)) {
    Mdl->MappedSystemVa = static_cast<char *>(Mdl->MappedSystemVa) + NumberOfBytes;
  }
  return STATUS_SUCCESS;
}

// learn.microsoft.com, "MmAllocatePagesForMdl": zeroed pages, possibly fewer than asked for on NT; here all (in one
// piece) or none. SkipBytes, which lets drivers step through memory, does not matter for one piece.
PMDL NTAPI MmAllocatePagesForMdlEx(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress,
                                   PHYSICAL_ADDRESS SkipBytes, SIZE_T TotalBytes, MEMORY_CACHING_TYPE CacheType,
                                   ULONG Flags) {
  (void)SkipBytes;
  const size_t length = ROUND_TO_PAGES(TotalBytes);
  if (TotalBytes == 0 || length > MAXULONG || length < TotalBytes) {
    return nullptr;
  }
  const size_t pages = length >> PAGE_SHIFT;
  const size_t frames = sizeof(MDL) + pages * sizeof(PFN_NUMBER);
  auto *mdl = static_cast<PMDL>(wdm::PoolAllocate(frames + sizeof(wdm::MdlSource), wdm::kTag));
  PVOID base = nullptr;
  ULONGLONG physical = 0;
  if (mdl == nullptr || !NT_SUCCESS(WdmAllocateContiguous(length, static_cast<ULONGLONG>(LowAddress.QuadPart),
                                                          static_cast<ULONGLONG>(HighAddress.QuadPart), 0,
                                                          static_cast<ULONG>(CacheType), &base, &physical))) {
    if (mdl != nullptr) {
      wdm::PoolFreeTag(mdl, wdm::kTag);
    }
    return nullptr;
  }
  if ((Flags & MM_DONT_ZERO_ALLOCATION) == 0) {
    memset(base, 0, length);
  }
  auto *source = reinterpret_cast<wdm::MdlSource *>(reinterpret_cast<char *>(mdl) + frames);
  *source = {0, 1, base, 0, static_cast<uint32_t>(length)};
  MmInitializeMdl(mdl, nullptr, length);
  mdl->Process = reinterpret_cast<decltype(mdl->Process)>(source);
  mdl->MappedSystemVa = nullptr;
  SetFlags(mdl, MDL_INTERNAL | MDL_PAGES_LOCKED);
  for (size_t i = 0; i < pages; i += 1) {
    MmGetMdlPfnArray(mdl)[i] = static_cast<PFN_NUMBER>((physical >> PAGE_SHIFT) + i);
  }
  return mdl;
}

PMDL NTAPI MmAllocatePagesForMdl(PHYSICAL_ADDRESS LowAddress, PHYSICAL_ADDRESS HighAddress, PHYSICAL_ADDRESS SkipBytes,
                                 SIZE_T TotalBytes) {
  return MmAllocatePagesForMdlEx(LowAddress, HighAddress, SkipBytes, TotalBytes, MmCached, 0);
}

// The pages go; the MDL itself is freed with ExFreePool.
VOID NTAPI MmFreePagesFromMdl(PMDL MemoryDescriptorList) {
  wdm::MdlSource *source = wdm::SourceOf(MemoryDescriptorList);
  if (source != nullptr && source->mapped_own != 0) {
    WdmFreeContiguous(source->address);
    MemoryDescriptorList->MdlFlags = 0;
  }
}

}  // extern "C"
