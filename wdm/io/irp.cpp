// IRPs: memory, initialisation, completion, cancelling. Facts: learn.microsoft.com, wdm.h reference, and "Handling
// IRPs", "Using completion routines", "Canceling IRPs".

#include "iop.hpp"

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <cstring>

namespace io {
namespace {

// Two lookaside lists, as NT has them.
constexpr CCHAR kSmallStack = 1;
constexpr CCHAR kLargeStack = 8;

struct FreeList {
  PIRP first;
  unsigned count;
};
FreeList small_irps;
FreeList large_irps;
constexpr unsigned kKept = 64;

KSPIN_LOCK cancel_lock;

PIRP TakeFree(FreeList &list) {
  ke::AtDispatch guard;
  PIRP irp = list.first;
  if (irp != nullptr) {
    list.first = static_cast<PIRP>(irp->Tail.Overlay.DriverContext[0]);
    list.count -= 1;
  }
  return irp;
}

bool PutFree(FreeList &list, PIRP irp) {
  ke::AtDispatch guard;
  if (list.count >= kKept) {
    return false;
  }
  irp->Type = 0;
  irp->Tail.Overlay.DriverContext[0] = list.first;
  list.first = irp;
  list.count += 1;
  return true;
}

// An associated IRP is gone; with the last one its master ends.
void FinishAssociated(PIRP irp) {
  PIRP master = irp->AssociatedIrp.MasterIrp;
  LONG left = InterlockedDecrement(&master->AssociatedIrp.IrpCount);
  PMDL mdl = irp->MdlAddress;
  while (mdl != nullptr) {
    PMDL next = mdl->Next;
    if ((mdl->MdlFlags & MDL_PAGES_LOCKED) != 0) {
      MmUnlockPages(mdl);
    }
    IoFreeMdl(mdl);
    mdl = next;
  }
  IoFreeIrp(irp);
  if (left == 0) {
    IofCompleteRequest(master, IO_NO_INCREMENT);
  }
}

// The IRP came back beyond its last stack location.
void Finish(PIRP irp) {
  if ((irp->AllocationFlags & kIncomingIrp) != 0) [[likely]] {
    FinishIncoming(irp);
  } else if ((irp->Flags & IRP_ASSOCIATED_IRP) != 0) {
    FinishAssociated(irp);
  } else if ((irp->AllocationFlags & kThreadedIrp) != 0) {
    FinishThreaded(irp);
  } else {
    // The driver that made it must take it back in a completion routine (STATUS_MORE_PROCESSING_REQUIRED).
    KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, reinterpret_cast<ULONG_PTR>(irp), 0x1232, 0, 0);
  }
}

bool WantsCompletion(const IO_STACK_LOCATION &location, const IRP &irp) {
  UCHAR wanted = NT_SUCCESS(irp.IoStatus.Status) ? SL_INVOKE_ON_SUCCESS : SL_INVOKE_ON_ERROR;
  if (irp.Cancel) {
    wanted |= SL_INVOKE_ON_CANCEL;
  }
  return (location.Control & wanted) != 0;
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: IoInitializeIrp.
void NTAPI IoInitializeIrp(PIRP Irp, USHORT PacketSize, CCHAR StackSize) {
  memset(Irp, 0, PacketSize);
  Irp->Type = IO_TYPE_IRP;
  Irp->Size = PacketSize;
  Irp->StackCount = StackSize;
  Irp->CurrentLocation = static_cast<CHAR>(StackSize + 1);
  Irp->Tail.Overlay.CurrentStackLocation = reinterpret_cast<PIO_STACK_LOCATION>(Irp + 1) + StackSize;
  InitializeListHead(&Irp->ThreadListEntry);
}

// WDK: IoAllocateIrp. Null without memory or for a stack of no location. IRQL <= DISPATCH_LEVEL.
PIRP NTAPI IoAllocateIrp(CCHAR StackSize, BOOLEAN) {
  if (StackSize <= 0) {
    return nullptr;
  }
  CCHAR room = StackSize;
  UCHAR flags = 0;
  PIRP irp = nullptr;
  if (StackSize <= io::kLargeStack) {
    flags = IRP_ALLOCATED_FIXED_SIZE | IRP_LOOKASIDE_ALLOCATION;
    room = StackSize <= io::kSmallStack ? io::kSmallStack : io::kLargeStack;
    irp = io::TakeFree(room == io::kSmallStack ? io::small_irps : io::large_irps);
  }
  auto size = static_cast<USHORT>(sizeof(IRP) + static_cast<size_t>(room) * sizeof(IO_STACK_LOCATION));
  if (irp == nullptr) {
    irp = static_cast<PIRP>(wdm::PoolAllocate(size, wdm::PoolTag("Irp ")));
    if (irp == nullptr) {
      return nullptr;
    }
  }
  IoInitializeIrp(irp, size, StackSize);
  irp->AllocationFlags = flags;
  return irp;
}

PIRP NTAPI IoAllocateIrpEx(PDEVICE_OBJECT, CCHAR StackSize, BOOLEAN ChargeQuota) {
  return IoAllocateIrp(StackSize, ChargeQuota);
}

// WDK: IoFreeIrp. One that is no IRP of the caller's is MULTIPLE_IRP_COMPLETE_REQUESTS. IRQL <= DISPATCH_LEVEL.
void NTAPI IoFreeIrp(PIRP Irp) {
  if (Irp->Type != IO_TYPE_IRP || (Irp->AllocationFlags & io::kIncomingIrp) != 0) {
    KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, reinterpret_cast<ULONG_PTR>(Irp), 0x2005, 0, 0);
  }
  if ((Irp->AllocationFlags & IRP_LOOKASIDE_ALLOCATION) != 0 &&
      io::PutFree(Irp->Size == IoSizeOfIrp(io::kSmallStack) ? io::small_irps : io::large_irps, Irp)) {
    return;
  }
  Irp->Type = 0;
  wdm::PoolFree(Irp);
}

// WDK: IoReuseIrp: as IoInitializeIrp, but what IoAllocateIrp said of the memory stays.
void NTAPI IoReuseIrp(PIRP Irp, NTSTATUS Iostatus) {
  UCHAR flags = Irp->AllocationFlags;
  IoInitializeIrp(Irp, Irp->Size, Irp->StackCount);
  Irp->AllocationFlags = flags;
  Irp->IoStatus.Status = Iostatus;
}

// WDK: IofCompleteRequest. Completion routines from the bottom up, then the end. IRQL <= DISPATCH_LEVEL.
void NTAPI IofCompleteRequest(PIRP Irp, CCHAR) {
  if (Irp->Type != IO_TYPE_IRP || Irp->CurrentLocation > static_cast<CHAR>(Irp->StackCount + 1)) [[unlikely]] {
    KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, reinterpret_cast<ULONG_PTR>(Irp), 0x123b, 0, 0);
  }
  PIO_STACK_LOCATION location = Irp->Tail.Overlay.CurrentStackLocation;
  while (Irp->CurrentLocation <= Irp->StackCount) {
    Irp->CurrentLocation += 1;
    Irp->Tail.Overlay.CurrentStackLocation += 1;
    bool top = Irp->CurrentLocation > Irp->StackCount;
    Irp->PendingReturned = (location->Control & SL_PENDING_RETURNED) != 0;
    if (location->Control != 0 && io::WantsCompletion(*location, *Irp)) {
      // The routine belongs to the driver above; a resent location must not call it again.
      PIO_COMPLETION_ROUTINE routine = location->CompletionRoutine;
      location->Control = 0;
      PDEVICE_OBJECT device = top ? nullptr : Irp->Tail.Overlay.CurrentStackLocation->DeviceObject;
      if (routine(device, Irp, location->Context) == STATUS_MORE_PROCESSING_REQUIRED) {
        return;
      }
    } else {
      location->Control = 0;
      if (Irp->PendingReturned && !top) {
        IoMarkIrpPending(Irp);
      }
    }
    location += 1;
  }
  Irp->CurrentLocation = static_cast<CHAR>(Irp->StackCount + 2);
  io::Finish(Irp);
}

