// beep.sys: \Device\Beep, the speaker behind channel 2 of the interval timer.

#include <new>

#include <ntddk.h>
// Builds on the types of ntddk.h.
#include <ntddbeep.h>

namespace {

DRIVER_ADD_DEVICE AddDevice;
DRIVER_UNLOAD Unload;
DRIVER_DISPATCH Open;
DRIVER_DISPATCH Control;
DRIVER_DISPATCH DispatchPnp;
DRIVER_DISPATCH DispatchPower;
DRIVER_DISPATCH DispatchSystemControl;
KDEFERRED_ROUTINE TimerDpc;

constexpr wchar_t kDeviceName[] = L"\\Device\\Beep";
constexpr ULONG kPoolTag = 0x70656542;  // "Beep"

// Where a PC has them: the device's assignment is looked up for ranges that hold these ports.
constexpr ULONG kCounterPort = 0x42;
constexpr ULONG kCommandPort = 0x43;
constexpr ULONG kGatePort = 0x61;

constexpr ULONG kCounterHertz = 1193182;
// Channel 2, low byte then high byte, square wave.
constexpr UCHAR kSquareWave = 0xB6;
constexpr UCHAR kGateAndSpeaker = 0x03;
constexpr ULONG kForever = 0xFFFFFFFF;

struct Device {
  PDEVICE_OBJECT self;
  PDEVICE_OBJECT lower;
  IO_REMOVE_LOCK remove_lock;
  KSPIN_LOCK lock;  // ports and timer; the DPC takes it too
  bool started;
  PUCHAR counter;
  PUCHAR command;
  PUCHAR gate;
  KTIMER timer;
  KDPC dpc;
};

Device *Extension(PDEVICE_OBJECT object) { return static_cast<Device *>(object->DeviceExtension); }

NTSTATUS Complete(PIRP irp, NTSTATUS status, ULONG_PTR information = 0) {
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  IoCompleteRequest(irp, IO_NO_INCREMENT);
  return status;
}

// The lock is held.
void Silence(Device *device) {
  const UCHAR gate = READ_PORT_UCHAR(device->gate);
  WRITE_PORT_UCHAR(device->gate, static_cast<UCHAR>(gate & ~kGateAndSpeaker));
}

void Sound(Device *device, ULONG frequency) {
  const ULONG divisor = kCounterHertz / frequency;
  WRITE_PORT_UCHAR(device->command, kSquareWave);
  WRITE_PORT_UCHAR(device->counter, static_cast<UCHAR>(divisor));
  WRITE_PORT_UCHAR(device->counter, static_cast<UCHAR>(divisor >> 8));
  const UCHAR gate = READ_PORT_UCHAR(device->gate);
  WRITE_PORT_UCHAR(device->gate, static_cast<UCHAR>(gate | kGateAndSpeaker));
}

VOID TimerDpc(PKDPC, PVOID context, PVOID, PVOID) {
  auto *device = static_cast<Device *>(context);
  KeAcquireSpinLockAtDpcLevel(&device->lock);
  if (device->started) {
    Silence(device);
  }
  KeReleaseSpinLockFromDpcLevel(&device->lock);
}

/// A new tone replaces the one that sounds; 0 Hz is silence. Source: BEEP_SET_PARAMETERS (ntddbeep.h).
NTSTATUS SetTone(Device *device, ULONG frequency, ULONG milliseconds) {
  KIRQL irql;
  KeAcquireSpinLock(&device->lock, &irql);
  if (!device->started) {
    KeReleaseSpinLock(&device->lock, irql);
    return STATUS_DEVICE_NOT_READY;
  }
  // A DPC that waits already would cut the new tone short.
  KeCancelTimer(&device->timer);
  KeRemoveQueueDpc(&device->dpc);
  if (frequency == 0 || milliseconds == 0) {
    Silence(device);
  } else {
    Sound(device, frequency);
    if (milliseconds != kForever) {
      LARGE_INTEGER due;
      due.QuadPart = -10000LL * milliseconds;
      KeSetTimer(&device->timer, due, &device->dpc);
    }
  }
  KeReleaseSpinLock(&device->lock, irql);
  return STATUS_SUCCESS;
}

NTSTATUS Open(PDEVICE_OBJECT, PIRP irp) { return Complete(irp, STATUS_SUCCESS); }

/// IOCTL_BEEP_SET returns at once; the tone ends by itself.
/// STATUS_INVALID_PARAMETER: too short a buffer or a frequency outside BEEP_FREQUENCY_MINIMUM..MAXIMUM.
NTSTATUS Control(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  if (stack->Parameters.DeviceIoControl.IoControlCode != IOCTL_BEEP_SET) {
    return Complete(irp, STATUS_INVALID_DEVICE_REQUEST);
  }
  if (stack->Parameters.DeviceIoControl.InputBufferLength < sizeof(BEEP_SET_PARAMETERS)) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  const auto tone = *static_cast<BEEP_SET_PARAMETERS *>(irp->AssociatedIrp.SystemBuffer);
  const bool silence = tone.Frequency == 0 && tone.Duration == 0;
  if (!silence && (tone.Frequency < BEEP_FREQUENCY_MINIMUM || tone.Frequency > BEEP_FREQUENCY_MAXIMUM)) {
    return Complete(irp, STATUS_INVALID_PARAMETER);
  }
  NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return Complete(irp, status);
  }
  status = SetTone(device, tone.Frequency, tone.Duration);
  Complete(irp, status);
  IoReleaseRemoveLock(&device->remove_lock, irp);
  return status;
}

