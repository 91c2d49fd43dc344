// Waiting for dispatcher objects. Everything happens at DISPATCH_LEVEL: what DPCs do to the same lists comes before or
// after. Sources: KeWaitForSingleObject, KeWaitForMultipleObjects, KeDelayExecutionThread (WDK).

#include "objects.hpp"
#include "thread.hpp"

namespace ke {
namespace {

KMUTANT &AsMutant(DISPATCHER_HEADER &header) { return *CONTAINING_RECORD(&header, KMUTANT, Header); }

bool IsSignalled(DISPATCHER_HEADER &header, const Thread *thread) {
  if (header.SignalState > 0) {
    return true;
  }
  return header.Type == kMutant && FromKThread(AsMutant(header).OwnerThread) == thread;
}

// An owner cannot take its mutex for ever. Raised before any list is touched.
void RejectFullMutant(const DISPATCHER_HEADER &header) {
  if (header.Type == kMutant && header.SignalState == static_cast<LONG>(MINLONG)) [[unlikely]] {
    ExRaiseStatus(STATUS_MUTANT_LIMIT_EXCEEDED);
  }
}

// The wait of `thread` on a signalled object is over: what that does to the object. True: the mutex was abandoned.
bool Consume(DISPATCHER_HEADER &header, Thread *thread) {
  switch (header.Type) {
    case kSynchronizationEvent:
    case kSynchronizationTimer:
      header.SignalState = 0;
      return false;
    case kSemaphore:
      header.SignalState -= 1;
      return false;
    case kMutant: {
      KMUTANT &mutant = AsMutant(header);
      header.SignalState -= 1;
      if (header.SignalState != 0) {
        return false;  // once more by its owner
      }
      bool abandoned = mutant.Abandoned != 0;
      mutant.Abandoned = 0;
      mutant.OwnerThread = ToKThread(thread);
      thread->apc_disable = static_cast<SHORT>(thread->apc_disable - mutant.ApcDisable);
      InsertTailList(&thread->mutants, &mutant.MutantListEntry);
      return abandoned;
    }
    default:
      return false;
  }
}

DISPATCHER_HEADER &Header(const KWAIT_BLOCK &block) { return *static_cast<DISPATCHER_HEADER *>(block.Object); }

// A wait for all: true when every object is signalled; then all of them are consumed.
bool TryAll(Thread *thread, NTSTATUS &status) {
  for (ULONG i = 0; i < thread->block_count; i += 1) {
    if (!IsSignalled(Header(thread->blocks[i]), thread)) {
      return false;
    }
  }
  status = STATUS_SUCCESS;
  for (ULONG i = 0; i < thread->block_count; i += 1) {
    if (Consume(Header(thread->blocks[i]), thread)) {
      status = STATUS_ABANDONED;
    }
  }
  return true;
}

void Link(Thread *thread) {
  for (ULONG i = 0; i < thread->block_count; i += 1) {
    KWAIT_BLOCK &block = thread->blocks[i];
    InsertTailList(&Header(block).WaitListHead, &block.WaitListEntry);
  }
}

// Zero or null: see below; otherwise when the time-out is over.
bool IsPoll(const LARGE_INTEGER *timeout) { return timeout != nullptr && timeout->QuadPart == 0; }

uint64_t Due(const LARGE_INTEGER *timeout) { return timeout == nullptr ? kNever : Deadline(*timeout); }

}  // namespace

void InitialiseHeader(DISPATCHER_HEADER &header, UCHAR type, ULONG size, LONG state) {
  header.LockNV = 0;
  header.Type = type;
  header.Size = static_cast<UCHAR>(size / sizeof(LONG));
  header.SignalState = state;
  InitializeListHead(&header.WaitListHead);
}

void AddBlock(Thread *thread, KWAIT_BLOCK &block, DISPATCHER_HEADER &header, WAIT_TYPE type, USHORT key) {
  block.WaitType = static_cast<UCHAR>(type);
  block.BlockState = 0;
  block.WaitKey = key;
  block.Thread = ToKThread(thread);
  block.Object = &header;
  block.SparePtr = nullptr;
}

void RequireWaiting(KIRQL irql) {
  if (irql >= kDispatch || InDpc() || current_thread->kind == ThreadKind::kLoop) [[unlikely]] {
    KeBugCheckEx(kAttemptedSwitchFromDpc, reinterpret_cast<ULONG_PTR>(current_thread), irql, InDpc(),
                 reinterpret_cast<ULONG_PTR>(__builtin_return_address(0)));
  }
}

LONG_PTR Block(uint64_t due) {
  Thread *self = current_thread;
  self->state = ThreadState::kWaiting;
  if (due != kNever) {
    InsertTimer(self->timeout, due);
  }
  PRKQUEUE queue = self->queue;
  if (queue != nullptr) {
    QueueThreadWaits(queue);
  }
  SwitchAway();
  if (queue != nullptr && self->queue == queue) {
    queue->CurrentCount = queue->CurrentCount + 1;
  }
  return self->wait_result;
}

void EndWait(Thread *thread, LONG_PTR result) {
  for (ULONG i = 0; i < thread->block_count; i += 1) {
    RemoveEntryList(&thread->blocks[i].WaitListEntry);
  }
  thread->block_count = 0;
  RemoveTimer(thread->timeout);
  thread->wait_result = result;
  MakeReady(thread);
}

void Satisfy(DISPATCHER_HEADER &header) {
  LIST_ENTRY *entry = header.WaitListHead.Flink;
  while (entry != &header.WaitListHead && header.SignalState > 0) {
    KWAIT_BLOCK &block = *CONTAINING_RECORD(entry, KWAIT_BLOCK, WaitListEntry);
    entry = entry->Flink;
    Thread *thread = FromKThread(block.Thread);
    if (block.WaitType == WaitAny) {
      NTSTATUS base = Consume(header, thread) ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
      // The thread's other blocks may stand in this list too: begin again.
      EndWait(thread, base + block.WaitKey);
      entry = header.WaitListHead.Flink;
    } else if (NTSTATUS status; TryAll(thread, status)) {
      EndWait(thread, status);
      entry = header.WaitListHead.Flink;
    }
  }
}

}  // namespace ke

