// Work items: queues by kind, served by fibers. One that waits inside an item does not stop the others: before an item
// runs, another worker is made ready when more items are queued.

#include "work.hpp"

#include "objects.hpp"
#include "thread.hpp"

namespace ke {
namespace {

constexpr int kMaximumWorkers = 64;

struct WorkPool {
  int priority;
  LIST_ENTRY items;
  int workers;
  int starting;  // fibers that have not looked into the queue yet
};

WorkPool pools[] = {{13, {}, 0, 0}, {12, {}, 0, 0}, {15, {}, 0, 0}};

WorkPool &PoolOf(WORK_QUEUE_TYPE type) {
  return type == HyperCriticalWorkQueue ? pools[2] : type == CriticalWorkQueue ? pools[0] : pools[1];
}

void Worker(void *context);

// At DISPATCH_LEVEL.
void MoreWorkers(WorkPool &pool) {
  if (pool.starting != 0 || pool.workers >= kMaximumWorkers || IsListEmpty(&pool.items)) {
    return;
  }
  if (StartFiber(Worker, &pool, pool.priority) != nullptr) {
    pool.starting += 1;
    pool.workers += 1;
  }
}

PWORK_QUEUE_ITEM Take(WorkPool &pool) {
  AtDispatch guard;
  if (IsListEmpty(&pool.items)) {
    pool.workers -= 1;
    return nullptr;
  }
  auto *item = CONTAINING_RECORD(RemoveHeadList(&pool.items), WORK_QUEUE_ITEM, List);
  item->List.Flink = nullptr;
  MoreWorkers(pool);
  return item;
}

void Worker(void *context) {
  auto &pool = *static_cast<WorkPool *>(context);
  {
    AtDispatch guard;
    pool.starting -= 1;
  }
  while (PWORK_QUEUE_ITEM item = Take(pool)) {
    // The item is the routine's own from here on: it may free it.
    PWORKER_THREAD_ROUTINE routine = item->WorkerRoutine;
    PVOID parameter = item->Parameter;
    routine(parameter);
    if (CurrentIrql() != kPassive) {
      KeBugCheckEx(kWorkerThreadReturnedAtBadIrql, reinterpret_cast<ULONG_PTR>(routine), CurrentIrql(),
                   reinterpret_cast<ULONG_PTR>(parameter), reinterpret_cast<ULONG_PTR>(item));
    }
    RequireNothingHeld(CurrentThread());
  }
}

}  // namespace

void StartWorkers() {
  for (WorkPool &pool : pools) {
    InitializeListHead(&pool.items);
  }
}

void RetryWorkers() {
  AtDispatch guard;
  for (WorkPool &pool : pools) {
    if (pool.workers == 0) {
      MoreWorkers(pool);
    }
  }
}

}  // namespace ke

using namespace ke;

extern "C" {

/// Queues a work item; its routine runs once at PASSIVE_LEVEL. IRQL <= DISPATCH_LEVEL. Bug checks WORKER_INVALID when
/// the item is in a queue already. Source: ExQueueWorkItem (WDK).
VOID NTAPI ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType) {
  RequireIrql(kDispatch, "ExQueueWorkItem");
  AtDispatch guard;
  if (WorkItem->List.Flink != nullptr) {
    KeBugCheckEx(kWorkerInvalid, 1, reinterpret_cast<ULONG_PTR>(WorkItem), reinterpret_cast<ULONG_PTR>(WorkItem),
                 static_cast<ULONG_PTR>(QueueType));
  }
  WorkPool &pool = PoolOf(QueueType);
  InsertTailList(&pool.items, &WorkItem->List);
  MoreWorkers(pool);
}

}  // extern "C"
