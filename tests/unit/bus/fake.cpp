#include "fake.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <set>

namespace fake {

Machine machine;

namespace {

struct World {
  std::set<void *> pool;
  std::map<PDEVICE_OBJECT, long> devices;  // references beside the driver's
  std::map<PDEVICE_OBJECT, PDEVICE_OBJECT> attached;
  std::set<PIRP> pending;
  long remove_locks = 0;
  bool locked = false;
  unsigned fail_after = 0;
  bool failed = false;
};
World world;
DRIVER_OBJECT driver;
DRIVER_EXTENSION extension;
DRIVER_OBJECT other_driver;

[[noreturn]] void Break(const char *rule) {
  std::fprintf(stderr, "driver broke a rule: %s\n", rule);
  std::abort();
}

bool MayAllocate() {
  if (world.fail_after == 0) {
    return true;
  }
  if (world.fail_after == 1) {
    world.failed = true;
    return false;
  }
  world.fail_after -= 1;
  return true;
}

std::vector<std::byte> ListOf(const std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> &resources) {
  std::vector<std::byte> bytes(sizeof(CM_RESOURCE_LIST) + resources.size() * sizeof(resources[0]));
  auto *list = reinterpret_cast<PCM_RESOURCE_LIST>(bytes.data());
  list->Count = 1;
  list->List[0].PartialResourceList.Version = 1;
  list->List[0].PartialResourceList.Revision = 1;
  list->List[0].PartialResourceList.Count = static_cast<ULONG>(resources.size());
  if (!resources.empty()) {
    std::memcpy(list->List[0].PartialResourceList.PartialDescriptors, resources.data(),
                resources.size() * sizeof(resources[0]));
  }
  return bytes;
}

std::u16string TakeText(const Answer &answer) {
  if (!NT_SUCCESS(answer.status) || answer.information == 0) {
    return u"(none)";
  }
  auto *text = reinterpret_cast<const char16_t *>(answer.information);
  // One string, or several up to an empty one.
  std::u16string result(text);
  for (const char16_t *next = text + result.size() + 1; world.pool.size() != 0 && *next != 0 && next[-1] == 0;) {
    const std::u16string piece(next);
    result += u"|" + piece;
    next += piece.size() + 1;
  }
  ExFreePool(reinterpret_cast<void *>(answer.information));
  return result;
}

}  // namespace

void Reset() {
  if (!world.pool.empty() || world.remove_locks != 0 || world.locked || !world.pending.empty()) {
    Break("something was left behind");
  }
  for (const auto &[device, references] : world.devices) {
    if (device->DriverObject == &driver || references != 0) {
      Break("a device or a reference was left behind");
    }
    delete device;
  }
  world = {};
  machine = {};
  driver = {};
  extension = {};
  driver.DriverExtension = &extension;
  other_driver = {};
}

void FailAfter(unsigned count) {
  world.fail_after = count;
  world.failed = false;
}
bool Failed() { return world.failed; }

DRIVER_OBJECT &Driver() { return driver; }

PDEVICE_OBJECT RootDevice() {
  auto *device = new DEVICE_OBJECT{};
  device->DriverObject = &other_driver;
  world.devices[device] = 0;
  return device;
}

std::size_t DeviceCount() { return world.devices.size(); }

PDEVICE_OBJECT Attached(PDEVICE_OBJECT to) {
  for (const auto &[upper, lower] : world.attached) {
    if (lower == to) {
      return upper;
    }
  }
  return nullptr;
}

void Release(PDEVICE_OBJECT device) {
  auto found = world.devices.find(device);
  if (found == world.devices.end() || found->second == 0) {
    Break("a reference that is not there was given up");
  }
  found->second -= 1;
}

Answer Send(PDEVICE_OBJECT device, const IO_STACK_LOCATION &stack, NTSTATUS status, ULONG_PTR information) {
  struct {
    IRP irp;
    IO_STACK_LOCATION locations[4];
  } request{};
  PIRP irp = &request.irp;
  irp->StackCount = 4;
  irp->CurrentLocation = 4;
  irp->Tail.Overlay.CurrentStackLocation = &request.locations[3];
  request.locations[3] = stack;
  request.locations[3].DeviceObject = device;
  irp->IoStatus.Status = status;
  irp->IoStatus.Information = information;
  world.pending.insert(irp);
  const NTSTATUS returned = device->DriverObject->MajorFunction[stack.MajorFunction](device, irp);
  if (world.pending.count(irp) != 0 || returned != irp->IoStatus.Status) {
    Break("the request was not completed with what the routine returned");
  }
  return {irp->IoStatus.Status, irp->IoStatus.Information};
}

Answer Pnp(PDEVICE_OBJECT device, UCHAR minor) {
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = minor;
  return Send(device, stack);
}

std::u16string QueryId(PDEVICE_OBJECT device, BUS_QUERY_ID_TYPE type) {
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = IRP_MN_QUERY_ID;
  stack.Parameters.QueryId.IdType = type;
  const Answer answer = Send(device, stack);
  if (type == BusQueryHardwareIDs || type == BusQueryCompatibleIDs) {
    return TakeText(answer);
  }
  if (!NT_SUCCESS(answer.status)) {
    return u"(none)";
  }
  std::u16string text(reinterpret_cast<const char16_t *>(answer.information));
  ExFreePool(reinterpret_cast<void *>(answer.information));
  return text;
}

std::u16string QueryText(PDEVICE_OBJECT device, DEVICE_TEXT_TYPE type) {
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = IRP_MN_QUERY_DEVICE_TEXT;
  stack.Parameters.QueryDeviceText.DeviceTextType = type;
  const Answer answer = Send(device, stack);
  if (!NT_SUCCESS(answer.status)) {
    return u"(none)";
  }
  std::u16string text(reinterpret_cast<const char16_t *>(answer.information));
  ExFreePool(reinterpret_cast<void *>(answer.information));
  return text;
}

std::vector<PDEVICE_OBJECT> QueryBusRelations(PDEVICE_OBJECT device) {
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = IRP_MN_QUERY_DEVICE_RELATIONS;
  stack.Parameters.QueryDeviceRelations.Type = BusRelations;
  const Answer answer = Send(device, stack);
  std::vector<PDEVICE_OBJECT> result;
  if (!NT_SUCCESS(answer.status) || answer.information == 0) {
    return result;
  }
  auto *relations = reinterpret_cast<PDEVICE_RELATIONS>(answer.information);
  result.assign(relations->Objects, relations->Objects + relations->Count);
  for (PDEVICE_OBJECT object : result) {
    Release(object);
  }
  ExFreePool(relations);
  return result;
}

std::vector<IO_RESOURCE_DESCRIPTOR> QueryRequirements(PDEVICE_OBJECT device) {
  const Answer answer = Pnp(device, IRP_MN_QUERY_RESOURCE_REQUIREMENTS);
  std::vector<IO_RESOURCE_DESCRIPTOR> result;
  if (NT_SUCCESS(answer.status) && answer.information != 0) {
    auto *list = reinterpret_cast<PIO_RESOURCE_REQUIREMENTS_LIST>(answer.information);
    result.assign(list->List[0].Descriptors, list->List[0].Descriptors + list->List[0].Count);
    ExFreePool(list);
  }
  return result;
}

std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> QueryResources(PDEVICE_OBJECT device) {
  const Answer answer = Pnp(device, IRP_MN_QUERY_RESOURCES);
  std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> result;
  if (NT_SUCCESS(answer.status) && answer.information != 0) {
    auto *list = reinterpret_cast<PCM_RESOURCE_LIST>(answer.information);
    const CM_PARTIAL_RESOURCE_LIST &partial = list->List[0].PartialResourceList;
    result.assign(partial.PartialDescriptors, partial.PartialDescriptors + partial.Count);
    ExFreePool(list);
  }
  return result;
}

NTSTATUS Start(PDEVICE_OBJECT device, const std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> &resources) {
  std::vector<std::byte> list = ListOf(resources);
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = IRP_MN_START_DEVICE;
  stack.Parameters.StartDevice.AllocatedResources = reinterpret_cast<PCM_RESOURCE_LIST>(list.data());
  stack.Parameters.StartDevice.AllocatedResourcesTranslated = reinterpret_cast<PCM_RESOURCE_LIST>(list.data());
  return Send(device, stack).status;
}

CM_PARTIAL_RESOURCE_DESCRIPTOR Range(UCHAR type, ULONGLONG start, ULONG length) {
  CM_PARTIAL_RESOURCE_DESCRIPTOR entry{};
  entry.Type = type;
  entry.u.Generic.Start.QuadPart = static_cast<LONGLONG>(start);
  entry.u.Generic.Length = length;
  return entry;
}

CM_PARTIAL_RESOURCE_DESCRIPTOR Buses(ULONG first, ULONG length) {
  CM_PARTIAL_RESOURCE_DESCRIPTOR entry{};
  entry.Type = CmResourceTypeBusNumber;
  entry.u.BusNumber.Start = first;
  entry.u.BusNumber.Length = length;
  return entry;
}

}  // namespace fake

