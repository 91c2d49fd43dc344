// IRP_MN_QUERY_INTERFACE on a device of another host: BUS_INTERFACE_STANDARD becomes calls of services, which do not
// wait, since drivers use the interface at DISPATCH_LEVEL (WDK: BUS_INTERFACE_STANDARD).

#include "iop.hpp"

#include <wdm/wdm_services.h>
#include <wdmp/pool.hpp>

#include <cstring>

namespace io {
namespace {

constexpr GUID kBusInterfaceStandard = {0x496B8280, 0x6F25, 0x11D0, {0xBE, 0xAF, 0x08, 0x00, 0x2B, 0xE2, 0x09, 0x2F}};

// What the interface's context points to.
struct BusContext {
  LONG references;
  ULONG bus;
  ULONG slot;
  PDEVICE_OBJECT device;
};

void NTAPI ReferenceInterface(PVOID context) { InterlockedIncrement(&static_cast<BusContext *>(context)->references); }

void NTAPI DereferenceInterface(PVOID context) {
  auto *bus = static_cast<BusContext *>(context);
  if (InterlockedDecrement(&bus->references) == 0) {
    ObDereferenceObject(bus->device);
    wdm::PoolFree(bus);
  }
}

// Bus addresses are physical addresses on the PC.
BOOLEAN NTAPI TranslateAddress(PVOID, PHYSICAL_ADDRESS bus_address, ULONG, PULONG, PPHYSICAL_ADDRESS translated) {
  *translated = bus_address;
  return TRUE;
}

struct _DMA_ADAPTER *NTAPI DmaAdapter(PVOID context, struct _DEVICE_DESCRIPTION *description, PULONG map_registers) {
  return IoGetDmaAdapter(static_cast<BusContext *>(context)->device, description, map_registers);
}

ULONG Access(PVOID context, ULONG type, PVOID buffer, ULONG offset, ULONG length, BOOLEAN write) {
  // 0 is configuration space (PCI_WHICHSPACE_CONFIG); the expansion ROM is not offered.
  auto *bus = static_cast<BusContext *>(context);
  ULONG done = 0;
  if (type != 0 || !NT_SUCCESS(WdmBusData(bus->bus, bus->slot, buffer, offset, length, write, &done))) {
    return 0;
  }
  return done;
}

ULONG NTAPI SetData(PVOID context, ULONG type, PVOID buffer, ULONG offset, ULONG length) {
  return Access(context, type, buffer, offset, length, TRUE);
}

ULONG NTAPI GetData(PVOID context, ULONG type, PVOID buffer, ULONG offset, ULONG length) {
  return Access(context, type, buffer, offset, length, FALSE);
}

bool QueryNumber(uint64_t device, ULONG property, ULONG &value) {
  ULONG length = 0;
  return NT_SUCCESS(WdmQueryDeviceProperty(device, property, &value, sizeof(value), &length)) &&
         length == sizeof(value);
}

}  // namespace

bool AnswerInterface(PDEVICE_OBJECT device, PIO_STACK_LOCATION location, NTSTATUS &status) {
  const auto &query = location->Parameters.QueryInterface;
  if (memcmp(query.InterfaceType, &kBusInterfaceStandard, sizeof(GUID)) != 0 ||
      query.Size < sizeof(BUS_INTERFACE_STANDARD)) {
    return false;
  }
  ULONG bus = 0;
  ULONG address = 0;
  if (!QueryNumber(DeviceId(device), DevicePropertyBusNumber, bus) ||
      !QueryNumber(DeviceId(device), DevicePropertyAddress, address)) {
    return false;
  }
  auto *context = wdm::PoolNew<BusContext>(kTag);
  if (context == nullptr) {
    status = STATUS_INSUFFICIENT_RESOURCES;
    return true;
  }
  context->references = 1;
  context->bus = bus;
  // PCI's address: device << 16 | function; PCI_SLOT_NUMBER: device in bits 0-4, function in bits 5-7.
  context->slot = (address >> 16 & 0x1f) | (address & 7) << 5;
  context->device = device;
  ObReferenceObject(device);
  auto *interface = reinterpret_cast<BUS_INTERFACE_STANDARD *>(query.Interface);
  *interface = {};
  interface->Size = sizeof(BUS_INTERFACE_STANDARD);
  interface->Version = 1;
  interface->Context = context;
  interface->InterfaceReference = ReferenceInterface;
  interface->InterfaceDereference = DereferenceInterface;
  interface->TranslateBusAddress = TranslateAddress;
  interface->GetDmaAdapter = DmaAdapter;
  interface->SetBusData = SetData;
  interface->GetBusData = GetData;
  status = STATUS_SUCCESS;
  return true;
}

}  // namespace io
