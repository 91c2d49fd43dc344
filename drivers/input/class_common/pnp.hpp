// The class device comes and goes with its port.
#pragma once

#include "control.hpp"

namespace input_class {

template <typename Traits>
struct Pnp {
  using Self = Device<Traits>;
  using InputData = typename Traits::InputData;

  static inline ULONG queue_size = kQueueDefault;

  /// Puts a class device on top of the port's stack and connects to it. Source: DRIVER_ADD_DEVICE (WDK).
  static NTSTATUS NTAPI AddDevice(PDRIVER_OBJECT driver, PDEVICE_OBJECT physical) {
    PDEVICE_OBJECT object = nullptr;
    NTSTATUS status = CreateNamed(driver, &object);
    if (!NT_SUCCESS(status)) {
      return status;
    }
    Self *device = Self::Of(object);
    device->self = object;
    device->physical = physical;
    IoInitializeRemoveLock(&device->remove_lock, kPoolTag, 0, 0);
    auto *records =
        static_cast<InputData *>(ExAllocatePool2(POOL_FLAG_NON_PAGED, queue_size * sizeof(InputData), kPoolTag));
    if (records == nullptr) {
      IoDeleteDevice(object);
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    Reads<Traits>::Initialise(device, records, queue_size);
    device->lower = IoAttachDeviceToDeviceStack(object, physical);
    status = device->lower == nullptr ? STATUS_NO_SUCH_DEVICE : Connect(device);
    if (NT_SUCCESS(status)) {
      status = IoRegisterDeviceInterface(physical, &Traits::Interface(), nullptr, &device->interface_name);
    }
    if (!NT_SUCCESS(status)) {
      Delete(device);
      return status;
    }
    // As the device below: power requests must arrive at the same IRQL.
    object->Flags |= DO_BUFFERED_IO | (device->lower->Flags & (DO_POWER_PAGABLE | DO_POWER_INRUSH));
    object->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
    return STATUS_SUCCESS;
  }

  static NTSTATUS NTAPI Dispatch(PDEVICE_OBJECT object, PIRP irp) {
    Self *device = Self::Of(object);
    NTSTATUS status = IoAcquireRemoveLock(&device->remove_lock, irp);
    if (!NT_SUCCESS(status)) {
      return Complete(irp, status);
    }
    switch (IoGetCurrentIrpStackLocation(irp)->MinorFunction) {
      case IRP_MN_START_DEVICE:
        status = Start(device, irp);
        break;
      case IRP_MN_STOP_DEVICE:
        device->started = false;
        status = Control<Traits>::PassDown(object, irp);
        break;
      case IRP_MN_SURPRISE_REMOVAL:
        TakeAway(device);
        irp->IoStatus.Status = STATUS_SUCCESS;
        status = Control<Traits>::PassDown(object, irp);
        break;
      case IRP_MN_REMOVE_DEVICE:
        return Remove(device, irp);
      case IRP_MN_QUERY_REMOVE_DEVICE:
      case IRP_MN_CANCEL_REMOVE_DEVICE:
      case IRP_MN_QUERY_STOP_DEVICE:
      case IRP_MN_CANCEL_STOP_DEVICE:
        irp->IoStatus.Status = STATUS_SUCCESS;
        status = Control<Traits>::PassDown(object, irp);
        break;
      default:
        status = Control<Traits>::PassDown(object, irp);
        break;
    }
    IoReleaseRemoveLock(&device->remove_lock, irp);
    return status;
  }

  /// Fills the driver's table; called by DriverEntry.
  static NTSTATUS Entry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
    ReadQueueSize(registry_path);
    driver->DriverExtension->AddDevice = AddDevice;
    driver->DriverUnload = Unload;
    driver->MajorFunction[IRP_MJ_CREATE] = Control<Traits>::Create;
    driver->MajorFunction[IRP_MJ_CLEANUP] = Control<Traits>::Cleanup;
    driver->MajorFunction[IRP_MJ_CLOSE] = Control<Traits>::Close;
    driver->MajorFunction[IRP_MJ_READ] = Reads<Traits>::Read;
    driver->MajorFunction[IRP_MJ_FLUSH_BUFFERS] = Control<Traits>::Flush;
    driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = Control<Traits>::DeviceControl;
    driver->MajorFunction[IRP_MJ_INTERNAL_DEVICE_CONTROL] = Control<Traits>::PassDown;
    driver->MajorFunction[IRP_MJ_PNP] = Dispatch;
    driver->MajorFunction[IRP_MJ_POWER] = Control<Traits>::Power;
    driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = Control<Traits>::PassDown;
    return STATUS_SUCCESS;
  }

 private:
  static VOID NTAPI Unload(PDRIVER_OBJECT) {}

