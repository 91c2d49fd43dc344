// Entry, dispatch table and what the registry says.

#include "i8042prt.hpp"

namespace i8042 {

namespace {

DRIVER_UNLOAD Unload;

constexpr ULONG kQueueMinimum = 16;
constexpr ULONG kQueueMaximum = 65536;

/// A value out of its range counts as absent.
void ReadParameter(HANDLE key, const wchar_t *name, ULONG minimum, ULONG maximum, ULONG *value) {
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, name);
  alignas(KEY_VALUE_PARTIAL_INFORMATION) UCHAR buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
  ULONG length = 0;
  const NTSTATUS status = ZwQueryValueKey(key, &string, KeyValuePartialInformation, buffer, sizeof(buffer), &length);
  const auto *information = reinterpret_cast<KEY_VALUE_PARTIAL_INFORMATION *>(buffer);
  if (!NT_SUCCESS(status) || information->Type != REG_DWORD || information->DataLength != sizeof(ULONG)) {
    return;
  }
  ULONG number = 0;
  RtlCopyMemory(&number, information->Data, sizeof(number));
  if (number >= minimum && number <= maximum) {
    *value = number;
  }
}

void ReadParameters(PUNICODE_STRING registry_path) {
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
    Parameters &parameters = controller.parameters;
    ReadParameter(key, L"KeyboardDataQueueSize", kQueueMinimum, kQueueMaximum, &parameters.keyboard_queue);
    ReadParameter(key, L"MouseDataQueueSize", kQueueMinimum, kQueueMaximum, &parameters.mouse_queue);
    ReadParameter(key, L"SampleRate", 10, 200, &parameters.sample_rate);
    ReadParameter(key, L"MouseResolution", 0, 3, &parameters.mouse_resolution);
    ReadParameter(key, L"EnableWheelDetection", 0, 2, &parameters.enable_wheel);
    ZwClose(key);
  }
  ZwClose(service);
}

void Unload(PDRIVER_OBJECT) {}

}  // namespace

/// Fills the dispatch table; devices come with AddDevice. Source: DRIVER_INITIALIZE (WDK).
NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING registry_path) {
  controller.parameters = Parameters{};
  KeInitializeSpinLock(&controller.lock);
  KeInitializeEvent(&controller.mutex, SynchronizationEvent, TRUE);
  ReadParameters(registry_path);

  driver->DriverExtension->AddDevice = AddDevice;
  driver->DriverStartIo = StartIo;
  driver->DriverUnload = Unload;
  driver->MajorFunction[IRP_MJ_CREATE] = DispatchCreate;
  driver->MajorFunction[IRP_MJ_CLOSE] = DispatchClose;
  driver->MajorFunction[IRP_MJ_DEVICE_CONTROL] = DispatchControl;
  driver->MajorFunction[IRP_MJ_INTERNAL_DEVICE_CONTROL] = DispatchControl;
  driver->MajorFunction[IRP_MJ_PNP] = DispatchPnp;
  driver->MajorFunction[IRP_MJ_POWER] = DispatchPower;
  driver->MajorFunction[IRP_MJ_SYSTEM_CONTROL] = DispatchSystemControl;
  return STATUS_SUCCESS;
}

}  // namespace i8042
