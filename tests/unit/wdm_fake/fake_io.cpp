// IRPs, devices, remove locks, work items.
#include <cstdio>
#include <cstdlib>
#include <deque>

#include "fake_wdm.hpp"

namespace {

struct WorkItem {
  PDEVICE_OBJECT device;
};

struct Io {
  unsigned invalidated = 0;
  std::deque<PIRP> packets;
  bool busy = false;
  PDEVICE_OBJECT last_device = nullptr;
};

Io io;

[[noreturn]] void Break(const char *rule) {
  std::fprintf(stderr, "driver broke a rule: %s\n", rule);
  std::abort();
}

fake::Request *Of(PIRP irp) { return reinterpret_cast<fake::Request *>(irp); }

}  // namespace

namespace fake {

void ResetIo();
void ResetIo() { io = Io{}; }

unsigned InvalidatedDevices() { return io.invalidated; }
PDEVICE_OBJECT LastDevice() { return io.last_device; }

Request *NewRequest(UCHAR major, ULONG buffer, PFILE_OBJECT file) {
  auto *request = new Request{};
  request->buffer.resize(buffer);
  request->irp.AssociatedIrp.SystemBuffer = request->buffer.data();
  request->irp.CurrentLocation = 4;
  request->irp.StackCount = 4;
  request->irp.Tail.Overlay.CurrentStackLocation = request->Current();
  request->Current()->MajorFunction = major;
  request->Current()->FileObject = file;
  return request;
}

void Cancel(Request *request, PDEVICE_OBJECT device) {
  request->irp.Cancel = TRUE;
  PDRIVER_CANCEL routine = IoSetCancelRoutine(&request->irp, nullptr);
  if (routine != nullptr) {
    request->irp.CancelIrql = Irql();
    routine(device, &request->irp);
    Settle();
  }
}

void Free(Request *request) {
  if (!request->done) {
    Break("request given up before it was completed");
  }
  delete request;
}

}  // namespace fake

extern "C" {

VOID NTAPI IoReleaseCancelSpinLock(KIRQL) {}

VOID NTAPI IofCompleteRequest(PIRP irp, CCHAR) {
  if (Of(irp)->done) {
    Break("request completed twice");
  }
  if (irp->CancelRoutine != nullptr) {
    Break("request completed with a cancel routine");
  }
  Of(irp)->done = true;
}

// The count is where the real one has it.
NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK lock, PVOID, PCSTR, ULONG, ULONG) {
  lock->Common.IoCount = lock->Common.IoCount + 1;
  return STATUS_SUCCESS;
}
VOID NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK lock, PVOID, ULONG) {
  lock->Common.IoCount = lock->Common.IoCount - 1;
  if (lock->Common.IoCount < 1) {
    Break("remove lock released too often");
  }
}
VOID NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK lock, PVOID, ULONG) {
  lock->Common.IoCount = lock->Common.IoCount - 2;
  if (lock->Common.IoCount != 0) {
    Break("remove lock wait that nobody would end");
  }
}
VOID NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK lock, ULONG, ULONG, ULONG, ULONG) {
  *lock = {};
  lock->Common.IoCount = 1;
}

NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT driver, ULONG extension, PUNICODE_STRING, DEVICE_TYPE, ULONG, BOOLEAN,
                              PDEVICE_OBJECT *device) {
  *device = new DEVICE_OBJECT{};
  io.last_device = *device;
  (*device)->DriverObject = driver;
  (*device)->DeviceExtension = std::calloc(1, extension);
  return STATUS_SUCCESS;
}
VOID NTAPI IoDeleteDevice(PDEVICE_OBJECT device) {
  std::free(device->DeviceExtension);
  delete device;
}
PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT, PDEVICE_OBJECT target) { return target; }
VOID NTAPI IoDetachDevice(PDEVICE_OBJECT) {}
VOID NTAPI IoInvalidateDeviceState(PDEVICE_OBJECT) { io.invalidated++; }

/// The lower driver agrees to everything.
NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT, PIRP irp) {
  irp->IoStatus.Status = STATUS_SUCCESS;
  IofCompleteRequest(irp, 0);
  return STATUS_SUCCESS;
}
NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT device, PIRP irp) { return IofCallDriver(device, irp); }
VOID NTAPI PoStartNextPowerIrp(PIRP) {}
BOOLEAN NTAPI IoForwardIrpSynchronously(PDEVICE_OBJECT, PIRP irp) {
  irp->IoStatus.Status = STATUS_SUCCESS;
  return TRUE;
}

PIO_WORKITEM NTAPI IoAllocateWorkItem(PDEVICE_OBJECT device) {
  return reinterpret_cast<PIO_WORKITEM>(new WorkItem{device});
}
VOID NTAPI IoFreeWorkItem(PIO_WORKITEM item) { delete reinterpret_cast<WorkItem *>(item); }
VOID NTAPI IoQueueWorkItem(PIO_WORKITEM item, PIO_WORKITEM_ROUTINE, WORK_QUEUE_TYPE, PVOID) {
  UNREFERENCED_PARAMETER(item);
  Break("no work items here");
}

VOID NTAPI IoStartPacket(PDEVICE_OBJECT device, PIRP irp, PULONG, PDRIVER_CANCEL) {
  if (io.busy) {
    io.packets.push_back(irp);
    return;
  }
  io.busy = true;
  device->CurrentIrp = irp;
  KSPIN_LOCK lock = 0;
  const KIRQL old = KeAcquireSpinLockRaiseToDpc(&lock);
  device->DriverObject->DriverStartIo(device, irp);
  KeReleaseSpinLock(&lock, old);
}

VOID NTAPI IoStartNextPacket(PDEVICE_OBJECT device, BOOLEAN) {
  device->CurrentIrp = nullptr;
  io.busy = !io.packets.empty();
  if (io.busy) {
    device->CurrentIrp = io.packets.front();
    io.packets.pop_front();
    device->DriverObject->DriverStartIo(device, device->CurrentIrp);
  }
}

}  // extern "C"
