// IRPs that drivers have built for them. Facts: learn.microsoft.com, IoBuildSynchronousFsdRequest,
// IoBuildAsynchronousFsdRequest, IoBuildDeviceIoControlRequest, IoMakeAssociatedIrp.

#include "iop.hpp"

#include <wdmp/pool.hpp>

#include <algorithm>
#include <cstring>

namespace io {
namespace {

// What MmProbeAndLockPages raises becomes a status.
NTSTATUS Lock(PMDL mdl, LOCK_OPERATION operation) {
  __try {
    MmProbeAndLockPages(mdl, KernelMode, operation);
  } __except (EXCEPTION_EXECUTE_HANDLER) {
    return static_cast<NTSTATUS>(_exception_code());
  }
  return STATUS_SUCCESS;
}

bool AttachMdl(PIRP irp, PVOID buffer, ULONG length, LOCK_OPERATION operation) {
  PMDL mdl = IoAllocateMdl(buffer, length, FALSE, FALSE, nullptr);
  if (mdl == nullptr) {
    return false;
  }
  if (!NT_SUCCESS(Lock(mdl, operation))) {
    IoFreeMdl(mdl);
    return false;
  }
  irp->MdlAddress = mdl;
  return true;
}

// A system buffer of `room` bytes with `length` bytes of `from` in it.
bool AttachBuffer(PIRP irp, const void *from, ULONG length, ULONG room) {
  void *buffer = wdm::PoolAllocate(room, kTag);
  if (buffer == nullptr) {
    return false;
  }
  if (length != 0) {
    memcpy(buffer, from, length);
  }
  memset(static_cast<char *>(buffer) + length, 0, room - length);
  irp->AssociatedIrp.SystemBuffer = buffer;
  irp->Flags |= IRP_BUFFERED_IO | IRP_DEALLOCATE_BUFFER;
  return true;
}

void Discard(PIRP irp) {
  if ((irp->Flags & IRP_DEALLOCATE_BUFFER) != 0) {
    wdm::PoolFree(irp->AssociatedIrp.SystemBuffer);
  }
  IoFreeIrp(irp);
}

bool AttachControlBuffers(PIRP irp, ULONG code, PVOID input, ULONG input_length, PVOID output, ULONG output_length) {
  ULONG method = METHOD_FROM_CTL_CODE(code);
  switch (method) {
    case METHOD_BUFFERED:
      irp->UserBuffer = output;
      if (input_length == 0 && output_length == 0) {
        return true;
      }
      if (output != nullptr) {
        irp->Flags |= IRP_INPUT_OPERATION;
      }
      return AttachBuffer(irp, input, input == nullptr ? 0 : input_length, std::max(input_length, output_length));
    case METHOD_IN_DIRECT:
    case METHOD_OUT_DIRECT:
      if (input != nullptr && input_length != 0 && !AttachBuffer(irp, input, input_length, input_length)) {
        return false;
      }
      return output == nullptr || output_length == 0 ||
             AttachMdl(irp, output, output_length, method == METHOD_IN_DIRECT ? IoReadAccess : IoWriteAccess);
    default:
      irp->UserBuffer = output;
      IoGetNextIrpStackLocation(irp)->Parameters.DeviceIoControl.Type3InputBuffer = input;
      return true;
  }
}

bool AttachTransferBuffer(PIRP irp, PDEVICE_OBJECT device, bool read, PVOID buffer, ULONG length) {
  if ((device->Flags & DO_BUFFERED_IO) != 0) {
    if (length == 0) {
      return true;
    }
    if (read) {
      irp->UserBuffer = buffer;
      irp->Flags |= IRP_INPUT_OPERATION;
    }
    return AttachBuffer(irp, buffer, read ? 0 : length, length);
  }
  if ((device->Flags & DO_DIRECT_IO) != 0) {
    return length == 0 || AttachMdl(irp, buffer, length, read ? IoWriteAccess : IoReadAccess);
  }
  irp->UserBuffer = buffer;
  return true;
}

}  // namespace

void FinishThreaded(PIRP irp) {
  if ((irp->Flags & IRP_INPUT_OPERATION) != 0 && irp->UserBuffer != nullptr && !NT_ERROR(irp->IoStatus.Status) &&
      irp->AssociatedIrp.SystemBuffer != nullptr) {
    memcpy(irp->UserBuffer, irp->AssociatedIrp.SystemBuffer, irp->IoStatus.Information);
  }
  if ((irp->Flags & IRP_DEALLOCATE_BUFFER) != 0 && irp->AssociatedIrp.SystemBuffer != nullptr) {
    wdm::PoolFree(irp->AssociatedIrp.SystemBuffer);
  }
  PMDL mdl = irp->MdlAddress;
  while (mdl != nullptr) {
    PMDL next = mdl->Next;
    if ((mdl->MdlFlags & MDL_PAGES_LOCKED) != 0) {
      MmUnlockPages(mdl);
    }
    IoFreeMdl(mdl);
    mdl = next;
  }
  PKEVENT event = irp->UserEvent;
  if (irp->UserIosb != nullptr) {
    *irp->UserIosb = irp->IoStatus;
  }
  IoFreeIrp(irp);
  if (event != nullptr) {
    KeSetEvent(event, IO_NO_INCREMENT, FALSE);
  }
}

}  // namespace io

