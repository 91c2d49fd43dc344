// KQUEUE: entries for threads that wait for them, the thread that waited last first, no more of them running at a time
// than the queue's maximum. Sources: KeInitializeQueue, KeInsertQueue, KeRemoveQueue, KeRundownQueue (WDK).

#include "objects.hpp"
#include "thread.hpp"

namespace ke {
namespace {

// Gives queued entries to waiting threads as far as the maximum allows. At DISPATCH_LEVEL.
void Serve(PRKQUEUE queue) {
  // Those that were woken count from here on, though they run later.
  while (!IsListEmpty(&queue->EntryListHead) && !IsListEmpty(&queue->Header.WaitListHead) &&
         queue->CurrentCount < queue->MaximumCount) {
    auto *block = CONTAINING_RECORD(queue->Header.WaitListHead.Blink, KWAIT_BLOCK, WaitListEntry);
    LIST_ENTRY *entry = RemoveHeadList(&queue->EntryListHead);
    entry->Flink = nullptr;
    queue->Header.SignalState -= 1;
    queue->CurrentCount = queue->CurrentCount + 1;
    EndWait(FromKThread(block->Thread), reinterpret_cast<LONG_PTR>(entry));
  }
}

LONG Insert(PRKQUEUE queue, PLIST_ENTRY entry, bool head) {
  AtDispatch guard;
  LONG old = queue->Header.SignalState;
  if (head) {
    InsertHeadList(&queue->EntryListHead, entry);
  } else {
    InsertTailList(&queue->EntryListHead, entry);
  }
  queue->Header.SignalState = old + 1;
  Serve(queue);
  return old;
}

void Enter(Thread *thread, PRKQUEUE queue) {
  if (thread->queue == queue) {
    return;
  }
  LeaveQueue(thread);
  thread->queue = queue;
  InsertTailList(&queue->ThreadListHead, &thread->queue_link);
  queue->CurrentCount = queue->CurrentCount + 1;
}

PLIST_ENTRY AsEntry(NTSTATUS status) { return reinterpret_cast<PLIST_ENTRY>(static_cast<LONG_PTR>(status)); }

}  // namespace

void QueueThreadWaits(PRKQUEUE queue) {
  queue->CurrentCount = queue->CurrentCount - 1;
  Serve(queue);
}

void LeaveQueue(Thread *thread) {
  PRKQUEUE queue = thread->queue;
  if (queue == nullptr) {
    return;
  }
  thread->queue = nullptr;
  RemoveEntryList(&thread->queue_link);
  QueueThreadWaits(queue);
}

}  // namespace ke

using namespace ke;

extern "C" {

/// `Count`: threads that may run at a time; 0: one for each processor.
VOID NTAPI KeInitializeQueue(PRKQUEUE Queue, ULONG Count) {
  InitialiseHeader(Queue->Header, kQueue, sizeof(KQUEUE), 0);
  InitializeListHead(&Queue->EntryListHead);
  InitializeListHead(&Queue->ThreadListHead);
  Queue->CurrentCount = 0;
  Queue->MaximumCount = Count == 0 ? 1 : Count;
}

/// Entries in the queue.
LONG NTAPI KeReadStateQueue(PRKQUEUE Queue) { return Queue->Header.SignalState; }

/// Puts an entry at the tail; returns how many were there. IRQL <= DISPATCH_LEVEL.
LONG NTAPI KeInsertQueue(PRKQUEUE Queue, PLIST_ENTRY Entry) { return Insert(Queue, Entry, false); }

/// Puts an entry at the head.
LONG NTAPI KeInsertHeadQueue(PRKQUEUE Queue, PLIST_ENTRY Entry) { return Insert(Queue, Entry, true); }

/// Takes the entry at the head, or waits for one; the caller serves the queue from here on. Instead of an entry:
/// STATUS_TIMEOUT, STATUS_ABANDONED (the queue was run down), as pointers.
PLIST_ENTRY NTAPI KeRemoveQueue(PRKQUEUE Queue, KPROCESSOR_MODE, PLARGE_INTEGER Timeout) {
  RequireIrql(kDispatch, "KeRemoveQueue");
  AtDispatch guard;
  Thread *self = current_thread;
  Enter(self, Queue);
  if (!IsListEmpty(&Queue->EntryListHead) && Queue->CurrentCount <= Queue->MaximumCount) {
    LIST_ENTRY *entry = RemoveHeadList(&Queue->EntryListHead);
    entry->Flink = nullptr;
    Queue->Header.SignalState -= 1;
    return entry;
  }
  if (Timeout != nullptr && Timeout->QuadPart == 0) {
    return AsEntry(STATUS_TIMEOUT);
  }
  RequireWaiting(guard.Old());
  uint64_t due = Timeout == nullptr ? kNever : Deadline(*Timeout);
  self->blocks = self->own_blocks;
  self->block_count = 1;
  AddBlock(self, self->own_blocks[0], Queue->Header, WaitAny, 0);
  InsertTailList(&Queue->Header.WaitListHead, &self->own_blocks[0].WaitListEntry);
  LONG_PTR result = Block(due);
  if (result == STATUS_TIMEOUT || result == STATUS_ABANDONED) {
    return AsEntry(static_cast<NTSTATUS>(result));
  }
  // Serve counted this thread when it gave the entry, and Block when it ran again.
  Queue->CurrentCount = Queue->CurrentCount - 1;
  return reinterpret_cast<PLIST_ENTRY>(result);
}

/// Empties the queue and ends the waits of its threads with STATUS_ABANDONED. Returns the first of the entries that
/// were in it, linked to each other, or null.
PLIST_ENTRY NTAPI KeRundownQueue(PRKQUEUE Queue) {
  AtDispatch guard;
  LIST_ENTRY *first = nullptr;
  if (!IsListEmpty(&Queue->EntryListHead)) {
    first = Queue->EntryListHead.Flink;
    RemoveEntryList(&Queue->EntryListHead);
    InitializeListHead(&Queue->EntryListHead);
  }
  Queue->Header.SignalState = 0;
  while (!IsListEmpty(&Queue->ThreadListHead)) {
    auto *thread = CONTAINING_RECORD(RemoveHeadList(&Queue->ThreadListHead), Thread, queue_link);
    thread->queue = nullptr;
  }
  while (!IsListEmpty(&Queue->Header.WaitListHead)) {
    auto *block = CONTAINING_RECORD(Queue->Header.WaitListHead.Flink, KWAIT_BLOCK, WaitListEntry);
    EndWait(FromKThread(block->Thread), STATUS_ABANDONED);
  }
  Queue->CurrentCount = 0;
  return first;
}

}  // extern "C"