using namespace ke;

extern "C" {

/// Waits for one object. Time-outs: null for ever, zero not at all, negative relative, positive absolute.
///   STATUS_SUCCESS, STATUS_TIMEOUT, STATUS_ABANDONED; STATUS_MUTANT_LIMIT_EXCEEDED is raised
/// Bug checks ATTEMPTED_SWITCH_FROM_DPC when it had to wait at DISPATCH_LEVEL. Nobody alerts threads of a host, so an
/// alertable wait is a plain one. Source: KeWaitForSingleObject (WDK).
NTSTATUS NTAPI KeWaitForSingleObject(PVOID Object, KWAIT_REASON, KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER Timeout) {
  RequireIrql(kDispatch, "KeWaitForSingleObject");
  auto &header = *static_cast<DISPATCHER_HEADER *>(Object);
  RejectFullMutant(header);
  AtDispatch guard;
  Thread *self = current_thread;
  if (IsSignalled(header, self)) {
    return Consume(header, self) ? STATUS_ABANDONED : STATUS_SUCCESS;
  }
  if (IsPoll(Timeout)) {
    return STATUS_TIMEOUT;
  }
  RequireWaiting(guard.Old());
  self->blocks = self->own_blocks;
  self->block_count = 1;
  AddBlock(self, self->own_blocks[0], header, WaitAny, 0);
  Link(self);
  return static_cast<NTSTATUS>(Block(Due(Timeout)));
}

/// Waits for one or all of several objects. More than THREAD_WAIT_OBJECTS need WaitBlockArray.
///   STATUS_WAIT_0 + index, STATUS_ABANDONED_WAIT_0 + index, STATUS_SUCCESS (all), STATUS_TIMEOUT
/// Bug checks MAXIMUM_WAIT_OBJECTS_EXCEEDED. Source: KeWaitForMultipleObjects (WDK).
NTSTATUS NTAPI KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType, KWAIT_REASON, KPROCESSOR_MODE,
                                        BOOLEAN, PLARGE_INTEGER Timeout, PKWAIT_BLOCK WaitBlockArray) {
  RequireIrql(kDispatch, "KeWaitForMultipleObjects");
  if (Count > MAXIMUM_WAIT_OBJECTS || (WaitBlockArray == nullptr && Count > THREAD_WAIT_OBJECTS)) {
    KeBugCheckEx(kMaximumWaitObjectsExceeded, Count, reinterpret_cast<ULONG_PTR>(WaitBlockArray), 0, 0);
  }
  for (ULONG i = 0; i < Count; i += 1) {
    RejectFullMutant(*static_cast<DISPATCHER_HEADER *>(Object[i]));
  }
  AtDispatch guard;
  Thread *self = current_thread;
  KWAIT_BLOCK *blocks = WaitBlockArray != nullptr ? WaitBlockArray : self->own_blocks;
  for (ULONG i = 0; i < Count; i += 1) {
    AddBlock(self, blocks[i], *static_cast<DISPATCHER_HEADER *>(Object[i]), WaitType, static_cast<USHORT>(i));
  }
  self->blocks = blocks;
  self->block_count = Count;
  if (WaitType == WaitAny) {
    for (ULONG i = 0; i < Count; i += 1) {
      if (IsSignalled(Header(blocks[i]), self)) {
        self->block_count = 0;
        NTSTATUS base = Consume(Header(blocks[i]), self) ? STATUS_ABANDONED_WAIT_0 : STATUS_WAIT_0;
        return base + static_cast<NTSTATUS>(i);
      }
    }
  } else if (NTSTATUS status; TryAll(self, status)) {
    self->block_count = 0;
    return status;
  }
  if (IsPoll(Timeout)) {
    self->block_count = 0;
    return STATUS_TIMEOUT;
  }
  RequireWaiting(guard.Old());
  Link(self);
  return static_cast<NTSTATUS>(Block(Due(Timeout)));
}

/// Waits for a time, relative (negative) or absolute; zero lets others run. STATUS_SUCCESS.
/// Source: KeDelayExecutionThread (WDK).
NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER Interval) {
  RequireIrql(kApc, "KeDelayExecutionThread");
  if (Interval->QuadPart == 0) {
    Yield();
    return STATUS_SUCCESS;
  }
  AtDispatch guard;
  RequireWaiting(guard.Old());
  current_thread->block_count = 0;
  Block(Due(Interval));
  return STATUS_SUCCESS;
}

}  // extern "C"
