// Driver objects: loading, unloading, AddDevice, reinitialization.

#include <wdmp/driver.hpp>

#include <wdmp/arena.hpp>
#include <wdmp/baton.hpp>
#include <wdmp/ioobject.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/loader.hpp>
#include <wdmp/pool.hpp>

#include <nt/nt_services.h>

#include "iop.hpp"

#include <cstring>

namespace io {
namespace {

// A driver object with what belongs to it. Its address is the driver's cookie.
struct Driver {
  DRIVER_OBJECT object;
  DRIVER_EXTENSION extension;
  LIST_ENTRY all;
  wdm::DriverImage *image;
  bool image_only;  // others import from it; there is no DriverEntry call
  bool unloading;
  UNICODE_STRING registry_path;
  LIST_ENTRY reinitializations;
  ULONG reinitialization_count;
  SINGLE_LIST_ENTRY extensions;  // IoAllocateDriverObjectExtension
};

// DRIVER_OBJECT::Flags: a reinitialization routine waits.
constexpr ULONG kReinitRegistered = 0x8;

struct Reinitialization {
  LIST_ENTRY links;
  PDRIVER_REINITIALIZE routine;
  PVOID context;
};

struct ClientExtension {
  SINGLE_LIST_ENTRY links;
  PVOID id;
  alignas(16) unsigned char data[1];
};

LIST_ENTRY all_drivers = {&all_drivers, &all_drivers};

WCHAR hardware_text[] = L"\\REGISTRY\\MACHINE\\HARDWARE\\DESCRIPTION\\SYSTEM";
UNICODE_STRING hardware_database = {
    .Length = sizeof(hardware_text) - sizeof(WCHAR), .MaximumLength = sizeof(hardware_text), .Buffer = hardware_text};

Driver *DriverOf(PDRIVER_OBJECT object) { return CONTAINING_RECORD(object, Driver, object); }

NTSTATUS NTAPI InvalidRequest(PDEVICE_OBJECT, PIRP irp) {
  if (IoGetCurrentIrpStackLocation(irp)->MajorFunction == IRP_MJ_POWER) {
    PoStartNextPowerIrp(irp);
  }
  irp->IoStatus.Status = STATUS_INVALID_DEVICE_REQUEST;
  irp->IoStatus.Information = 0;
  IofCompleteRequest(irp, IO_NO_INCREMENT);
  return STATUS_INVALID_DEVICE_REQUEST;
}

bool CopyName(UNICODE_STRING &to, const char16_t *text, uint16_t length) {
  to.Buffer = static_cast<PWCH>(wdm::PoolAllocateZero(length + sizeof(WCHAR), kTag));
  if (to.Buffer == nullptr) {
    return false;
  }
  memcpy(to.Buffer, text, length);
  to.Length = length;
  to.MaximumLength = static_cast<USHORT>(length + sizeof(WCHAR));
  return true;
}

void FreeDriver(Driver *driver) {
  {
    ke::AtDispatch guard;
    RemoveEntryList(&driver->all);
  }
  while (!IsListEmpty(&driver->reinitializations)) {
    wdm::PoolFree(CONTAINING_RECORD(RemoveHeadList(&driver->reinitializations), Reinitialization, links));
  }
  while (driver->extensions.Next != nullptr) {
    wdm::PoolFree(CONTAINING_RECORD(PopEntryList(&driver->extensions), ClientExtension, links));
  }
  for (UNICODE_STRING *name : {&driver->object.DriverName, &driver->extension.ServiceKeyName, &driver->registry_path}) {
    if (name->Buffer != nullptr) {
      wdm::PoolFree(name->Buffer);
    }
  }
  wdm::DriverImage *image = driver->image;
  ObDereferenceObject(&driver->object);
  if (image != nullptr) {
    wdm::UnloadDriverImage(image);
  }
}

// A driver object with the names of `start`; null: no memory. The texts were checked.
Driver *NewDriver(const host::DriverStart &start) {
  auto *driver = static_cast<Driver *>(CreateObject(sizeof(Driver), *IoDriverObjectType));
  if (driver == nullptr) {
    return nullptr;
  }
  InitializeListHead(&driver->reinitializations);
  {
    ke::AtDispatch guard;
    InsertTailList(&all_drivers, &driver->all);
  }
  driver->image_only = (start.flags & 2) != 0;
  DRIVER_OBJECT &object = driver->object;
  object.Type = IO_TYPE_DRIVER;
  object.Size = sizeof(DRIVER_OBJECT);
  object.Flags = (start.flags & 1) != 0 ? DRVO_LEGACY_DRIVER : 0;
  object.DriverExtension = &driver->extension;
  object.HardwareDatabase = &hardware_database;
  driver->extension.DriverObject = &object;
  for (auto &routine : object.MajorFunction) {
    routine = InvalidRequest;
  }
  const char16_t *text = start.text;
  bool copied =
      CopyName(driver->extension.ServiceKeyName, text, start.name_length) &&
      CopyName(driver->registry_path, text + start.name_length / 2, start.registry_length) &&
      CopyName(object.DriverName, text + (start.name_length + start.registry_length) / 2, start.object_length);
  if (!copied) {
    FreeDriver(driver);
    return nullptr;
  }
  return driver;
}

void RunReinitializations(Driver *driver) {
  // Those that a routine registers anew run in the next round, each once.
  for (int round = 0; round < 1000 && !IsListEmpty(&driver->reinitializations); round += 1) {
    auto *entry = CONTAINING_RECORD(RemoveHeadList(&driver->reinitializations), Reinitialization, links);
    driver->object.Flags &= ~kReinitRegistered;
    driver->reinitialization_count += 1;
    driver->extension.Count = driver->reinitialization_count;
    entry->routine(&driver->object, entry->context, driver->reinitialization_count);
    wdm::PoolFree(entry);
  }
}

// DriverEntry and what follows a success.
NTSTATUS Start(Driver *driver) {
  DRIVER_OBJECT &object = driver->object;
  object.DriverStart = driver->image->base;
  object.DriverSize = static_cast<ULONG>(driver->image->size);
  object.DriverSection = driver->image->section;
  object.DriverInit = driver->image->entry;
  if (object.DriverInit == nullptr) {
    return STATUS_INVALID_IMAGE_FORMAT;
  }
  NTSTATUS status = object.DriverInit(&object, &driver->registry_path);
  if (ke::CurrentIrql() != PASSIVE_LEVEL) {
    KeBugCheckEx(kIrqlUnexpectedValue, ke::CurrentIrql(), reinterpret_cast<ULONG_PTR>(object.DriverInit), 0, 0);
  }
  if (!NT_SUCCESS(status)) {
    return status;
  }
  for (auto &routine : object.MajorFunction) {
    if (routine == nullptr) {
      routine = InvalidRequest;
    }
  }
  for (PDEVICE_OBJECT device = object.DeviceObject; device != nullptr; device = device->NextDevice) {
    device->Flags &= ~static_cast<ULONG>(DO_DEVICE_INITIALIZING);
  }
  RunReinitializations(driver);
  return status;
}

bool Valid(const host::DriverStart &start, uint32_t length) {
  size_t texts = size_t{start.name_length} + start.registry_length + start.object_length;
  return length >= offsetof(host::DriverStart, text) && offsetof(host::DriverStart, text) + texts <= length &&
         ((start.name_length | start.registry_length | start.object_length) & 1) == 0;
}

// A driver that failed leaves its devices behind now and then: NT takes them away with the driver object.
void DeleteDevices(PDRIVER_OBJECT object) {
  while (object->DeviceObject != nullptr) {
    PDEVICE_OBJECT device = object->DeviceObject;
    if (IsDeleted(device)) {
      return;
    }
    IoDeleteDevice(device);
  }
}

}  // namespace

uint64_t DriverCookie(PDRIVER_OBJECT driver) { return reinterpret_cast<uintptr_t>(DriverOf(driver)); }

PDRIVER_OBJECT ProxyDriver() {
  static DRIVER_OBJECT driver;
  static WCHAR name[] = L"\\Driver\\Remote";
  if (driver.Type == 0) {
    driver.Type = IO_TYPE_DRIVER;
    driver.Size = sizeof(DRIVER_OBJECT);
    driver.HardwareDatabase = &hardware_database;
    driver.DriverName = {.Length = sizeof(name) - sizeof(WCHAR), .MaximumLength = sizeof(name), .Buffer = name};
    for (auto &routine : driver.MajorFunction) {
      // Drivers that call a lower driver's dispatch routine directly come here with their location set.
      routine = [](PDEVICE_OBJECT device, PIRP irp) -> NTSTATUS { return CallRemote(device, irp); };
    }
  }
  return &driver;
}

PDRIVER_OBJECT DriverAt(const void *address) {
  for (LIST_ENTRY *entry = all_drivers.Flink; entry != &all_drivers; entry = entry->Flink) {
    auto *driver = CONTAINING_RECORD(entry, Driver, all);
    auto offset = reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(driver->object.DriverStart);
    if (driver->object.DriverStart != nullptr && offset < driver->object.DriverSize) {
      return &driver->object;
    }
  }
  return nullptr;
}

PDRIVER_OBJECT FindDriver(PCUNICODE_STRING name) {
  for (LIST_ENTRY *entry = all_drivers.Flink; entry != &all_drivers; entry = entry->Flink) {
    auto *driver = CONTAINING_RECORD(entry, Driver, all);
    if (RtlEqualUnicodeString(&driver->object.DriverName, name, TRUE)) {
      return &driver->object;
    }
  }
  return nullptr;
}

void LoadDriver(const host::Request &request) {
  auto *section = reinterpret_cast<HANDLE>(static_cast<uintptr_t>(request.information));
  auto *start = static_cast<const host::DriverStart *>(host::ArenaAt(request.buffer));
  if (start == nullptr || !Valid(*start, request.buffer_length)) {
    NtClose(section);
    Answer(request.id, STATUS_INVALID_PARAMETER);
    return;
  }
  Driver *driver = NewDriver(*start);
  NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
  if (driver != nullptr) {
    std::u16string_view name(start->text, start->name_length / 2u);
    status = wdm::LoadDriverImage(section, name, &driver->image);
  }
  NtClose(section);
  if (NT_SUCCESS(status) && !driver->image_only) {
    status = Start(driver);
  }
  if (!NT_SUCCESS(status)) {
    if (driver != nullptr) {
      DeleteDevices(&driver->object);
      FreeDriver(driver);
    }
    Answer(request.id, status);
    return;
  }
  PushDevices();
  uint64_t abilities =
      (driver->object.DriverUnload != nullptr ? 1u : 0u) | (driver->extension.AddDevice != nullptr ? 2u : 0u);
  Answer(request.id, status, reinterpret_cast<uintptr_t>(driver), abilities);
}

void UnloadDriver(const host::Request &request) {
  auto *driver = reinterpret_cast<Driver *>(static_cast<uintptr_t>(request.cookie));
  if (!driver->image_only) {
    if (driver->object.DriverUnload == nullptr || driver->unloading) {
      Answer(request.id, driver->unloading ? STATUS_DELETE_PENDING : STATUS_INVALID_DEVICE_REQUEST);
      return;
    }
    driver->unloading = true;
    driver->object.Flags |= DRVO_UNLOAD_INVOKED;
    driver->object.DriverUnload(&driver->object);
    DeleteDevices(&driver->object);
  }
  FreeDriver(driver);
  Answer(request.id, STATUS_SUCCESS);
}

void AddDevice(const host::Request &request) {
  auto *driver = reinterpret_cast<Driver *>(static_cast<uintptr_t>(request.cookie));
  PDEVICE_OBJECT pdo = DeviceOfCookie(request.information);
  if (pdo == nullptr) {
    auto *description = static_cast<const host::DeviceDescription *>(host::ArenaAt(request.buffer));
    if (description == nullptr || request.buffer_length < sizeof(*description)) {
      Answer(request.id, STATUS_NO_SUCH_DEVICE);
      return;
    }
    pdo = MakeProxy(request.device, *description);
  }
  NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
  if (pdo != nullptr) {
    PDRIVER_ADD_DEVICE routine = driver->extension.AddDevice;
    status = routine == nullptr ? STATUS_INVALID_DEVICE_REQUEST : routine(&driver->object, pdo);
  }
  PushDevices();
  Answer(request.id, status);
}

}  // namespace io

