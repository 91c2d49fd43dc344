// Deferred procedure calls: one queue, since there is one processor. Entries are touched at HIGH_LEVEL, because
// interrupt routines queue them; routines run at DISPATCH_LEVEL on whichever thread finds the IRQL below that.

#include "interrupt.hpp"
#include "objects.hpp"

#include <ntifs.h>
#include <wdmp/dispatcher.hpp>
#include <wdmp/irql.hpp>

namespace ke {
namespace {

// Singly linked through DpcListEntry, last entry known: first in, first out.
SINGLE_LIST_ENTRY *first = nullptr;
SINGLE_LIST_ENTRY *last = nullptr;
bool draining = false;

// KDPC::DpcData is not null while the object is in the queue, as on NT.
void *Queued() { return &first; }

KDPC *FromEntry(SINGLE_LIST_ENTRY *entry) { return CONTAINING_RECORD(entry, KDPC, DpcListEntry); }

void Insert(KDPC *dpc) {
  SINGLE_LIST_ENTRY *entry = &dpc->DpcListEntry;
  if (dpc->Importance == HighImportance) {
    entry->Next = first;
    first = entry;
    if (last == nullptr) {
      last = entry;
    }
    return;
  }
  entry->Next = nullptr;
  if (last == nullptr) {
    first = entry;
  } else {
    last->Next = entry;
  }
  last = entry;
}

void Remove(KDPC *dpc) {
  SINGLE_LIST_ENTRY *previous = nullptr;
  for (SINGLE_LIST_ENTRY *entry = first; entry != nullptr; previous = entry, entry = entry->Next) {
    if (entry != &dpc->DpcListEntry) {
      continue;
    }
    (previous == nullptr ? first : previous->Next) = entry->Next;
    if (last == entry) {
      last = previous;
    }
    return;
  }
}

struct Call {
  KDPC *dpc;
  PKDEFERRED_ROUTINE routine;
  PVOID context, argument1, argument2;
};

bool Take(Call &call) {
  AtHigh guard;
  if (first == nullptr) {
    return false;
  }
  KDPC *dpc = FromEntry(first);
  Remove(dpc);
  // The object is the routine's own again as soon as it is out of the queue: it may queue it or free it.
  dpc->DpcData = nullptr;
  call = {dpc, dpc->DeferredRoutine, dpc->DeferredContext, dpc->SystemArgument1, dpc->SystemArgument2};
  return true;
}

}  // namespace

bool AnyDpc() { return *const_cast<SINGLE_LIST_ENTRY *volatile *>(&first) != nullptr; }

bool InDpc() { return draining; }

void DrainDpcs() {
  if (draining) {
    return;
  }
  draining = true;
  Call call;
  while (Take(call)) {
    call.routine(call.dpc, call.context, call.argument1, call.argument2);
    if (CurrentIrql() != kDispatch) [[unlikely]] {
      KeBugCheckEx(kIrqlUnexpectedValue, CurrentIrql(), kDispatch, reinterpret_cast<ULONG_PTR>(call.routine), 0);
    }
    PollInterrupts();
  }
  draining = false;
}

}  // namespace ke

using namespace ke;

extern "C" {

/// Source: KeInitializeDpc (WDK).
VOID NTAPI KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext) {
  *Dpc = {};
  Dpc->Type = kDpc;
  Dpc->Importance = MediumImportance;
  Dpc->DeferredRoutine = DeferredRoutine;
  Dpc->DeferredContext = DeferredContext;
}

/// A threaded DPC may run at DISPATCH_LEVEL like any other, and does here. Source: KeInitializeThreadedDpc (WDK).
VOID NTAPI KeInitializeThreadedDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext) {
  KeInitializeDpc(Dpc, DeferredRoutine, DeferredContext);
  Dpc->Type = kThreadedDpc;
}

/// Queues a DPC; HighImportance at the head, everything else at the tail. Any IRQL. FALSE: it is queued already, and
/// the new arguments are forgotten. Source: KeInsertQueueDpc (WDK).
BOOLEAN NTAPI KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2) {
  AtHigh guard;
  if (Dpc->DpcData != nullptr) {
    return FALSE;
  }
  Dpc->DpcData = Queued();
  Dpc->SystemArgument1 = SystemArgument1;
  Dpc->SystemArgument2 = SystemArgument2;
  Insert(Dpc);
  work_recorded = true;  // the guard's end runs it when the IRQL allows
  return TRUE;
}

/// Takes a DPC out of the queue. FALSE: it was not in it. Source: KeRemoveQueueDpc (WDK).
BOOLEAN NTAPI KeRemoveQueueDpc(PRKDPC Dpc) {
  AtHigh guard;
  if (Dpc->DpcData == nullptr) {
    return FALSE;
  }
  Remove(Dpc);
  Dpc->DpcData = nullptr;
  return TRUE;
}

/// The same; a routine that runs has always ended when a caller below DISPATCH_LEVEL gets to run.
/// Source: KeRemoveQueueDpcEx (WDK).
BOOLEAN NTAPI KeRemoveQueueDpcEx(PRKDPC Dpc, BOOLEAN) { return KeRemoveQueueDpc(Dpc); }

/// Source: KeSetImportanceDpc (WDK).
VOID NTAPI KeSetImportanceDpc(PRKDPC Dpc, KDPC_IMPORTANCE Importance) {
  Dpc->Importance = static_cast<UCHAR>(Importance);
}

/// There is one processor. Source: KeSetTargetProcessorDpc (WDK).
VOID NTAPI KeSetTargetProcessorDpc(PRKDPC Dpc, CCHAR Number) { Dpc->Number = static_cast<USHORT>(Number); }

/// STATUS_INVALID_PARAMETER for a processor that is not there. Source: KeSetTargetProcessorDpcEx (WDK).
NTSTATUS NTAPI KeSetTargetProcessorDpcEx(PKDPC Dpc, PPROCESSOR_NUMBER ProcNumber) {
  if (ProcNumber->Group != 0 || ProcNumber->Number != 0 || ProcNumber->Reserved != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  Dpc->Number = 0;
  return STATUS_SUCCESS;
}

/// Returns when every DPC that was queued has run: below DISPATCH_LEVEL that is so at once.
/// Source: KeFlushQueuedDpcs (WDK).
VOID NTAPI KeFlushQueuedDpcs(VOID) {
  RequireIrql(kApc, "KeFlushQueuedDpcs");
  AtDispatch guard;
}

}  // extern "C"
