// Input on its way from the port to the readers.
#pragma once

#include "device.hpp"

namespace input_class {

template <typename Traits>
struct Reads {
  using Self = Device<Traits>;
  using InputData = typename Traits::InputData;

  /// Makes the queues; records is memory for `capacity` entries.
  static void Initialise(Self *device, InputData *records, ULONG capacity) {
    device->records = records;
    device->capacity = capacity;
    KeInitializeSpinLock(&device->data_lock);
    KeInitializeSpinLock(&device->read_lock);
    InitializeListHead(&device->reads);
    IoCsqInitialize(&device->queue, Insert, Remove, Peek, Acquire, Release, Canceled);
  }

  /// IRP_MJ_READ: whole entries, at least one; waits for the first.
  /// STATUS_BUFFER_TOO_SMALL: no whole number of entries; STATUS_PRIVILEGE_NOT_HELD: not opened by the system.
  static NTSTATUS NTAPI Read(PDEVICE_OBJECT object, PIRP irp) {
    Self *device = Self::Of(object);
    PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
    const ULONG length = stack->Parameters.Read.Length;
    if (length == 0) {
      return Complete(irp, STATUS_SUCCESS);
    }
    if (length % sizeof(InputData) != 0) {
      return Complete(irp, STATUS_BUFFER_TOO_SMALL);
    }
    if (!Trusted(stack->FileObject)) {
      return Complete(irp, STATUS_PRIVILEGE_NOT_HELD);
    }
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
    if (!NT_SUCCESS(status)) {
      return Complete(irp, status);
    }
    KIRQL irql;
    KeAcquireSpinLock(&device->data_lock, &irql);
    if (device->removed) {
      KeReleaseSpinLock(&device->data_lock, irql);
      return Finish(device, irp, STATUS_DELETE_PENDING, 0);
    }
    if (device->count == 0) {
      // Marks the IRP pending. The data lock is still held: no data can come between the look and the wait.
      IoCsqInsertIrp(&device->queue, irp, nullptr);
      KeReleaseSpinLock(&device->data_lock, irql);
      return STATUS_PENDING;
    }
    const ULONG bytes = Move(device, irp);
    KeReleaseSpinLock(&device->data_lock, irql);
    return Finish(device, irp, STATUS_SUCCESS, bytes);
  }

  /// The class service: called by the port at DISPATCH_LEVEL. What finds no place is not consumed and stays with the
  /// port. Source: WDK, KeyboardClassServiceCallback and MouseClassServiceCallback (PSERVICE_CALLBACK_ROUTINE).
  static VOID NTAPI Service(PVOID class_device, PVOID begin, PVOID end, PVOID consumed) {
    Self *device = Self::Of(static_cast<PDEVICE_OBJECT>(class_device));
    auto *next = static_cast<InputData *>(begin);
    LIST_ENTRY done;
    InitializeListHead(&done);
    KeAcquireSpinLockAtDpcLevel(&device->data_lock);
    bool moved = true;
    while (moved) {
      moved = Append(device, &next, static_cast<InputData *>(end));
      while (device->count != 0) {
        PIRP irp = IoCsqRemoveNextIrp(&device->queue, nullptr);
        if (irp == nullptr) {
          break;
        }
        irp->IoStatus.Information = Move(device, irp);
        InsertTailList(&done, &irp->Tail.Overlay.ListEntry);
        moved = true;
      }
      moved = moved && next != end;
    }
    KeReleaseSpinLockFromDpcLevel(&device->data_lock);
    *static_cast<ULONG *>(consumed) = static_cast<ULONG>(next - static_cast<InputData *>(begin));
    while (!IsListEmpty(&done)) {
      PIRP irp = CONTAINING_RECORD(RemoveHeadList(&done), IRP, Tail.Overlay.ListEntry);
      Finish(device, irp, STATUS_SUCCESS, irp->IoStatus.Information);
    }
  }

  /// Throws the waiting data away.
  static void Flush(Self *device) {
    KIRQL irql;
    KeAcquireSpinLock(&device->data_lock, &irql);
    device->count = 0;
    KeReleaseSpinLock(&device->data_lock, irql);
  }

  /// Ends the reads of one file, or of all when null.
  static void Drain(Self *device, PFILE_OBJECT file, NTSTATUS status) {
    for (;;) {
      PIRP irp = IoCsqRemoveNextIrp(&device->queue, file);
      if (irp == nullptr) {
        return;
      }
      Finish(device, irp, status, 0);
    }
  }

 private:
  static NTSTATUS Finish(Self *device, PIRP irp, NTSTATUS status, ULONG_PTR information) {
    Complete(irp, status, information);
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
  }

  static bool Append(Self *device, InputData **next, InputData *end) {
    bool moved = false;
    while (*next != end && device->count < device->capacity) {
      InputData &place = device->records[(device->first + device->count) % device->capacity];
      place = *(*next)++;
      place.UnitId = device->unit;
      device->count++;
      moved = true;
    }
    return moved;
  }

  /// As many entries as the read takes; returns the bytes.
  static ULONG Move(Self *device, PIRP irp) {
    const ULONG wanted = IoGetCurrentIrpStackLocation(irp)->Parameters.Read.Length / sizeof(InputData);
    const ULONG entries = wanted < device->count ? wanted : device->count;
    auto *out = static_cast<InputData *>(irp->AssociatedIrp.SystemBuffer);
    for (ULONG i = 0; i < entries; i++) {
      out[i] = device->records[device->first];
      device->first = (device->first + 1) % device->capacity;
    }
    device->count -= entries;
    return static_cast<ULONG>(entries * sizeof(InputData));
  }

  static Self *OfQueue(PIO_CSQ queue) { return CONTAINING_RECORD(queue, Self, queue); }

  static VOID NTAPI Insert(PIO_CSQ queue, PIRP irp) {
    InsertTailList(&OfQueue(queue)->reads, &irp->Tail.Overlay.ListEntry);
  }
  static VOID NTAPI Remove(PIO_CSQ, PIRP irp) { RemoveEntryList(&irp->Tail.Overlay.ListEntry); }
  static PIRP NTAPI Peek(PIO_CSQ queue, PIRP irp, PVOID file) {
    LIST_ENTRY *head = &OfQueue(queue)->reads;
    for (LIST_ENTRY *entry = irp == nullptr ? head->Flink : irp->Tail.Overlay.ListEntry.Flink; entry != head;
         entry = entry->Flink) {
      PIRP candidate = CONTAINING_RECORD(entry, IRP, Tail.Overlay.ListEntry);
      if (file == nullptr || IoGetCurrentIrpStackLocation(candidate)->FileObject == file) {
        return candidate;
      }
    }
    return nullptr;
  }
  static VOID NTAPI Acquire(PIO_CSQ queue, PKIRQL irql) { KeAcquireSpinLock(&OfQueue(queue)->read_lock, irql); }
  static VOID NTAPI Release(PIO_CSQ queue, KIRQL irql) { KeReleaseSpinLock(&OfQueue(queue)->read_lock, irql); }
  static VOID NTAPI Canceled(PIO_CSQ queue, PIRP irp) { Finish(OfQueue(queue), irp, STATUS_CANCELLED, 0); }
};

}  // namespace input_class