extern "C" {

// WDK: IoRegisterDriverReinitialization: called again after DriverEntry. IRQL PASSIVE_LEVEL.
void NTAPI IoRegisterDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                            PDRIVER_REINITIALIZE DriverReinitializationRoutine, PVOID Context) {
  auto *entry = wdm::PoolNew<io::Reinitialization>(io::kTag);
  if (entry == nullptr) {
    return;
  }
  entry->routine = DriverReinitializationRoutine;
  entry->context = Context;
  DriverObject->Flags |= io::kReinitRegistered;
  InsertTailList(&io::DriverOf(DriverObject)->reinitializations, &entry->links);
}

// WDK: IoRegisterBootDriverReinitialization. All drivers that start at boot start before their requests: the same.
void NTAPI IoRegisterBootDriverReinitialization(PDRIVER_OBJECT DriverObject,
                                                PDRIVER_REINITIALIZE DriverReinitializationRoutine, PVOID Context) {
  IoRegisterDriverReinitialization(DriverObject, DriverReinitializationRoutine, Context);
}

// WDK: IoAllocateDriverObjectExtension. STATUS_OBJECT_NAME_COLLISION for an id that is there already. IRQL PASSIVE.
NTSTATUS NTAPI IoAllocateDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress,
                                               ULONG DriverObjectExtensionSize, PVOID *DriverObjectExtension) {
  *DriverObjectExtension = nullptr;
  if (IoGetDriverObjectExtension(DriverObject, ClientIdentificationAddress) != nullptr) {
    return STATUS_OBJECT_NAME_COLLISION;
  }
  auto *entry = static_cast<io::ClientExtension *>(wdm::PoolAllocateZero(
      offsetof(io::ClientExtension, data) + static_cast<size_t>(DriverObjectExtensionSize), io::kTag));
  if (entry == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  entry->id = ClientIdentificationAddress;
  ke::AtDispatch guard;
  PushEntryList(&io::DriverOf(DriverObject)->extensions, &entry->links);
  *DriverObjectExtension = entry->data;
  return STATUS_SUCCESS;
}

// WDK: IoGetDriverObjectExtension. Null when there is none. IRQL <= DISPATCH_LEVEL.
PVOID NTAPI IoGetDriverObjectExtension(PDRIVER_OBJECT DriverObject, PVOID ClientIdentificationAddress) {
  ke::AtDispatch guard;
  for (SINGLE_LIST_ENTRY *entry = io::DriverOf(DriverObject)->extensions.Next; entry != nullptr; entry = entry->Next) {
    auto *extension = CONTAINING_RECORD(entry, io::ClientExtension, links);
    if (extension->id == ClientIdentificationAddress) {
      return extension->data;
    }
  }
  return nullptr;
}

}  // extern "C"
