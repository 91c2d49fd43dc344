// Cancel-safe queues. Facts: learn.microsoft.com, "Cancel-Safe IRP Queues", IoCsq*.

#include "iop.hpp"

namespace io {
namespace {

constexpr ULONG kContextType = 1;
constexpr ULONG kQueueType = 2;
constexpr ULONG kQueueExType = 3;

// IRP::Tail.Overlay.DriverContext[3] holds the queue or the caller's context; both begin with their type.
PVOID &Slot(PIRP irp) { return irp->Tail.Overlay.DriverContext[3]; }

void Unlink(PIRP irp) {
  auto *context = static_cast<PIO_CSQ_IRP_CONTEXT>(Slot(irp));
  if (context != nullptr && context->Type == kContextType) {
    context->Irp = nullptr;
  }
  Slot(irp) = nullptr;
}

void NTAPI Cancel(PDEVICE_OBJECT, PIRP irp) {
  IoReleaseCancelSpinLock(irp->CancelIrql);
  auto *context = static_cast<PIO_CSQ_IRP_CONTEXT>(Slot(irp));
  PIO_CSQ csq = context->Type == kContextType ? context->Csq : static_cast<PIO_CSQ>(Slot(irp));
  KIRQL irql;
  csq->CsqAcquireLock(csq, &irql);
  csq->CsqRemoveIrp(csq, irp);
  Unlink(irp);
  csq->CsqReleaseLock(csq, irql);
  csq->CsqCompleteCanceledIrp(csq, irp);
}

NTSTATUS Insert(PIO_CSQ csq, PIRP irp, PIO_CSQ_IRP_CONTEXT context, PVOID insert_context) {
  KIRQL irql;
  csq->CsqAcquireLock(csq, &irql);
  if (context != nullptr) {
    context->Type = kContextType;
    context->Irp = irp;
    context->Csq = csq;
    Slot(irp) = context;
  } else {
    Slot(irp) = csq;
  }
  csq->ReservePointer = nullptr;
  IoMarkIrpPending(irp);
  if (csq->Type == kQueueExType) {
    // The routine of the Ex form stands in the same member and returns a status.
    auto insert = reinterpret_cast<PIO_CSQ_INSERT_IRP_EX>(reinterpret_cast<void *>(csq->CsqInsertIrp));
    NTSTATUS status = insert(csq, irp, insert_context);
    if (!NT_SUCCESS(status)) {
      IoGetCurrentIrpStackLocation(irp)->Control &= static_cast<UCHAR>(~SL_PENDING_RETURNED);
      Unlink(irp);
      csq->CsqReleaseLock(csq, irql);
      return status;
    }
  } else {
    csq->CsqInsertIrp(csq, irp);
  }
  IoSetCancelRoutine(irp, Cancel);
  if (irp->Cancel && IoSetCancelRoutine(irp, nullptr) != nullptr) {
    csq->CsqRemoveIrp(csq, irp);
    Unlink(irp);
    csq->CsqReleaseLock(csq, irql);
    csq->CsqCompleteCanceledIrp(csq, irp);
    return STATUS_SUCCESS;
  }
  csq->CsqReleaseLock(csq, irql);
  return STATUS_SUCCESS;
}

}  // namespace
}  // namespace io

extern "C" {

// WDK: IoCsqInitialize, IoCsqInitializeEx. STATUS_SUCCESS.
NTSTATUS NTAPI IoCsqInitialize(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                               PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                               PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                               PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
  Csq->Type = io::kQueueType;
  Csq->CsqInsertIrp = CsqInsertIrp;
  Csq->CsqRemoveIrp = CsqRemoveIrp;
  Csq->CsqPeekNextIrp = CsqPeekNextIrp;
  Csq->CsqAcquireLock = CsqAcquireLock;
  Csq->CsqReleaseLock = CsqReleaseLock;
  Csq->CsqCompleteCanceledIrp = CsqCompleteCanceledIrp;
  Csq->ReservePointer = nullptr;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCsqInitializeEx(PIO_CSQ Csq, PIO_CSQ_INSERT_IRP_EX CsqInsertIrp, PIO_CSQ_REMOVE_IRP CsqRemoveIrp,
                                 PIO_CSQ_PEEK_NEXT_IRP CsqPeekNextIrp, PIO_CSQ_ACQUIRE_LOCK CsqAcquireLock,
                                 PIO_CSQ_RELEASE_LOCK CsqReleaseLock,
                                 PIO_CSQ_COMPLETE_CANCELED_IRP CsqCompleteCanceledIrp) {
  IoCsqInitialize(Csq, reinterpret_cast<PIO_CSQ_INSERT_IRP>(reinterpret_cast<void *>(CsqInsertIrp)), CsqRemoveIrp,
                  CsqPeekNextIrp, CsqAcquireLock, CsqReleaseLock, CsqCompleteCanceledIrp);
  Csq->Type = io::kQueueExType;
  return STATUS_SUCCESS;
}

// WDK: IoCsqInsertIrp, IoCsqInsertIrpEx. Ex: the status of the driver's insert routine. The IRP is marked pending.
void NTAPI IoCsqInsertIrp(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context) {
  io::Insert(Csq, Irp, Context, nullptr);
}

NTSTATUS NTAPI IoCsqInsertIrpEx(PIO_CSQ Csq, PIRP Irp, PIO_CSQ_IRP_CONTEXT Context, PVOID InsertContext) {
  return io::Insert(Csq, Irp, Context, InsertContext);
}

// WDK: IoCsqRemoveNextIrp. Null when no IRP suits PeekContext.
PIRP NTAPI IoCsqRemoveNextIrp(PIO_CSQ Csq, PVOID PeekContext) {
  KIRQL irql;
  Csq->CsqAcquireLock(Csq, &irql);
  Csq->ReservePointer = nullptr;
  PIRP irp = Csq->CsqPeekNextIrp(Csq, nullptr, PeekContext);
  // One whose cancel routine has been taken belongs to that routine.
  while (irp != nullptr && IoSetCancelRoutine(irp, nullptr) == nullptr) {
    irp = Csq->CsqPeekNextIrp(Csq, irp, PeekContext);
  }
  if (irp != nullptr) {
    Csq->CsqRemoveIrp(Csq, irp);
    io::Unlink(irp);
  }
  Csq->CsqReleaseLock(Csq, irql);
  return irp;
}

// WDK: IoCsqRemoveIrp. Null when the IRP of the context has been removed or cancelled.
PIRP NTAPI IoCsqRemoveIrp(PIO_CSQ Csq, PIO_CSQ_IRP_CONTEXT Context) {
  KIRQL irql;
  Csq->CsqAcquireLock(Csq, &irql);
  Csq->ReservePointer = nullptr;
  PIRP irp = Context->Irp;
  if (irp != nullptr && IoSetCancelRoutine(irp, nullptr) == nullptr) {
    irp = nullptr;
  }
  if (irp != nullptr) {
    Csq->CsqRemoveIrp(Csq, irp);
    io::Unlink(irp);
  }
  Csq->CsqReleaseLock(Csq, irql);
  return irp;
}

}  // extern "C"