using fake::world;

extern "C" {

PVOID NTAPI ExAllocatePoolWithTag(POOL_TYPE, SIZE_T size, ULONG) {
  if (!fake::MayAllocate()) {
    return nullptr;
  }
  void *memory = std::malloc(size);
  std::memset(memory, 0xCD, size);
  world.pool.insert(memory);
  return memory;
}
VOID NTAPI ExFreePool(PVOID memory) {
  if (world.pool.erase(memory) == 0) {
    fake::Break("pool that is not there was freed");
  }
  std::free(memory);
}

VOID FASTCALL ExAcquireFastMutex(PFAST_MUTEX) {
  if (world.locked) {
    fake::Break("a mutex was taken twice");
  }
  world.locked = true;
}
VOID FASTCALL ExReleaseFastMutex(PFAST_MUTEX) { world.locked = false; }
VOID NTAPI KeInitializeEvent(PRKEVENT, EVENT_TYPE, BOOLEAN) {}
LONG NTAPI KeSetEvent(PRKEVENT, KPRIORITY, BOOLEAN) { return 0; }
NTSTATUS NTAPI KeWaitForSingleObject(PVOID, KWAIT_REASON, KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER) {
  fake::Break("a wait that nobody would end");
}
NTSTATUS NTAPI KeDelayExecutionThread(KPROCESSOR_MODE, BOOLEAN, PLARGE_INTEGER interval) {
  fake::machine.slept += static_cast<unsigned>(-interval->QuadPart / 10'000);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI IoCreateDevice(PDRIVER_OBJECT driver, ULONG extension, PUNICODE_STRING, DEVICE_TYPE, ULONG, BOOLEAN,
                              PDEVICE_OBJECT *device) {
  if (!fake::MayAllocate()) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  *device = new DEVICE_OBJECT{};
  (*device)->DriverObject = driver;
  (*device)->Flags = DO_DEVICE_INITIALIZING;
  (*device)->DeviceExtension = std::calloc(1, extension);
  world.devices[*device] = 0;
  return STATUS_SUCCESS;
}
VOID NTAPI IoDeleteDevice(PDEVICE_OBJECT device) {
  auto found = world.devices.find(device);
  if (found == world.devices.end() || found->second != 0 || world.attached.count(device) != 0) {
    fake::Break("a device was deleted that is in use");
  }
  world.devices.erase(found);
  std::free(device->DeviceExtension);
  delete device;
}
PDEVICE_OBJECT NTAPI IoAttachDeviceToDeviceStack(PDEVICE_OBJECT upper, PDEVICE_OBJECT lower) {
  world.attached[upper] = lower;
  return lower;
}
VOID NTAPI IoDetachDevice(PDEVICE_OBJECT lower) {
  std::erase_if(world.attached, [&](const auto &pair) { return pair.second == lower; });
}
LONG_PTR FASTCALL ObfReferenceObject(PVOID object) {
  return world.devices.at(static_cast<PDEVICE_OBJECT>(object)) += 1;
}
LONG_PTR FASTCALL ObfDereferenceObject(PVOID object) {
  fake::Release(static_cast<PDEVICE_OBJECT>(object));
  return 0;
}

// The device below belongs to somebody else, who agrees; or it is one of ours.
NTSTATUS NTAPI IofCallDriver(PDEVICE_OBJECT device, PIRP irp) {
  irp->CurrentLocation -= 1;
  irp->Tail.Overlay.CurrentStackLocation -= 1;
  PIO_STACK_LOCATION stack = irp->Tail.Overlay.CurrentStackLocation;
  stack->DeviceObject = device;
  if (device->DriverObject == &fake::driver) {
    return fake::driver.MajorFunction[stack->MajorFunction](device, irp);
  }
  if (irp->IoStatus.Status == STATUS_NOT_SUPPORTED && stack->MinorFunction == IRP_MN_START_DEVICE) {
    irp->IoStatus.Status = STATUS_SUCCESS;
  }
  if (stack->MajorFunction == IRP_MJ_POWER) {
    irp->IoStatus.Status = STATUS_SUCCESS;
  }
  const NTSTATUS status = irp->IoStatus.Status;
  IofCompleteRequest(irp, 0);
  return status;
}
NTSTATUS NTAPI PoCallDriver(PDEVICE_OBJECT device, PIRP irp) { return IofCallDriver(device, irp); }
VOID NTAPI PoStartNextPowerIrp(PIRP) {}
POWER_STATE NTAPI PoSetPowerState(PDEVICE_OBJECT, POWER_STATE_TYPE, POWER_STATE state) { return state; }

// Completion routines from the lowest location up.
VOID NTAPI IofCompleteRequest(PIRP irp, CCHAR) {
  while (irp->CurrentLocation < irp->StackCount) {
    PIO_STACK_LOCATION stack = irp->Tail.Overlay.CurrentStackLocation;
    PIO_COMPLETION_ROUTINE routine = stack->CompletionRoutine;
    irp->CurrentLocation += 1;
    irp->Tail.Overlay.CurrentStackLocation += 1;
    if (routine != nullptr && (stack->Control & SL_INVOKE_ON_SUCCESS) != 0) {
      stack->CompletionRoutine = nullptr;
      if (routine(irp->Tail.Overlay.CurrentStackLocation->DeviceObject, irp, stack->Context) ==
          STATUS_MORE_PROCESSING_REQUIRED) {
        return;
      }
    }
  }
  if (world.pending.erase(irp) == 0) {
    fake::Break("a request was completed twice");
  }
}

NTSTATUS NTAPI IoAcquireRemoveLockEx(PIO_REMOVE_LOCK, PVOID, PCSTR, ULONG, ULONG) {
  world.remove_locks += 1;
  return STATUS_SUCCESS;
}
VOID NTAPI IoReleaseRemoveLockEx(PIO_REMOVE_LOCK, PVOID, ULONG) { world.remove_locks -= 1; }
VOID NTAPI IoReleaseRemoveLockAndWaitEx(PIO_REMOVE_LOCK, PVOID, ULONG) {
  world.remove_locks -= 1;
  if (world.remove_locks != 0) {
    fake::Break("a remove lock is still held");
  }
}
VOID NTAPI IoInitializeRemoveLockEx(PIO_REMOVE_LOCK, ULONG, ULONG, ULONG, ULONG) {}

NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT, ULONG, ACCESS_MASK, PHANDLE) {
  return STATUS_OBJECT_NAME_NOT_FOUND;
}
NTSTATUS NTAPI ZwOpenKey(PHANDLE, ACCESS_MASK, POBJECT_ATTRIBUTES) { return STATUS_OBJECT_NAME_NOT_FOUND; }
NTSTATUS NTAPI ZwQueryValueKey(HANDLE, PUNICODE_STRING, KEY_VALUE_INFORMATION_CLASS, PVOID, ULONG, PULONG) {
  return STATUS_OBJECT_NAME_NOT_FOUND;
}
NTSTATUS NTAPI ZwClose(HANDLE) { return STATUS_SUCCESS; }
VOID NTAPI RtlInitUnicodeString(PUNICODE_STRING string, PCWSTR) { *string = {}; }
ULONG DbgPrintEx(ULONG, ULONG, PCSTR, ...) { return 0; }
VOID NTAPI IoInvalidateDeviceRelations(PDEVICE_OBJECT, DEVICE_RELATION_TYPE) { fake::machine.invalidated += 1; }
PDMA_ADAPTER NTAPI IoGetDmaAdapter(PDEVICE_OBJECT, PDEVICE_DESCRIPTION, PULONG) { return nullptr; }

ULONG NTAPI HalGetBusDataByOffset(BUS_DATA_TYPE, ULONG bus, ULONG slot, PVOID buffer, ULONG offset, ULONG length) {
  auto found = fake::machine.functions.find(fake::At(bus, slot & 31, slot >> 5));
  if (found == fake::machine.functions.end()) {
    std::memset(buffer, 0xFF, length < 2 ? length : 2);
    return 2;
  }
  if (offset + length > found->second.Size()) {
    return 0;
  }
  auto *bytes = static_cast<UCHAR *>(buffer);
  if ((length == 2 || length == 4) && offset % length == 0) {
    const std::uint32_t value = found->second.Read(offset, length);
    std::memcpy(buffer, &value, length);
    return length;
  }
  for (ULONG i = 0; i < length; i += 1) {
    bytes[i] = static_cast<UCHAR>(found->second.Read(offset + i, 1));
  }
  return length;
}
ULONG NTAPI HalSetBusDataByOffset(BUS_DATA_TYPE, ULONG bus, ULONG slot, PVOID buffer, ULONG offset, ULONG length) {
  auto found = fake::machine.functions.find(fake::At(bus, slot & 31, slot >> 5));
  if (found == fake::machine.functions.end() || offset + length > found->second.Size()) {
    return 0;
  }
  auto *bytes = static_cast<const UCHAR *>(buffer);
  if ((length == 2 || length == 4) && offset % length == 0) {
    std::uint32_t value = 0;
    std::memcpy(&value, buffer, length);
    found->second.Write(offset, length, value);
    return length;
  }
  for (ULONG i = 0; i < length; i += 1) {
    found->second.Write(offset + i, 1, bytes[i]);
  }
  return length;
}

NTSTATUS NTAPI ZwQuerySystemInformation(SYSTEM_INFORMATION_CLASS information_class, PVOID buffer, ULONG length,
                                        PULONG) {
  if (information_class == SystemBasicInformation) {
    static_cast<SYSTEM_BASIC_INFORMATION *>(buffer)->HighestPhysicalPageNumber = fake::machine.highest_page;
    return STATUS_SUCCESS;
  }
  auto *query = static_cast<SYSTEM_FIRMWARE_TABLE_INFORMATION *>(buffer);
  auto found = fake::machine.tables.find(query->TableID);
  if (information_class != SystemFirmwareTableInformation || query->ProviderSignature != 'ACPI' ||
      found == fake::machine.tables.end()) {
    return STATUS_NOT_FOUND;
  }
  const ULONG room = length - static_cast<ULONG>(FIELD_OFFSET(SYSTEM_FIRMWARE_TABLE_INFORMATION, TableBuffer));
  query->TableBufferLength = static_cast<ULONG>(found->second.size());
  if (room < found->second.size()) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  std::memcpy(query->TableBuffer, found->second.data(), found->second.size());
  return STATUS_SUCCESS;
}

static ULONG ReadPort(ULONG_PTR port) {
  auto found = fake::machine.ports.find(port);
  if (found == fake::machine.ports.end()) {
    fake::Break("a port was read that is not assigned");
  }
  return found->second;
}
static VOID WritePort(ULONG_PTR port, ULONG value) {
  ReadPort(port);
  fake::machine.ports[port] = value;
  fake::machine.writes.emplace_back(port, value);
}
UCHAR NTAPI READ_PORT_UCHAR(PUCHAR port) { return static_cast<UCHAR>(ReadPort(reinterpret_cast<ULONG_PTR>(port))); }
USHORT NTAPI READ_PORT_USHORT(PUSHORT port) { return static_cast<USHORT>(ReadPort(reinterpret_cast<ULONG_PTR>(port))); }
ULONG NTAPI READ_PORT_ULONG(PULONG port) { return ReadPort(reinterpret_cast<ULONG_PTR>(port)); }
VOID NTAPI WRITE_PORT_UCHAR(PUCHAR port, UCHAR value) { WritePort(reinterpret_cast<ULONG_PTR>(port), value); }
VOID NTAPI WRITE_PORT_USHORT(PUSHORT port, USHORT value) { WritePort(reinterpret_cast<ULONG_PTR>(port), value); }
VOID NTAPI WRITE_PORT_ULONG(PULONG port, ULONG value) { WritePort(reinterpret_cast<ULONG_PTR>(port), value); }
UCHAR NTAPI READ_REGISTER_UCHAR(volatile UCHAR *at) { return *at; }
USHORT NTAPI READ_REGISTER_USHORT(volatile USHORT *at) { return *at; }
ULONG NTAPI READ_REGISTER_ULONG(volatile ULONG *at) { return *at; }
VOID NTAPI WRITE_REGISTER_UCHAR(volatile UCHAR *at, UCHAR value) { *at = value; }
VOID NTAPI WRITE_REGISTER_USHORT(volatile USHORT *at, USHORT value) { *at = value; }
VOID NTAPI WRITE_REGISTER_ULONG(volatile ULONG *at, ULONG value) { *at = value; }
PVOID NTAPI MmMapIoSpace(PHYSICAL_ADDRESS, SIZE_T, MEMORY_CACHING_TYPE) { return nullptr; }
VOID NTAPI MmUnmapIoSpace(PVOID, SIZE_T) {}

}  // extern "C"
