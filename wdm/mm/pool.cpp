// ExAllocatePool* and ExFreePool* over PoolCore. Paged and nonpaged pool are one: drivers' memory is resident.

#include "memory.hpp"
#include "pool_core.hpp"

#include <ntifs.h>
#include <wdm/wdm_services.h>

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <string.h>

namespace wdm {
namespace {

constexpr uint64_t kAnywhere = ~uint64_t{0};
constexpr ULONG kCacheAlignedBit = 4;  // of POOL_TYPE: the ...CacheAligned types
constexpr uint32_t kNoTag = PoolTag("None");

bool AllocateChunk(size_t length, void **base, uint64_t *physical) {
  PVOID address = nullptr;
  ULONGLONG frame = 0;
  if (!NT_SUCCESS(WdmAllocateContiguous(length, 0, kAnywhere, 0, MmCached, &address, &frame))) {
    return false;
  }
  *base = address;
  *physical = frame;
  return true;
}

void ReleaseChunk(void *base) { WdmFreeContiguous(base); }

constinit PoolCore pool(ChunkSource{AllocateChunk, ReleaseChunk});

void *Allocate(size_t size, uint32_t tag, bool cache_aligned) {
  ke::RequireIrql(ke::kDispatch, "ExAllocatePoolWithTag");
  ke::AtDispatch guard;  // DPCs allocate too
  return pool.Allocate(size, tag, cache_aligned);
}

void Free(void *block, uint32_t tag) {
  ke::RequireIrql(ke::kDispatch, "ExFreePoolWithTag");
  PoolFault fault;
  {
    ke::AtDispatch guard;
    fault = pool.Free(block, tag);
  }
  if (fault.code != 0) {
    KeBugCheckEx(fault.code, fault.parameters[0], fault.parameters[1], fault.parameters[2], fault.parameters[3]);
  }
}

void *Zeroed(void *block, size_t size) {
  if (block != nullptr) {
    memset(block, 0, size);
  }
  return block;
}

void *AllocateType(ULONG type, size_t size, uint32_t tag) {
  void *block = Allocate(size, tag, (type & kCacheAlignedBit) != 0);
  return (type & POOL_ZERO_ALLOCATION) != 0 ? Zeroed(block, size) : block;
}

}  // namespace

void *PoolAllocate(size_t size, uint32_t tag) { return Allocate(size, tag, false); }
void *PoolAllocateZero(size_t size, uint32_t tag) { return Zeroed(Allocate(size, tag, false), size); }
void PoolFree(void *block) { Free(block, 0); }
void PoolFreeTag(void *block, uint32_t tag) { Free(block, tag); }

bool PhysicalOf(const void *address, uint64_t *physical) {
  return pool.Physical(address, physical) || RegionPhysical(address, physical);
}

}  // namespace wdm

extern "C" {

// learn.microsoft.com, "ExAllocatePoolWithTag": null when there is no memory, or STATUS_INSUFFICIENT_RESOURCES raised
// with POOL_RAISE_IF_ALLOCATION_FAILURE.
PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
  const auto type = static_cast<ULONG>(PoolType);
  void *block = wdm::AllocateType(type, NumberOfBytes, Tag);
  if (block == nullptr && (type & POOL_RAISE_IF_ALLOCATION_FAILURE) != 0) {
    ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
  }
  return block;
}

PVOID NTAPI ExAllocatePool(POOL_TYPE PoolType, SIZE_T NumberOfBytes) {
  return ExAllocatePoolWithTag(PoolType, NumberOfBytes, wdm::kNoTag);
}

PVOID NTAPI ExAllocatePoolWithTagPriority(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag,
                                          EX_POOL_PRIORITY Priority) {
  (void)Priority;  // a hint: how soon to fail when memory runs short
  return ExAllocatePoolWithTag(PoolType, NumberOfBytes, Tag);
}

