// Contiguous memory, mappings of physical memory, physical addresses.

#include "memory.hpp"

#include <ntifs.h>
#include <wdm/wdm_services.h>

#include <wdmp/pool.hpp>

namespace {

// The caching type of a page protection.
ULONG CacheOf(ULONG protect) {
  if ((protect & PAGE_NOCACHE) != 0) {
    return MmNonCached;
  }
  return (protect & PAGE_WRITECOMBINE) != 0 ? MmWriteCombined : MmCached;
}

PVOID AllocateContiguous(SIZE_T length, LONGLONG lowest, LONGLONG highest, LONGLONG boundary, ULONG cache) {
  PVOID base = nullptr;
  ULONGLONG physical = 0;
  if (length == 0 ||
      !NT_SUCCESS(WdmAllocateContiguous(length, static_cast<ULONGLONG>(lowest), static_cast<ULONGLONG>(highest),
                                        static_cast<ULONGLONG>(boundary), cache, &base, &physical))) {
    return nullptr;
  }
  if (!wdm::RememberRegion(base, physical, ROUND_TO_PAGES(length))) {
    WdmFreeContiguous(base);
    return nullptr;
  }
  return base;
}

}  // namespace

extern "C" {

// learn.microsoft.com, "MmAllocateContiguousMemorySpecifyCache": null when there is no such memory.
PVOID NTAPI MmAllocateContiguousMemorySpecifyCache(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                   PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                   PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                   MEMORY_CACHING_TYPE CacheType) {
  return AllocateContiguous(NumberOfBytes, LowestAcceptableAddress.QuadPart, HighestAcceptableAddress.QuadPart,
                            BoundaryAddressMultiple.QuadPart, static_cast<ULONG>(CacheType));
}

PVOID NTAPI MmAllocateContiguousMemorySpecifyCacheNode(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress,
                                                       PHYSICAL_ADDRESS HighestAcceptableAddress,
                                                       PHYSICAL_ADDRESS BoundaryAddressMultiple,
                                                       MEMORY_CACHING_TYPE CacheType, ULONG PreferredNode) {
  (void)PreferredNode;  // there is one
  return MmAllocateContiguousMemorySpecifyCache(NumberOfBytes, LowestAcceptableAddress, HighestAcceptableAddress,
                                                BoundaryAddressMultiple, CacheType);
}

PVOID NTAPI MmAllocateContiguousNodeMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS LowestAcceptableAddress,
                                           PHYSICAL_ADDRESS HighestAcceptableAddress,
                                           PHYSICAL_ADDRESS BoundaryAddressMultiple, ULONG Protect,
                                           ULONG PreferredNode) {
  (void)PreferredNode;
  return AllocateContiguous(NumberOfBytes, LowestAcceptableAddress.QuadPart, HighestAcceptableAddress.QuadPart,
                            BoundaryAddressMultiple.QuadPart, CacheOf(Protect));
}

PVOID NTAPI MmAllocateContiguousMemory(SIZE_T NumberOfBytes, PHYSICAL_ADDRESS HighestAcceptableAddress) {
  return AllocateContiguous(NumberOfBytes, 0, HighestAcceptableAddress.QuadPart, 0, MmCached);
}

VOID NTAPI MmFreeContiguousMemory(PVOID BaseAddress) {
  if (wdm::ForgetRegion(BaseAddress) == 0) {
    KeBugCheckEx(BAD_POOL_CALLER, 0x46, reinterpret_cast<ULONG_PTR>(BaseAddress), 0, 0);
  }
  WdmFreeContiguous(BaseAddress);
}

VOID NTAPI MmFreeContiguousMemorySpecifyCache(PVOID BaseAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType) {
  (void)NumberOfBytes;
  (void)CacheType;
  MmFreeContiguousMemory(BaseAddress);
}

PVOID NTAPI MmAllocateNonCachedMemory(SIZE_T NumberOfBytes) {
  return AllocateContiguous(NumberOfBytes, 0, -1, 0, MmNonCached);
}

VOID NTAPI MmFreeNonCachedMemory(PVOID BaseAddress, SIZE_T NumberOfBytes) {
  (void)NumberOfBytes;
  MmFreeContiguousMemory(BaseAddress);
}

// learn.microsoft.com, "MmMapIoSpace": null when the range is not one that PnP gave to a device of this host.
PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, MEMORY_CACHING_TYPE CacheType) {
  const auto physical = static_cast<ULONGLONG>(PhysicalAddress.QuadPart);
  PVOID base = nullptr;
  if (NumberOfBytes == 0 ||
      !NT_SUCCESS(WdmMapPhysical(physical, NumberOfBytes, static_cast<ULONG>(CacheType), &base))) {
    return nullptr;
  }
  if (!wdm::RememberRegion(base, physical, NumberOfBytes)) {
    WdmUnmapPhysical(base, NumberOfBytes);
    return nullptr;
  }
  return base;
}

PVOID NTAPI MmMapIoSpaceEx(PHYSICAL_ADDRESS PhysicalAddress, SIZE_T NumberOfBytes, ULONG Protect) {
  return MmMapIoSpace(PhysicalAddress, NumberOfBytes, static_cast<MEMORY_CACHING_TYPE>(CacheOf(Protect)));
}

VOID NTAPI MmUnmapIoSpace(PVOID BaseAddress, SIZE_T NumberOfBytes) {
  wdm::ForgetRegion(BaseAddress);
  WdmUnmapPhysical(BaseAddress, NumberOfBytes);
}

// learn.microsoft.com, "MmGetPhysicalAddress": 0 for an address that is not there.
PHYSICAL_ADDRESS NTAPI MmGetPhysicalAddress(PVOID BaseAddress) {
  PHYSICAL_ADDRESS result;
  uint64_t physical = 0;
  uintptr_t frame = 0;
  result.QuadPart = 0;
  if (wdm::PhysicalOf(BaseAddress, &physical)) {
    result.QuadPart = static_cast<LONGLONG>(physical);
  } else if (wdm::PageFrames(BaseAddress, 1, &frame)) {
    result.QuadPart = static_cast<LONGLONG>(static_cast<uint64_t>(frame) << PAGE_SHIFT | BYTE_OFFSET(BaseAddress));
  }
  return result;
}

BOOLEAN NTAPI MmIsAddressValid(PVOID VirtualAddress) {
  uintptr_t frame = 0;
  return wdm::PageFrames(VirtualAddress, 1, &frame);
}

}  // extern "C"
