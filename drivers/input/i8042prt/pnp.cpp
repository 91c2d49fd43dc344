// Devices come and go: resources, start order, removal. Power and WMI requests only pass through.

#include <new>

#include "i8042prt.hpp"

namespace i8042 {

namespace {

/// Makes the timers and DPCs; which routine takes the data shows when a class driver connects.
void InitialiseDpcs(Device *device) {
  KeInitializeTimer(&device->retry_timer);
  KeInitializeTimer(&device->timeout_timer);
  KeInitializeDpc(&device->command_dpc, CommandDpc, device);
  KeInitializeDpc(&device->timeout_dpc, TimeoutDpc, device);
  KeInitializeDpc(&device->mouse.reset_dpc, MouseResetDpc, device);
}

struct Ports {
  PUCHAR data;
  PUCHAR command;
};

void NotePort(Ports *ports, ULONGLONG start, ULONG length) {
  auto *port = reinterpret_cast<PUCHAR>(static_cast<ULONG_PTR>(start));
  if (ports->data == nullptr) {
    ports->data = port;
    // Some firmware gives one range over both.
    ports->command = length >= 5 ? port + 4 : nullptr;
  } else if (port < ports->data) {
    ports->command = ports->data;
    ports->data = port;
  } else {
    ports->command = port;
  }
}

void NoteInterrupt(Device *device, const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor) {
  device->has_interrupt = true;
  device->vector = descriptor.u.Interrupt.Vector;
  device->irql = static_cast<KIRQL>(descriptor.u.Interrupt.Level);
  device->affinity = descriptor.u.Interrupt.Affinity;
  device->mode = (descriptor.Flags & CM_RESOURCE_INTERRUPT_LATCHED) != 0 ? Latched : LevelSensitive;
  device->shared = descriptor.ShareDisposition == CmResourceShareShared;
}

/// What PnP gave: one interrupt each, and to one of the devices (by firmware custom the keyboard) the ports.
NTSTATUS ReadResources(Device *device, PIO_STACK_LOCATION stack) {
  const CM_RESOURCE_LIST *list = stack->Parameters.StartDevice.AllocatedResourcesTranslated;
  Ports ports{};
  device->has_interrupt = false;
  if (list != nullptr && list->Count >= 1) {
    const CM_PARTIAL_RESOURCE_LIST &partial = list->List[0].PartialResourceList;
    for (ULONG i = 0; i < partial.Count; i++) {
      const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor = partial.PartialDescriptors[i];
      if (descriptor.Type == CmResourceTypePort) {
        NotePort(&ports, static_cast<ULONGLONG>(descriptor.u.Port.Start.QuadPart), descriptor.u.Port.Length);
      } else if (descriptor.Type == CmResourceTypeInterrupt && !device->has_interrupt) {
        NoteInterrupt(device, descriptor);
      }
    }
  }
  if (!device->has_interrupt || (ports.data != nullptr && ports.command == nullptr)) {
    return STATUS_DEVICE_CONFIGURATION_ERROR;
  }
  device->owns_ports = ports.data != nullptr;
  if (device->owns_ports) {
    controller.data_port = ports.data;
    controller.command_port = ports.command;
  }
  return STATUS_SUCCESS;
}

/// Without a class driver above: the keyboard is the one with the ports.
NTSTATUS SettleKind(Device *device) {
  if (device->kind == Kind::Unknown) {
    device->kind = device->owns_ports ? Kind::Keyboard : Kind::Mouse;
  }
  const bool keyboard = device->kind == Kind::Keyboard;
  Device *&place = keyboard ? controller.keyboard : controller.mouse;
  if (place != nullptr && place != device) {
    return STATUS_DEVICE_CONFIGURATION_ERROR;
  }
  const NTSTATUS status = keyboard ? PrepareKeyboard(device) : PrepareMouse(device);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  PKDEFERRED_ROUTINE routine = keyboard ? KeyboardDpc : MouseDpc;
  KeInitializeDpc(&device->data_dpc, routine, device);
  KeInitializeDpc(&device->retry_dpc, routine, device);
  place = device;
  return STATUS_SUCCESS;
}

/// The lower driver has started the device already. A mouse that comes before the ports are known waits for them.
NTSTATUS StartDevice(Device *device, PIO_STACK_LOCATION stack) {
  ControllerGuard guard;
  NTSTATUS status = ReadResources(device, stack);
  if (NT_SUCCESS(status)) {
    status = SettleKind(device);
  }
  if (NT_SUCCESS(status)) {
    device->started = true;
    device->failed = false;
    if (controller.data_port != nullptr) {
      status = InitialiseDevices(device);
    }
  }
  if (!NT_SUCCESS(status)) {
    device->started = false;
  }
  return status;
}

void Silence(Device *device) {
  if (device != nullptr) {
    device->initialised = false;
    DisconnectInterrupt(device);
    KeCancelTimer(&device->retry_timer);
  }
}

/// Takes the device out of service. With the ports goes the other device too: it stays started and waits.
void StopDevice(Device *device, bool hardware_there) {
  ControllerGuard guard;
  if (device->started) {
    if (device->initialised && hardware_there) {
      const bool keyboard = device->kind == Kind::Keyboard;
      UCHAR configuration = controller.configuration;
      configuration &= static_cast<UCHAR>(~(keyboard ? kKeyboardInterrupt : kAuxiliaryInterrupt));
      configuration |= keyboard ? kKeyboardOff : kAuxiliaryOff;
      InterruptGuard lock;
      WriteConfiguration(configuration);
    }
    Silence(device);
    if (device->owns_ports) {
      Silence(controller.keyboard);
      Silence(controller.mouse);
      controller.data_port = nullptr;
      controller.command_port = nullptr;
    }
    device->started = false;
  }
}

void Forget(Device *device) {
  ControllerGuard guard;
  if (controller.keyboard == device) {
    controller.keyboard = nullptr;
  }
  if (controller.mouse == device) {
    controller.mouse = nullptr;
  }
}

NTSTATUS RemoveDevice(Device *device, PIRP irp) {
  StopDevice(device, true);
  IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
  KeFlushQueuedDpcs();
  Forget(device);

  irp->IoStatus.Status = STATUS_SUCCESS;
  IoSkipCurrentIrpStackLocation(irp);
  const NTSTATUS status = IoCallDriver(device->lower, irp);
  IoDetachDevice(device->lower);
  for (void *records :
       {static_cast<void *>(device->keyboard.ring.Records()), static_cast<void *>(device->mouse.ring.Records())}) {
    if (records != nullptr) {
      ExFreePoolWithTag(records, kPoolTag);
    }
  }
  if (device->work_item != nullptr) {
    IoFreeWorkItem(device->work_item);
  }
  IoDeleteDevice(device->self);
  return status;
}

NTSTATUS PassDown(Device *device, PIRP irp) {
  IoSkipCurrentIrpStackLocation(irp);
  return IoCallDriver(device->lower, irp);
}

NTSTATUS Start(Device *device, PIRP irp, PIO_STACK_LOCATION stack) {
  if (!IoForwardIrpSynchronously(device->lower, irp)) {
    return Complete(irp, STATUS_UNSUCCESSFUL);
  }
  NTSTATUS status = irp->IoStatus.Status;
  if (NT_SUCCESS(status)) {
    status = StartDevice(device, stack);
  }
  return Complete(irp, status);
}

NTSTATUS QueryState(Device *device, PIRP irp) {
  if (!IoForwardIrpSynchronously(device->lower, irp)) {
    return Complete(irp, STATUS_UNSUCCESSFUL);
  }
  ULONG_PTR state = irp->IoStatus.Information;
  if (irp->IoStatus.Status == STATUS_NOT_SUPPORTED) {
    state = 0;
  }
  if (device->failed) {
    state |= PNP_DEVICE_FAILED;
  }
  return Complete(irp, STATUS_SUCCESS, state);
}

}  // namespace

/// Makes the port device above `physical`. Source: DRIVER_ADD_DEVICE (WDK).
NTSTATUS AddDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
  PDEVICE_OBJECT object = nullptr;
  NTSTATUS status =
      IoCreateDevice(driver, sizeof(Device), nullptr, FILE_DEVICE_8042_PORT, FILE_DEVICE_SECURE_OPEN, FALSE, &object);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  auto *device = ::new (object->DeviceExtension) Device{};
  device->self = object;
  device->physical = physical;
  IoInitializeRemoveLock(&device->remove_lock, kPoolTag, 0, 0);
  InitialiseDpcs(device);
  device->work_item = IoAllocateWorkItem(object);
  device->lower = IoAttachDeviceToDeviceStack(object, physical);
  if (device->lower == nullptr || device->work_item == nullptr) {
    status = device->lower == nullptr ? STATUS_NO_SUCH_DEVICE : STATUS_INSUFFICIENT_RESOURCES;
    if (device->lower != nullptr) {
      IoDetachDevice(device->lower);
    }
    if (device->work_item != nullptr) {
      IoFreeWorkItem(device->work_item);
    }
    IoDeleteDevice(object);
    return status;
  }
  object->Flags |= DO_BUFFERED_IO | DO_POWER_PAGABLE;
  object->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
  return STATUS_SUCCESS;
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
      status = Start(device, irp, stack);
      break;
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
      status = QueryState(device, irp);
      break;
    case IRP_MN_STOP_DEVICE:
    case IRP_MN_SURPRISE_REMOVAL:
      StopDevice(device, stack->MinorFunction == IRP_MN_STOP_DEVICE);
      irp->IoStatus.Status = STATUS_SUCCESS;
      status = PassDown(device, irp);
      break;
    case IRP_MN_REMOVE_DEVICE:
      return RemoveDevice(device, irp);
    case IRP_MN_QUERY_REMOVE_DEVICE:
    case IRP_MN_CANCEL_REMOVE_DEVICE:
    case IRP_MN_QUERY_STOP_DEVICE:
    case IRP_MN_CANCEL_STOP_DEVICE:
      irp->IoStatus.Status = STATUS_SUCCESS;
      status = PassDown(device, irp);
      break;
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

}  // namespace i8042
