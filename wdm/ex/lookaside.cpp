// Lookaside lists: learn.microsoft.com, "Using Lookaside Lists". The lists keep up to kDepth entries; NT adapts the
// depth to the use, here it is fixed.

#include <nt/ntrtl.h>
#include <ntifs.h>

#include <string.h>

namespace {

constexpr USHORT kDepth = 32;

template <typename Lookaside>
void Initialise(Lookaside &list, POOL_TYPE type, SIZE_T size, ULONG tag) {
  memset(&list, 0, sizeof(list));
  RtlInitializeSListHead(&list.ListHead);
  list.Depth = kDepth;
  list.MaximumDepth = EX_MAXIMUM_LOOKASIDE_DEPTH_BASE;
  list.Type = type;
  list.Tag = tag;
  // A free entry holds the link of the list.
  list.Size = static_cast<ULONG>(size < sizeof(SLIST_ENTRY) ? sizeof(SLIST_ENTRY) : size);
  InitializeListHead(&list.ListEntry);
}

void Drain(PSLIST_HEADER head, PFREE_FUNCTION release) {
  while (PSLIST_ENTRY entry = RtlInterlockedPopEntrySList(head)) {
    release(entry);
  }
}

void InitialiseGeneral(PGENERAL_LOOKASIDE list, POOL_TYPE type, PALLOCATE_FUNCTION allocate, PFREE_FUNCTION release,
                       ULONG flags, SIZE_T size, ULONG tag) {
  Initialise(*list, static_cast<POOL_TYPE>(static_cast<ULONG>(type) | flags), size, tag);
  list->Allocate = allocate != nullptr ? allocate : ExAllocatePoolWithTag;
  list->Free = release != nullptr ? release : ExFreePool;
}

PVOID NTAPI AllocateFromPool(POOL_TYPE type, SIZE_T size, ULONG tag, PLOOKASIDE_LIST_EX list) {
  (void)list;
  return ExAllocatePoolWithTag(type, size, tag);
}

PVOID NTAPI AllocateFromPoolQuota(POOL_TYPE type, SIZE_T size, ULONG tag, PLOOKASIDE_LIST_EX list) {
  (void)list;
  return ExAllocatePoolWithQuotaTag(type, size, tag);
}

VOID NTAPI FreeToPool(PVOID entry, PLOOKASIDE_LIST_EX list) {
  (void)list;
  ExFreePool(entry);
}

}  // namespace

extern "C" {

VOID NTAPI ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                           PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth) {
  (void)Depth;  // reserved
  InitialiseGeneral(&Lookaside->L, NonPagedPool, Allocate, Free, Flags, Size, Tag);
}

VOID NTAPI ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside) {
  Drain(&Lookaside->L.ListHead, Lookaside->L.Free);
}

VOID NTAPI ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
                                          PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag, USHORT Depth) {
  (void)Depth;
  InitialiseGeneral(&Lookaside->L, PagedPool, Allocate, Free, Flags, Size, Tag);
}

VOID NTAPI ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside) {
  Drain(&Lookaside->L.ListHead, Lookaside->L.Free);
}

// learn.microsoft.com, "ExInitializeLookasideListEx": STATUS_INVALID_PARAMETER_4 for a pool type that cannot be,
// STATUS_INVALID_PARAMETER_5 for flags that contradict each other, STATUS_INVALID_PARAMETER_7 for a depth.
NTSTATUS NTAPI ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PALLOCATE_FUNCTION_EX Allocate,
                                           PFREE_FUNCTION_EX Free, POOL_TYPE PoolType, ULONG Flags, SIZE_T Size,
                                           ULONG Tag, USHORT Depth) {
  constexpr ULONG kBoth = EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL | EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE;
  if ((Flags & ~kBoth) != 0 || Flags == kBoth) {
    return STATUS_INVALID_PARAMETER_5;
  }
  if (Depth != 0) {
    return STATUS_INVALID_PARAMETER_8;
  }
  auto type = static_cast<ULONG>(PoolType);
  type |= (Flags & EX_LOOKASIDE_LIST_EX_FLAGS_RAISE_ON_FAIL) != 0 ? POOL_RAISE_IF_ALLOCATION_FAILURE : 0u;
  type |= (Flags & EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE) != 0 ? POOL_QUOTA_FAIL_INSTEAD_OF_RAISE : 0u;
  Initialise(Lookaside->L, static_cast<POOL_TYPE>(type), Size, Tag);
  // With the second flag entries are charged to the quota, which then fails without raising.
  const bool quota = (Flags & EX_LOOKASIDE_LIST_EX_FLAGS_FAIL_NO_RAISE) != 0;
  Lookaside->L.AllocateEx = Allocate != nullptr ? Allocate : quota ? AllocateFromPoolQuota : AllocateFromPool;
  Lookaside->L.FreeEx = Free != nullptr ? Free : FreeToPool;
  return STATUS_SUCCESS;
}

VOID NTAPI ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) {
  while (PSLIST_ENTRY entry = RtlInterlockedPopEntrySList(&Lookaside->L.ListHead)) {
    Lookaside->L.FreeEx(entry, Lookaside);
  }
}

VOID NTAPI ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside) { ExFlushLookasideListEx(Lookaside); }

}  // extern "C"
