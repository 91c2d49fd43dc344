// Device objects: creation, deletion, cookies, proxies, what the Executive must know of them.

#include "iop.hpp"

#include <wdm/wdm_services.h>
#include <wdmp/ioobject.hpp>
#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>
#include <wdmp/resources.hpp>

#include <algorithm>

namespace io {
namespace {

LIST_ENTRY all_devices = {&all_devices, &all_devices};

// A cookie is a slot's index and its generation: the Executive may still name a device that has just gone.
struct Slot {
  PDEVICE_OBJECT device;
  uint32_t generation;
};
Slot *slots;
uint32_t slot_count;

bool GrowSlots() {
  uint32_t count = slot_count == 0 ? 32 : slot_count * 2;
  auto *grown = static_cast<Slot *>(wdm::PoolAllocateZero(count * sizeof(Slot), kTag));
  if (grown == nullptr) {
    return false;
  }
  std::copy_n(slots, slot_count, grown);
  Slot *old = slots;
  slots = grown;
  slot_count = count;
  if (old != nullptr) {
    wdm::PoolFree(old);
  }
  return true;
}

bool TakeSlot(PDEVICE_OBJECT device) {
  ke::AtDispatch guard;
  uint32_t index = 0;
  while (index < slot_count && slots[index].device != nullptr) {
    index += 1;
  }
  if (index == slot_count && !GrowSlots()) {
    return false;
  }
  slots[index].device = device;
  slots[index].generation += 1;
  Extension(device)->slot = index;
  return true;
}

void GiveSlotBack(PDEVICE_OBJECT device) {
  ke::AtDispatch guard;
  slots[Extension(device)->slot].device = nullptr;
}

USHORT SectorSize(DEVICE_TYPE type) {
  switch (type) {
    case FILE_DEVICE_DISK:
    case FILE_DEVICE_VIRTUAL_DISK:
      return 512;
    case FILE_DEVICE_CD_ROM:
      return 2048;
    default:
      return 0;
  }
}

bool HasVpb(DEVICE_TYPE type) {
  return type == FILE_DEVICE_DISK || type == FILE_DEVICE_TAPE || type == FILE_DEVICE_CD_ROM ||
         type == FILE_DEVICE_VIRTUAL_DISK;
}

WDM_DEVICE_STATE StateOf(const DEVICE_OBJECT &device) {
  return {.Flags = device.Flags,
          .StackSize = static_cast<uint32_t>(device.StackSize),
          .Alignment = device.AlignmentRequirement,
          .DeviceType = device.DeviceType,
          .Characteristics = device.Characteristics,
          .SectorSize = device.SectorSize};
}

bool Same(const WDM_DEVICE_STATE &a, const WDM_DEVICE_STATE &b) {
  return a.Flags == b.Flags && a.StackSize == b.StackSize && a.Alignment == b.Alignment &&
         a.DeviceType == b.DeviceType && a.Characteristics == b.Characteristics && a.SectorSize == b.SectorSize;
}

// The object with its two extensions; neither in a list nor known to the Executive yet.
PDEVICE_OBJECT NewDevice(ULONG extension_size, DEVICE_TYPE type, ULONG characteristics) {
  size_t extension_room = (static_cast<size_t>(extension_size) + 15) & ~size_t{15};
  size_t object_room = (sizeof(DEVICE_OBJECT) + 15) & ~size_t{15};
  auto *device = static_cast<PDEVICE_OBJECT>(
      CreateObject(object_room + extension_room + sizeof(DeviceExtension), *IoDeviceObjectType));
  if (device == nullptr) {
    return nullptr;
  }
  auto *bytes = reinterpret_cast<unsigned char *>(device);
  auto *extension = reinterpret_cast<DeviceExtension *>(bytes + object_room + extension_room);
  device->Type = IO_TYPE_DEVICE;
  device->Size = static_cast<USHORT>(std::min<size_t>(sizeof(DEVICE_OBJECT) + extension_size, 0xffff));
  device->DeviceExtension = extension_size == 0 ? nullptr : bytes + object_room;
  device->DeviceObjectExtension = reinterpret_cast<PDEVOBJ_EXTENSION>(extension);
  device->DeviceType = type;
  device->Characteristics = characteristics;
  device->StackSize = 1;
  device->SectorSize = SectorSize(type);
  KeInitializeDeviceQueue(&device->DeviceQueue);
  KeInitializeEvent(&device->DeviceLock, SynchronizationEvent, TRUE);
  extension->type = IO_TYPE_DEVICE_OBJECT_EXTENSION;
  extension->size = sizeof(DeviceExtension);
  extension->device = device;
  InitializeListHead(&extension->all);
  return device;
}

// The driver is done with the device and nobody has it open: off the driver's list; memory goes with the references.
void Destroy(PDEVICE_OBJECT device) {
  {
    ke::AtDispatch guard;
    RemoveEntryList(&Extension(device)->all);
    InitializeListHead(&Extension(device)->all);
    if (device->DriverObject != nullptr) {
      PDEVICE_OBJECT *link = &device->DriverObject->DeviceObject;
      while (*link != nullptr && *link != device) {
        link = &(*link)->NextDevice;
      }
      if (*link != nullptr) {
        *link = device->NextDevice;
      }
    }
  }
  ke::RememberResources(device, nullptr, nullptr);
  GiveSlotBack(device);
  ObDereferenceObject(device);
}

NTSTATUS MakeVpb(PDEVICE_OBJECT device) {
  auto *vpb = wdm::PoolNew<VPB>(wdm::PoolTag("Vpb "));
  if (vpb == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  vpb->Type = IO_TYPE_VPB;
  vpb->Size = sizeof(VPB);
  vpb->RealDevice = device;
  device->Vpb = vpb;
  return STATUS_SUCCESS;
}

NTSTATUS Register(PDEVICE_OBJECT device, PUNICODE_STRING name) {
  WDM_DEVICE_STATE state = StateOf(*device);
  WDM_DEVICE_CREATE create = {.Driver = DriverCookie(device->DriverObject),
                              .Cookie = CookieOf(device),
                              .DeviceType = state.DeviceType,
                              .Characteristics = state.Characteristics,
                              .Flags = state.Flags,
                              .StackSize = state.StackSize,
                              .Exclusive = (device->Flags & DO_EXCLUSIVE) != 0,
                              .Alignment = state.Alignment};
  ULONGLONG id = 0;
  NTSTATUS status = WdmCreateDevice(&create, name, &id);
  Extension(device)->id = id;
  Extension(device)->told = state;
  return status;
}

}  // namespace

PDEVICE_OBJECT DeviceOfCookie(uint64_t cookie) {
  auto index = static_cast<uint32_t>(cookie) - 1;
  if (index >= slot_count || slots[index].generation != cookie >> 32) {
    return nullptr;
  }
  return slots[index].device;
}

uint64_t CookieOf(PDEVICE_OBJECT device) {
  uint32_t index = Extension(device)->slot;
  return uint64_t{slots[index].generation} << 32 | (index + 1);
}

bool IsDeleted(PDEVICE_OBJECT device) { return (Extension(device)->extension_flags & kDeletePending) != 0; }

PDEVICE_OBJECT FindDevice(uint64_t id) {
  ke::AtDispatch guard;
  for (LIST_ENTRY *entry = all_devices.Flink; entry != &all_devices; entry = entry->Flink) {
    auto *extension = CONTAINING_RECORD(entry, DeviceExtension, all);
    if (extension->id == id) {
      return extension->device;
    }
  }
  return nullptr;
}

PDEVICE_OBJECT MakeProxy(uint64_t id, const host::DeviceDescription &description) {
  PDEVICE_OBJECT device = FindDevice(id);
  if (device != nullptr) {
    return device;
  }
  device = NewDevice(0, description.device_type, description.characteristics);
  if (device == nullptr) {
    return nullptr;
  }
  DeviceExtension *extension = Extension(device);
  extension->proxy = true;
  extension->id = id;
  device->Flags = description.flags;
  device->StackSize = static_cast<CCHAR>(std::clamp<uint32_t>(description.stack_size, 1, 100));
  device->AlignmentRequirement = description.alignment;
  device->SectorSize = static_cast<USHORT>(description.sector_size);
  device->DriverObject = ProxyDriver();
  if (!TakeSlot(device)) {
    ObDereferenceObject(device);
    return nullptr;
  }
  ke::AtDispatch guard;
  InsertTailList(&all_devices, &extension->all);
  return device;
}

void ForgetDevice(uint64_t id) {
  PDEVICE_OBJECT device = FindDevice(id);
  if (device != nullptr && IsProxy(device)) {
    Extension(device)->extension_flags |= kDeletePending;
    Destroy(device);
  }
}

void PushDevices() {
  ke::AtDispatch guard;
  for (LIST_ENTRY *entry = all_devices.Flink; entry != &all_devices; entry = entry->Flink) {
    auto *extension = CONTAINING_RECORD(entry, DeviceExtension, all);
    if (extension->proxy || (extension->extension_flags & kDeletePending) != 0) {
      continue;
    }
    WDM_DEVICE_STATE state = StateOf(*extension->device);
    if (!Same(state, extension->told)) {
      extension->told = state;
      WdmUpdateDevice(extension->id, &state);
    }
  }
}

void ReferenceOpen(PDEVICE_OBJECT device) { InterlockedIncrement(&device->ReferenceCount); }

void DereferenceOpen(PDEVICE_OBJECT device) {
  if (InterlockedDecrement(&device->ReferenceCount) == 0 && IsDeleted(device)) {
    Destroy(device);
  }
}

}  // namespace io

extern "C" {

// WDK: IoCreateDevice. STATUS_INSUFFICIENT_RESOURCES, STATUS_OBJECT_NAME_EXISTS, STATUS_OBJECT_NAME_COLLISION, ...
// IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize, PUNICODE_STRING DeviceName,
                              DEVICE_TYPE DeviceType, ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                              PDEVICE_OBJECT *DeviceObject) {
  *DeviceObject = nullptr;
  bool generated = (DeviceCharacteristics & FILE_AUTOGENERATED_DEVICE_NAME) != 0;
  if (DeviceName != nullptr && DeviceName->Length == 0) {
    DeviceName = nullptr;
  }
  PDEVICE_OBJECT device = io::NewDevice(DeviceExtensionSize, DeviceType, DeviceCharacteristics);
  if (device == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  device->DriverObject = DriverObject;
  device->Flags = DO_DEVICE_INITIALIZING;
  if (Exclusive) {
    device->Flags |= DO_EXCLUSIVE;
  }
  if (DeviceName != nullptr || generated) {
    device->Flags |= DO_DEVICE_HAS_NAME;
  }
  NTSTATUS status = io::HasVpb(DeviceType) ? io::MakeVpb(device) : STATUS_SUCCESS;
  if (NT_SUCCESS(status)) {
    status = io::TakeSlot(device) ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
  }
  if (!NT_SUCCESS(status)) {
    ObDereferenceObject(device);
    return status;
  }
  // With FILE_AUTOGENERATED_DEVICE_NAME the Executive makes the name.
  status = io::Register(device, generated ? nullptr : DeviceName);
  if (!NT_SUCCESS(status)) {
    io::GiveSlotBack(device);
    ObDereferenceObject(device);
    return status;
  }
  {
    ke::AtDispatch guard;
    InsertTailList(&io::all_devices, &io::Extension(device)->all);
    device->NextDevice = DriverObject->DeviceObject;
    DriverObject->DeviceObject = device;
  }
  *DeviceObject = device;
  return STATUS_SUCCESS;
}

// WDK: IoDeleteDevice. The object stays until the last file on it is closed. IRQL PASSIVE_LEVEL.
void NTAPI IoDeleteDevice(PDEVICE_OBJECT DeviceObject) {
  if (io::IsDeleted(DeviceObject) || io::IsProxy(DeviceObject)) {
    KeBugCheckEx(DRIVER_VERIFIER_IOMANAGER_VIOLATION, 0x3, reinterpret_cast<ULONG_PTR>(DeviceObject), 0, 0);
  }
  io::Extension(DeviceObject)->extension_flags |= io::kDeletePending;
  WdmDeleteDevice(io::DeviceId(DeviceObject));
  if (DeviceObject->ReferenceCount == 0) {
    io::Destroy(DeviceObject);
  }
}

}  // extern "C"