#undef IoCompleteRequest
void NTAPI IoCompleteRequest(PIRP Irp, CCHAR PriorityBoost) { IofCompleteRequest(Irp, PriorityBoost); }

// WDK: IofCallDriver. IRQL <= DISPATCH_LEVEL. A stack that is used up is NO_MORE_IRP_STACK_LOCATIONS.
NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) {
  if (Irp->Type != IO_TYPE_IRP) [[unlikely]] {
    KeBugCheckEx(MULTIPLE_IRP_COMPLETE_REQUESTS, reinterpret_cast<ULONG_PTR>(Irp), 0x1237, 0, 0);
  }
  Irp->CurrentLocation -= 1;
  if (Irp->CurrentLocation <= 0) [[unlikely]] {
    KeBugCheckEx(NO_MORE_IRP_STACK_LOCATIONS, reinterpret_cast<ULONG_PTR>(Irp), 0, 0, 0);
  }
  PIO_STACK_LOCATION location = --Irp->Tail.Overlay.CurrentStackLocation;
  location->DeviceObject = DeviceObject;
  if (io::IsProxy(DeviceObject)) [[unlikely]] {
    return io::CallRemote(DeviceObject, Irp);
  }
  return DeviceObject->DriverObject->MajorFunction[location->MajorFunction](DeviceObject, Irp);
}

#undef IoCallDriver
NTSTATUS NTAPI IoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) { return IofCallDriver(DeviceObject, Irp); }

NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT DeviceObject, PIRP Irp) { return IofCallDriver(DeviceObject, Irp); }

// WDK: IoAcquireCancelSpinLock, IoReleaseCancelSpinLock.
void NTAPI IoAcquireCancelSpinLock(PKIRQL Irql) { KeAcquireSpinLock(&io::cancel_lock, Irql); }
void NTAPI IoReleaseCancelSpinLock(KIRQL Irql) { KeReleaseSpinLock(&io::cancel_lock, Irql); }

// WDK: IoCancelIrp. TRUE when a cancel routine was called. IRQL <= DISPATCH_LEVEL.
BOOLEAN NTAPI IoCancelIrp(PIRP Irp) {
  KIRQL irql;
  IoAcquireCancelSpinLock(&irql);
  Irp->Cancel = TRUE;
  PDRIVER_CANCEL routine = IoSetCancelRoutine(Irp, nullptr);
  if (routine == nullptr) {
    IoReleaseCancelSpinLock(irql);
    return FALSE;
  }
  if (Irp->CurrentLocation > static_cast<CHAR>(Irp->StackCount + 1)) {
    KeBugCheckEx(CANCEL_STATE_IN_COMPLETED_IRP, reinterpret_cast<ULONG_PTR>(Irp), reinterpret_cast<ULONG_PTR>(routine),
                 0, 0);
  }
  Irp->CancelIrql = irql;
  // The routine releases the cancel spin lock.
  routine(IoGetCurrentIrpStackLocation(Irp)->DeviceObject, Irp);
  return TRUE;
}

}  // extern "C"