PUCHAR Find(const CM_PARTIAL_RESOURCE_LIST &list, ULONG port) {
  for (ULONG i = 0; i < list.Count; i++) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor = list.PartialDescriptors[i];
    if (descriptor.Type != CmResourceTypePort) {
      continue;
    }
    const auto start = static_cast<ULONGLONG>(descriptor.u.Port.Start.QuadPart);
    if (port >= start && port - start < descriptor.u.Port.Length) {
      return reinterpret_cast<PUCHAR>(static_cast<ULONG_PTR>(port));
    }
  }
  return nullptr;
}

/// The lower driver has started. STATUS_DEVICE_CONFIGURATION_ERROR: one of the ports was not given.
NTSTATUS StartDevice(Device *device, PIO_STACK_LOCATION stack) {
  const CM_RESOURCE_LIST *list = stack->Parameters.StartDevice.AllocatedResourcesTranslated;
  if (list == nullptr || list->Count == 0) {
    return STATUS_DEVICE_CONFIGURATION_ERROR;
  }
  const CM_PARTIAL_RESOURCE_LIST &ports = list->List[0].PartialResourceList;
  device->counter = Find(ports, kCounterPort);
  device->command = Find(ports, kCommandPort);
  device->gate = Find(ports, kGatePort);
  if (device->counter == nullptr || device->command == nullptr || device->gate == nullptr) {
    return STATUS_DEVICE_CONFIGURATION_ERROR;
  }
  // No device reads all ones here: the upper bits count refresh cycles and the timer's output.
  if (READ_PORT_UCHAR(device->gate) == 0xFF) {
    return STATUS_NO_SUCH_DEVICE;
  }
  device->started = true;
  return STATUS_SUCCESS;
}

void StopDevice(Device *device, bool hardware_there) {
  KIRQL irql;
  KeCancelTimer(&device->timer);
  KeAcquireSpinLock(&device->lock, &irql);
  if (device->started && hardware_there) {
    Silence(device);
  }
  device->started = false;
  KeReleaseSpinLock(&device->lock, irql);
}

NTSTATUS PassDown(Device *device, PIRP irp) {
  IoSkipCurrentIrpStackLocation(irp);
  return IoCallDriver(device->lower, irp);
}

NTSTATUS RemoveDevice(Device *device, PIRP irp) {
  StopDevice(device, true);
  IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
  KeFlushQueuedDpcs();
  irp->IoStatus.Status = STATUS_SUCCESS;
  const NTSTATUS status = PassDown(device, irp);
  IoDetachDevice(device->lower);
  IoDeleteDevice(device->self);
  return status;
}

NTSTATUS DispatchPnp(PDEVICE_OBJECT object, PIRP irp) {
  Device *device = Extension(object);
  NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    return Complete(irp, status);
  }
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  switch (stack->MinorFunction) {
    case IRP_MN_START_DEVICE:
      status = IoForwardIrpSynchronously(device->lower, irp) ? irp->IoStatus.Status : STATUS_UNSUCCESSFUL;
      if (NT_SUCCESS(status)) {
        status = StartDevice(device, stack);
      }
      Complete(irp, status);
      break;
    case IRP_MN_REMOVE_DEVICE:
      return RemoveDevice(device, irp);
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
      StopDevice(device, stack->MinorFunction == IRP_MN_STOP_DEVICE);
      [[fallthrough]];
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
      irp->IoStatus.Status = STATUS_SUCCESS;
      [[fallthrough]];
    default:
      status = PassDown(device, irp);
      break;
  }
  IoReleaseRemoveLock(&device->remove_lock, irp);
  return status;
}

NTSTATUS DispatchPower(PDEVICE_OBJECT object, PIRP irp) {
  PoStartNextPowerIrp(irp);
  IoSkipCurrentIrpStackLocation(irp);
  return PoCallDriver(Extension(object)->lower, irp);
}

NTSTATUS DispatchSystemControl(PDEVICE_OBJECT object, PIRP irp) { return PassDown(Extension(object), irp); }

/// A PC has one speaker: a second device fails by its name.
NTSTATUS AddDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
  UNICODE_STRING name;
  RtlInitUnicodeString(&name, kDeviceName);
  PDEVICE_OBJECT object = nullptr;
  const NTSTATUS status =
      IoCreateDevice(driver, sizeof(Device), &name, FILE_DEVICE_BEEP, FILE_DEVICE_SECURE_OPEN, FALSE, &object);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  auto *device = ::new (object->DeviceExtension) Device{};
  device->self = object;
  IoInitializeRemoveLock(&device->remove_lock, kPoolTag, 0, 0);
  KeInitializeSpinLock(&device->lock);
  KeInitializeTimer(&device->timer);
  KeInitializeDpc(&device->dpc, TimerDpc, device);
  device->lower = IoAttachDeviceToDeviceStack(object, physical);
  if (device->lower == nullptr) {
    IoDeleteDevice(object);
    return STATUS_NO_SUCH_DEVICE;
  }
  object->Flags |= DO_BUFFERED_IO | DO_POWER_PAGABLE;
  object->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
  return STATUS_SUCCESS;
}

VOID Unload(PDRIVER_OBJECT) {}

}  // namespace

extern "C" DRIVER_INITIALIZE DriverEntry;

/// Fills the dispatch table. Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING) {
  driver->DriverExtension->AddDevice = AddDevice;
  driver->DriverUnload = Unload;
  driver->MajorFunction[IRP_MJ_CREATE] = Open;
  driver->MajorFunction[IRP_MJ_CLEANUP] = Open;
  driver->MajorFunction[IRP_MJ_CLOSE] = Open;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control;
  driver->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
  driver->MajorFunction[IRP_MJ_POWER] = DispatchPower;
  driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = DispatchSystemControl;
  return STATUS_SUCCESS;
}
