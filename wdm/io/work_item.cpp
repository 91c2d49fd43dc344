// Work items. Facts: learn.microsoft.com, IoAllocateWorkItem, IoQueueWorkItem, IoQueueWorkItemEx.

#include "iop.hpp"

#include <wdmp/pool.hpp>

typedef struct _IO_WORKITEM IO_WORKITEM;

struct _IO_WORKITEM {
  WORK_QUEUE_ITEM item;
  PVOID object;  // device or driver object, referenced while queued
  PIO_WORKITEM_ROUTINE routine;
  PIO_WORKITEM_ROUTINE_EX routine_ex;
  PVOID context;
};

namespace io {
namespace {

void NTAPI Run(PVOID parameter) {
  auto *work = static_cast<PIO_WORKITEM>(parameter);
  // The routine may free or queue the item again.
  PVOID object = work->object;
  if (work->routine_ex != nullptr) {
    work->routine_ex(object, work->context, work);
  } else {
    work->routine(static_cast<PDEVICE_OBJECT>(object), work->context);
  }
  ObDereferenceObject(object);
}

void Queue(PIO_WORKITEM work, PIO_WORKITEM_ROUTINE routine, PIO_WORKITEM_ROUTINE_EX routine_ex, WORK_QUEUE_TYPE type,
           PVOID context) {
  work->routine = routine;
  work->routine_ex = routine_ex;
  work->context = context;
  ObReferenceObject(work->object);
  ExQueueWorkItem(&work->item, type);
}

}  // namespace
}  // namespace io

extern "C" {

ULONG NTAPI IoSizeofWorkItem(void) { return sizeof(IO_WORKITEM); }

// WDK: IoInitializeWorkItem: in memory of the caller's, IoSizeofWorkItem bytes.
void NTAPI IoInitializeWorkItem(PVOID IoObject, PIO_WORKITEM IoWorkItem) {
  *IoWorkItem = {};
  IoWorkItem->object = IoObject;
  ExInitializeWorkItem(&IoWorkItem->item, io::Run, IoWorkItem);
}

void NTAPI IoUninitializeWorkItem(PIO_WORKITEM) {}

// WDK: IoAllocateWorkItem. Null: no memory. IRQL <= DISPATCH_LEVEL.
PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject) {
  auto *work = wdm::PoolNew<IO_WORKITEM>(io::kTag);
  if (work != nullptr) {
    IoInitializeWorkItem(DeviceObject, work);
  }
  return work;
}

void NTAPI IoFreeWorkItem(PIO_WORKITEM IoWorkItem) { wdm::PoolFree(IoWorkItem); }

// WDK: IoQueueWorkItem, IoQueueWorkItemEx. IRQL <= DISPATCH_LEVEL.
void NTAPI IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine, WORK_QUEUE_TYPE QueueType,
                           PVOID Context) {
  io::Queue(IoWorkItem, WorkerRoutine, nullptr, QueueType, Context);
}

void NTAPI IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine, WORK_QUEUE_TYPE QueueType,
                             PVOID Context) {
  io::Queue(IoWorkItem, nullptr, WorkerRoutine, QueueType, Context);
}

}  // extern "C"
