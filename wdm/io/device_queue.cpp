// Device queues and StartIo. Facts: learn.microsoft.com, KeInsertDeviceQueue and its like, IoStartPacket,
// IoStartNextPacket, IoSetStartIoAttributes.

#include "iop.hpp"

#include <wdmp/irql.hpp>

namespace io {
namespace {

PIRP IrpOf(PKDEVICE_QUEUE_ENTRY entry) { return CONTAINING_RECORD(entry, IRP, Tail.Overlay.DeviceQueueEntry); }

// The next packet becomes the current one; null when the queue is empty (the device is idle then).
PIRP TakeNext(PDEVICE_OBJECT device, bool cancelable, const ULONG *key) {
  KIRQL irql = DISPATCH_LEVEL;
  if (cancelable) {
    IoAcquireCancelSpinLock(&irql);
  }
  device->CurrentIrp = nullptr;
  PKDEVICE_QUEUE_ENTRY entry =
      key == nullptr ? KeRemoveDeviceQueue(&device->DeviceQueue) : KeRemoveByKeyDeviceQueue(&device->DeviceQueue, *key);
  PIRP irp = nullptr;
  if (entry != nullptr) {
    irp = IrpOf(entry);
    device->CurrentIrp = irp;
    if (cancelable && Extension(device)->start_io_no_cancel) {
      IoSetCancelRoutine(irp, nullptr);
    }
  }
  if (cancelable) {
    IoReleaseCancelSpinLock(irql);
  }
  return irp;
}

// With DeferredStartIo, what asks for the next packet inside StartIo is done when StartIo has returned.
void CallStartIo(PDEVICE_OBJECT device, PIRP irp) {
  DeviceExtension *extension = Extension(device);
  PDRIVER_STARTIO routine = device->DriverObject->DriverStartIo;
  if (!extension->start_io_deferred) {
    routine(device, irp);
    return;
  }
  while (irp != nullptr) {
    extension->start_io_count += 1;
    extension->start_io_again = false;
    routine(device, irp);
    extension->start_io_count -= 1;
    if (extension->start_io_count != 0 || !extension->start_io_again) {
      return;
    }
    irp = TakeNext(device, extension->start_io_cancelable,
                   extension->start_io_key_set ? &extension->start_io_key : nullptr);
  }
}

void StartNext(PDEVICE_OBJECT device, bool cancelable, const ULONG *key) {
  ke::AtDispatch guard;
  DeviceExtension *extension = Extension(device);
  if (extension->start_io_deferred && extension->start_io_count != 0) {
    extension->start_io_again = true;
    extension->start_io_cancelable = cancelable;
    extension->start_io_key_set = key != nullptr;
    extension->start_io_key = key == nullptr ? 0 : *key;
    return;
  }
  PIRP irp = TakeNext(device, cancelable, key);
  if (irp != nullptr) {
    CallStartIo(device, irp);
  }
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: KeInitializeDeviceQueue.
void NTAPI KeInitializeDeviceQueue(PKDEVICE_QUEUE DeviceQueue) {
  DeviceQueue->Type = 20;  // DeviceQueueObject
  DeviceQueue->Size = sizeof(KDEVICE_QUEUE);
  InitializeListHead(&DeviceQueue->DeviceListHead);
  KeInitializeSpinLock(&DeviceQueue->Lock);
  DeviceQueue->Busy = FALSE;
}

// WDK: KeInsertDeviceQueue. FALSE: the queue was idle, it is busy now and the entry was not queued.
BOOLEAN NTAPI KeInsertDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry) {
  ke::AtDispatch guard;
  BOOLEAN inserted = DeviceQueue->Busy;
  if (inserted) {
    InsertTailList(&DeviceQueue->DeviceListHead, &DeviceQueueEntry->DeviceListEntry);
  }
  DeviceQueue->Busy = TRUE;
  DeviceQueueEntry->Inserted = inserted;
  return inserted;
}

// WDK: KeInsertByKeyDeviceQueue: before the first entry with a greater key.
BOOLEAN NTAPI KeInsertByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry,
                                       ULONG SortKey) {
  ke::AtDispatch guard;
  BOOLEAN inserted = DeviceQueue->Busy;
  DeviceQueueEntry->SortKey = SortKey;
  if (inserted) {
    PLIST_ENTRY place = DeviceQueue->DeviceListHead.Flink;
    while (place != &DeviceQueue->DeviceListHead &&
           CONTAINING_RECORD(place, KDEVICE_QUEUE_ENTRY, DeviceListEntry)->SortKey <= SortKey) {
      place = place->Flink;
    }
    InsertTailList(place, &DeviceQueueEntry->DeviceListEntry);
  }
  DeviceQueue->Busy = TRUE;
  DeviceQueueEntry->Inserted = inserted;
  return inserted;
}

// WDK: KeRemoveDeviceQueue. Null when it was empty: the queue is idle now.
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveDeviceQueue(PKDEVICE_QUEUE DeviceQueue) {
  ke::AtDispatch guard;
  if (IsListEmpty(&DeviceQueue->DeviceListHead)) {
    DeviceQueue->Busy = FALSE;
    return nullptr;
  }
  auto *entry = CONTAINING_RECORD(RemoveHeadList(&DeviceQueue->DeviceListHead), KDEVICE_QUEUE_ENTRY, DeviceListEntry);
  entry->Inserted = FALSE;
  return entry;
}

// WDK: KeRemoveByKeyDeviceQueue: the first entry whose key is at least SortKey, or the first one.
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueue(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey) {
  ke::AtDispatch guard;
  PLIST_ENTRY head = &DeviceQueue->DeviceListHead;
  if (IsListEmpty(head)) {
    DeviceQueue->Busy = FALSE;
    return nullptr;
  }
  PLIST_ENTRY place = head->Flink;
  while (place != head && CONTAINING_RECORD(place, KDEVICE_QUEUE_ENTRY, DeviceListEntry)->SortKey < SortKey) {
    place = place->Flink;
  }
  if (place == head) {
    place = head->Flink;
  }
  RemoveEntryList(place);
  auto *entry = CONTAINING_RECORD(place, KDEVICE_QUEUE_ENTRY, DeviceListEntry);
  entry->Inserted = FALSE;
  return entry;
}

// WDK (ntifs.h): KeRemoveByKeyDeviceQueueIfBusy: as above; null for an idle queue too.
PKDEVICE_QUEUE_ENTRY NTAPI KeRemoveByKeyDeviceQueueIfBusy(PKDEVICE_QUEUE DeviceQueue, ULONG SortKey) {
  ke::AtDispatch guard;
  return DeviceQueue->Busy ? KeRemoveByKeyDeviceQueue(DeviceQueue, SortKey) : nullptr;
}

// WDK: KeRemoveEntryDeviceQueue. FALSE when the entry is not queued.
BOOLEAN NTAPI KeRemoveEntryDeviceQueue(PKDEVICE_QUEUE, PKDEVICE_QUEUE_ENTRY DeviceQueueEntry) {
  ke::AtDispatch guard;
  if (!DeviceQueueEntry->Inserted) {
    return FALSE;
  }
  RemoveEntryList(&DeviceQueueEntry->DeviceListEntry);
  DeviceQueueEntry->Inserted = FALSE;
  return TRUE;
}

// WDK: IoStartPacket: calls StartIo at DISPATCH_LEVEL when the device is idle, otherwise queues.
void NTAPI IoStartPacket(PDEVICE_OBJECT DeviceObject, PIRP Irp, PULONG Key, PDRIVER_CANCEL CancelFunction) {
  KIRQL old;
  KeRaiseIrql(DISPATCH_LEVEL, &old);
  KIRQL cancel_irql = DISPATCH_LEVEL;
  if (CancelFunction != nullptr) {
    IoAcquireCancelSpinLock(&cancel_irql);
    IoSetCancelRoutine(Irp, CancelFunction);
  }
  PKDEVICE_QUEUE_ENTRY entry = &Irp->Tail.Overlay.DeviceQueueEntry;
  BOOLEAN queued = Key == nullptr ? KeInsertDeviceQueue(&DeviceObject->DeviceQueue, entry)
                                  : KeInsertByKeyDeviceQueue(&DeviceObject->DeviceQueue, entry, *Key);
  if (!queued) {
    DeviceObject->CurrentIrp = Irp;
    if (CancelFunction != nullptr) {
      if (io::Extension(DeviceObject)->start_io_no_cancel) {
        IoSetCancelRoutine(Irp, nullptr);
      }
      IoReleaseCancelSpinLock(cancel_irql);
    }
    io::CallStartIo(DeviceObject, Irp);
  } else if (CancelFunction != nullptr) {
    if (Irp->Cancel && IoSetCancelRoutine(Irp, nullptr) != nullptr) {
      // Cancelled before it was queued: the routine takes it out again and releases the lock.
      Irp->CancelIrql = cancel_irql;
      CancelFunction(DeviceObject, Irp);
    } else {
      IoReleaseCancelSpinLock(cancel_irql);
    }
  }
  KeLowerIrql(old);
}

// WDK: IoStartNextPacket, IoStartNextPacketByKey. IRQL DISPATCH_LEVEL.
void NTAPI IoStartNextPacket(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable) {
  io::StartNext(DeviceObject, Cancelable != FALSE, nullptr);
}

void NTAPI IoStartNextPacketByKey(PDEVICE_OBJECT DeviceObject, BOOLEAN Cancelable, ULONG Key) {
  io::StartNext(DeviceObject, Cancelable != FALSE, &Key);
}

// WDK: IoSetStartIoAttributes.
void NTAPI IoSetStartIoAttributes(PDEVICE_OBJECT DeviceObject, BOOLEAN DeferredStartIo, BOOLEAN NonCancelable) {
  io::Extension(DeviceObject)->start_io_deferred = DeferredStartIo != FALSE;
  io::Extension(DeviceObject)->start_io_no_cancel = NonCancelable != FALSE;
}

}  // extern "C"
