// ExInterlocked*: lists and numbers under a driver's spin lock, S-lists, reader/writer spin locks. The lock stands for
// HIGH_LEVEL: these routines may be called at any IRQL (learn.microsoft.com, "ExInterlockedInsertTailList").

#include <nt/ntrtl.h>
#include <ntifs.h>

#include <wdmp/irql.hpp>

using ke::AtHigh;

extern "C" {

PLIST_ENTRY FASTCALL ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock) {
  (void)Lock;
  AtHigh guard;
  PLIST_ENTRY first = IsListEmpty(ListHead) ? nullptr : ListHead->Flink;
  InsertHeadList(ListHead, ListEntry);
  return first;
}

PLIST_ENTRY FASTCALL ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry, PKSPIN_LOCK Lock) {
  (void)Lock;
  AtHigh guard;
  PLIST_ENTRY last = IsListEmpty(ListHead) ? nullptr : ListHead->Blink;
  InsertTailList(ListHead, ListEntry);
  return last;
}

PLIST_ENTRY FASTCALL ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock) {
  (void)Lock;
  AtHigh guard;
  return IsListEmpty(ListHead) ? nullptr : RemoveHeadList(ListHead);
}

PSINGLE_LIST_ENTRY FASTCALL ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock) {
  (void)Lock;
  AtHigh guard;
  PSINGLE_LIST_ENTRY first = ListHead->Next;
  if (first != nullptr) {
    ListHead->Next = first->Next;
  }
  return first;
}

PSINGLE_LIST_ENTRY FASTCALL ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead, PSINGLE_LIST_ENTRY ListEntry,
                                                       PKSPIN_LOCK Lock) {
  (void)Lock;
  AtHigh guard;
  PSINGLE_LIST_ENTRY first = ListHead->Next;
  ListEntry->Next = first;
  ListHead->Next = ListEntry;
  return first;
}

LARGE_INTEGER NTAPI ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment, PKSPIN_LOCK Lock) {
  (void)Lock;
  AtHigh guard;
  LARGE_INTEGER old = *Addend;
  Addend->QuadPart =
      static_cast<LONGLONG>(static_cast<ULONGLONG>(old.QuadPart) + static_cast<ULONGLONG>(Increment.QuadPart));
  return old;
}

ULONG FASTCALL ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock) {
  (void)Lock;
  AtHigh guard;
  ULONG old = *Addend;
  *Addend = old + Increment;
  return old;
}

// Reader/writer spin locks: on one processor whoever is at DISPATCH_LEVEL has the lock. The word counts as on NT:
// bit 31 a writer, below it the readers.
KIRQL NTAPI ExAcquireSpinLockExclusive(PEX_SPIN_LOCK SpinLock) {
  KIRQL old = KeRaiseIrqlToDpcLevel();
  ExAcquireSpinLockExclusiveAtDpcLevel(SpinLock);
  return old;
}

KIRQL NTAPI ExAcquireSpinLockShared(PEX_SPIN_LOCK SpinLock) {
  KIRQL old = KeRaiseIrqlToDpcLevel();
  ExAcquireSpinLockSharedAtDpcLevel(SpinLock);
  return old;
}

VOID NTAPI ExReleaseSpinLockExclusive(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql) {
  ExReleaseSpinLockExclusiveFromDpcLevel(SpinLock);
  KeLowerIrql(OldIrql);
}

VOID NTAPI ExReleaseSpinLockShared(PEX_SPIN_LOCK SpinLock, KIRQL OldIrql) {
  ExReleaseSpinLockSharedFromDpcLevel(SpinLock);
  KeLowerIrql(OldIrql);
}

VOID NTAPI ExAcquireSpinLockExclusiveAtDpcLevel(PEX_SPIN_LOCK SpinLock) {
  *SpinLock |= static_cast<LONG>(0x8000'0000u);
}
VOID NTAPI ExAcquireSpinLockSharedAtDpcLevel(PEX_SPIN_LOCK SpinLock) { *SpinLock += 1; }
VOID NTAPI ExReleaseSpinLockExclusiveFromDpcLevel(PEX_SPIN_LOCK SpinLock) { *SpinLock &= 0x7FFF'FFFF; }
VOID NTAPI ExReleaseSpinLockSharedFromDpcLevel(PEX_SPIN_LOCK SpinLock) { *SpinLock -= 1; }

// S-lists are ntdll's, which stand any interruption.
PSLIST_ENTRY NTAPI ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead) { return RtlInterlockedPopEntrySList(ListHead); }

PSLIST_ENTRY NTAPI ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry) {
  return RtlInterlockedPushEntrySList(ListHead, ListEntry);
}

PSLIST_ENTRY NTAPI ExpInterlockedFlushSList(PSLIST_HEADER ListHead) { return RtlInterlockedFlushSList(ListHead); }
USHORT NTAPI ExQueryDepthSList(PSLIST_HEADER SListHead) { return RtlQueryDepthSList(SListHead); }
VOID NTAPI InitializeSListHead(PSLIST_HEADER SListHead) { RtlInitializeSListHead(SListHead); }

}  // extern "C"