extern "C" {

// WDK: IoBuildDeviceIoControlRequest. Null: no memory, or buffers that cannot be locked. IRQL PASSIVE_LEVEL.
PIRP NTAPI IoBuildDeviceIoControlRequest(ULONG IoControlCode, PDEVICE_OBJECT DeviceObject, PVOID InputBuffer,
                                         ULONG InputBufferLength, PVOID OutputBuffer, ULONG OutputBufferLength,
                                         BOOLEAN InternalDeviceIoControl, PKEVENT Event,
                                         PIO_STATUS_BLOCK IoStatusBlock) {
  PIRP irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);
  if (irp == nullptr) {
    return nullptr;
  }
  PIO_STACK_LOCATION location = IoGetNextIrpStackLocation(irp);
  location->MajorFunction = InternalDeviceIoControl ? IRP_MJ_INTERNAL_DEVICE_CONTROL : IRP_MJ_DEVICE_CONTROL;
  location->Parameters.DeviceIoControl.OutputBufferLength = OutputBufferLength;
  location->Parameters.DeviceIoControl.InputBufferLength = InputBufferLength;
  location->Parameters.DeviceIoControl.IoControlCode = IoControlCode;
  if (!io::AttachControlBuffers(irp, IoControlCode, InputBuffer, InputBufferLength, OutputBuffer, OutputBufferLength)) {
    io::Discard(irp);
    return nullptr;
  }
  irp->UserEvent = Event;
  irp->UserIosb = IoStatusBlock;
  irp->Tail.Overlay.Thread = PsGetCurrentThread();
  irp->AllocationFlags |= io::kThreadedIrp;
  return irp;
}

// WDK: IoBuildAsynchronousFsdRequest. Null: no memory, or a buffer that cannot be locked. IRQL <= DISPATCH_LEVEL.
PIRP NTAPI IoBuildAsynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, ULONG Length,
                                         PLARGE_INTEGER StartingOffset, PIO_STATUS_BLOCK IoStatusBlock) {
  PIRP irp = IoAllocateIrp(DeviceObject->StackSize, FALSE);
  if (irp == nullptr) {
    return nullptr;
  }
  irp->Tail.Overlay.Thread = PsGetCurrentThread();
  irp->UserIosb = IoStatusBlock;
  PIO_STACK_LOCATION location = IoGetNextIrpStackLocation(irp);
  location->MajorFunction = static_cast<UCHAR>(MajorFunction);
  if (MajorFunction != IRP_MJ_READ && MajorFunction != IRP_MJ_WRITE) {
    return irp;
  }
  bool read = MajorFunction == IRP_MJ_READ;
  // Read and Write parameters lie alike.
  location->Parameters.Read.Length = Length;
  if (StartingOffset != nullptr) {
    location->Parameters.Read.ByteOffset = *StartingOffset;
  }
  irp->Flags |= read ? IRP_READ_OPERATION : IRP_WRITE_OPERATION;
  if (!io::AttachTransferBuffer(irp, DeviceObject, read, Buffer, Length)) {
    io::Discard(irp);
    return nullptr;
  }
  return irp;
}

// WDK: IoBuildSynchronousFsdRequest. Null as above. IRQL PASSIVE_LEVEL.
PIRP NTAPI IoBuildSynchronousFsdRequest(ULONG MajorFunction, PDEVICE_OBJECT DeviceObject, PVOID Buffer, ULONG Length,
                                        PLARGE_INTEGER StartingOffset, PKEVENT Event, PIO_STATUS_BLOCK IoStatusBlock) {
  PIRP irp = IoBuildAsynchronousFsdRequest(MajorFunction, DeviceObject, Buffer, Length, StartingOffset, IoStatusBlock);
  if (irp != nullptr) {
    irp->UserEvent = Event;
    irp->AllocationFlags |= io::kThreadedIrp;
  }
  return irp;
}

// WDK: IoMakeAssociatedIrp. Null: no memory. The caller counts in the master's AssociatedIrp.IrpCount.
PIRP NTAPI IoMakeAssociatedIrp(PIRP Irp, CCHAR StackSize) {
  PIRP irp = IoAllocateIrp(StackSize, FALSE);
  if (irp != nullptr) {
    irp->Flags |= IRP_ASSOCIATED_IRP;
    irp->AssociatedIrp.MasterIrp = Irp;
    irp->Tail.Overlay.Thread = Irp->Tail.Overlay.Thread;
  }
  return irp;
}

// The completion routine is called with the driver's image kept loaded; images of a host stay as long as their devices.
NTSTATUS NTAPI IoSetCompletionRoutineEx(PDEVICE_OBJECT, PIRP Irp, PIO_COMPLETION_ROUTINE CompletionRoutine,
                                        PVOID Context, BOOLEAN InvokeOnSuccess, BOOLEAN InvokeOnError,
                                        BOOLEAN InvokeOnCancel) {
  IoSetCompletionRoutine(Irp, CompletionRoutine, Context, InvokeOnSuccess, InvokeOnError, InvokeOnCancel);
  return STATUS_SUCCESS;
}

}  // extern "C"