// learn.microsoft.com, "ExAllocatePoolWithQuotaTag": raises STATUS_INSUFFICIENT_RESOURCES unless
// POOL_QUOTA_FAIL_INSTEAD_OF_RAISE. The host's process is charged, as for all its memory.
PVOID NTAPI ExAllocatePoolWithQuotaTag(POOL_TYPE PoolType, SIZE_T NumberOfBytes, ULONG Tag) {
  const auto type = static_cast<ULONG>(PoolType);
  void *block = wdm::AllocateType(type, NumberOfBytes, Tag);
  if (block == nullptr && (type & POOL_QUOTA_FAIL_INSTEAD_OF_RAISE) == 0) {
    ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
  }
  return block;
}

PVOID NTAPI ExAllocatePoolWithQuota(POOL_TYPE PoolType, SIZE_T NumberOfBytes) {
  return ExAllocatePoolWithQuotaTag(PoolType, NumberOfBytes, wdm::kNoTag);
}

// learn.microsoft.com, "ExAllocatePool2": zeroed unless POOL_FLAG_UNINITIALIZED; exactly one of the pools must be named
// and no required flag be unknown, else null (or STATUS_INVALID_PARAMETER raised with POOL_FLAG_RAISE_ON_FAILURE).
PVOID NTAPI ExAllocatePool2(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag) {
  constexpr POOL_FLAGS kPools = POOL_FLAG_NON_PAGED | POOL_FLAG_NON_PAGED_EXECUTE | POOL_FLAG_PAGED;
  constexpr POOL_FLAGS kKnown = kPools | POOL_FLAG_USE_QUOTA | POOL_FLAG_UNINITIALIZED | POOL_FLAG_SESSION |
                                POOL_FLAG_CACHE_ALIGNED | POOL_FLAG_RAISE_ON_FAILURE;
  constexpr POOL_FLAGS kRequired = 0xFFFF'FFFF;  // the upper half may be passed over
  const POOL_FLAGS chosen = Flags & kPools;
  const bool raise = (Flags & POOL_FLAG_RAISE_ON_FAILURE) != 0;
  if ((Flags & kRequired & ~kKnown) != 0 || chosen == 0 || (chosen & (chosen - 1)) != 0 || NumberOfBytes == 0 ||
      Tag == 0) {
    if (raise) {
      ExRaiseStatus(STATUS_INVALID_PARAMETER);
    }
    return nullptr;
  }
  void *block = wdm::Allocate(NumberOfBytes, Tag, (Flags & POOL_FLAG_CACHE_ALIGNED) != 0);
  if (block == nullptr && raise) {
    ExRaiseStatus(STATUS_INSUFFICIENT_RESOURCES);
  }
  return (Flags & POOL_FLAG_UNINITIALIZED) != 0 ? block : wdm::Zeroed(block, NumberOfBytes);
}

// learn.microsoft.com, "ExAllocatePool3": ExAllocatePool2 with parameters, of which an optional one that is not known
// is passed over. Secure pool, the one kind that must be honoured, does not exist here: null.
PVOID NTAPI ExAllocatePool3(POOL_FLAGS Flags, SIZE_T NumberOfBytes, ULONG Tag, PCPOOL_EXTENDED_PARAMETER Parameters,
                            ULONG Count) {
  for (ULONG i = 0; i < Count; i += 1) {
    if (Parameters[i].Optional == 0 && Parameters[i].Type != PoolExtendedParameterPriority) {
      if ((Flags & POOL_FLAG_RAISE_ON_FAILURE) != 0) {
        ExRaiseStatus(STATUS_INVALID_PARAMETER);
      }
      return nullptr;
    }
  }
  return ExAllocatePool2(Flags, NumberOfBytes, Tag);
}

VOID NTAPI ExFreePoolWithTag(PVOID P, ULONG Tag) { wdm::PoolFreeTag(P, Tag); }
VOID NTAPI ExFreePool(PVOID P) { wdm::PoolFree(P); }

VOID NTAPI ExFreePool2(PVOID P, ULONG Tag, PCPOOL_EXTENDED_PARAMETER Parameters, ULONG Count) {
  (void)Parameters;
  (void)Count;
  wdm::PoolFreeTag(P, Tag);
}

}  // extern "C"