  /// The first free \Device\<BaseName>N.
  static NTSTATUS CreateNamed(PDRIVER_OBJECT driver, PDEVICE_OBJECT *object) {
    constexpr USHORT kUnits = 100;
    for (USHORT unit = 0; unit < kUnits; unit++) {
      WCHAR text[kNameLength];
      UNICODE_STRING name{0, sizeof(text), text};
      RtlAppendUnicodeToString(&name, L"\\Device\\");
      RtlAppendUnicodeToString(&name, Traits::kBaseName);
      WCHAR digits[3];
      digits[0] = static_cast<WCHAR>(unit < 10 ? L'0' + unit : L'0' + unit / 10);
      digits[1] = static_cast<WCHAR>(unit < 10 ? 0 : L'0' + unit % 10);
      digits[2] = 0;
      RtlAppendUnicodeToString(&name, digits);
      const NTSTATUS status =
          IoCreateDevice(driver, sizeof(Self), &name, Traits::kDeviceType, FILE_DEVICE_SECURE_OPEN, FALSE, object);
      if (NT_SUCCESS(status)) {
        Self *device = Self::Of(*object);
        device->unit = unit;
        RtlCopyMemory(device->name, text, name.Length);
        device->name[name.Length / sizeof(WCHAR)] = 0;
      }
      if (status != STATUS_OBJECT_NAME_COLLISION) {
        return status;
      }
    }
    return STATUS_OBJECT_NAME_COLLISION;
  }

  /// Tells the port whom to call. Every port of this class answers, whether it runs already or not.
  static NTSTATUS Connect(Self *device) {
    CONNECT_DATA connection{device->self, reinterpret_cast<PVOID>(Reads<Traits>::Service)};
    KEVENT event;
    KeInitializeEvent(&event, NotificationEvent, FALSE);
    IO_STATUS_BLOCK io{};
    PIRP irp = IoBuildDeviceIoControlRequest(Traits::kConnect, device->lower, &connection, sizeof(connection), nullptr,
                                             0, TRUE, &event, &io);
    if (irp == nullptr) {
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    NTSTATUS status = IoCallDriver(device->lower, irp);
    if (status == STATUS_PENDING) {
      KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, nullptr);
      status = io.Status;
    }
    return status;
  }

  static NTSTATUS Start(Self *device, PIRP irp) {
    NTSTATUS status = IoForwardIrpSynchronously(device->lower, irp) ? irp->IoStatus.Status : STATUS_UNSUCCESSFUL;
    if (NT_SUCCESS(status)) {
      device->started = true;
      IoSetDeviceInterfaceState(&device->interface_name, TRUE);
      // Best effort, as in NT: programs find the devices of a class there.
      RtlWriteRegistryValue(RTL_REGISTRY_DEVICEMAP, Traits::kBaseName, device->name, REG_SZ, device->name,
                            static_cast<ULONG>((wcslen(device->name) + 1) * sizeof(WCHAR)));
    }
    return Complete(irp, status);
  }

  /// The hardware is gone or going: nobody waits for it any more.
  static void TakeAway(Self *device) {
    KIRQL irql;
    KeAcquireSpinLock(&device->data_lock, &irql);
    const bool was_started = device->started;
    device->started = false;
    device->removed = true;
    device->count = 0;
    KeReleaseSpinLock(&device->data_lock, irql);
    Reads<Traits>::Drain(device, nullptr, STATUS_DELETE_PENDING);
    if (was_started) {
      IoSetDeviceInterfaceState(&device->interface_name, FALSE);
      RtlDeleteRegistryValue(RTL_REGISTRY_DEVICEMAP, Traits::kBaseName, device->name);
    }
  }

  static NTSTATUS Remove(Self *device, PIRP irp) {
    TakeAway(device);
    IoReleaseRemoveLockAndWait(&device->remove_lock, irp);
    irp->IoStatus.Status = STATUS_SUCCESS;
    IoSkipCurrentIrpStackLocation(irp);
    const NTSTATUS status = IoCallDriver(device->lower, irp);
    Delete(device);
    return status;
  }

  static void Delete(Self *device) {
    if (device->lower != nullptr) {
      IoDetachDevice(device->lower);
    }
    if (device->interface_name.Buffer != nullptr) {
      RtlFreeUnicodeString(&device->interface_name);
    }
    ExFreePoolWithTag(device->records, kPoolTag);
    IoDeleteDevice(device->self);
  }

  static void ReadQueueSize(PUNICODE_STRING registry_path) {
    OBJECT_ATTRIBUTES attributes;
    InitializeObjectAttributes(&attributes, registry_path, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, nullptr, nullptr);
    HANDLE service = nullptr;
    if (!NT_SUCCESS(ZwOpenKey(&service, KEY_READ, &attributes))) {
      return;
    }
    UNICODE_STRING name;
    RtlInitUnicodeString(&name, L"Parameters");
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, service, nullptr);
    HANDLE key = nullptr;
    if (NT_SUCCESS(ZwOpenKey(&key, KEY_READ, &attributes))) {
      alignas(KEY_VALUE_PARTIAL_INFORMATION) UCHAR buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
      ULONG length = 0;
      RtlInitUnicodeString(&name, Traits::kQueueValue);
      const auto *value = reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(buffer);
      if (NT_SUCCESS(ZwQueryValueKey(key, &name, KeyValuePartialInformation, buffer, sizeof(buffer), &length)) &&
          value->Type == REG_DWORD && value->DataLength == sizeof(ULONG)) {
        ULONG number = 0;
        RtlCopyMemory(&number, value->Data, sizeof(number));
        queue_size = number >= kQueueMinimum && number <= kQueueMaximum ? number : kQueueDefault;
      }
      ZwClose(key);
    }
    ZwClose(service);
  }
};

}  // namespace input_class
