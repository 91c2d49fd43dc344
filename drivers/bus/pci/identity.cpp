// Who a function is, for the plug and play manager.

#include "pci.hpp"

#include <bus/lists.hpp>
#include <pci/ids.hpp>

#include <initguid.h>
#include <wdmguid.h>

namespace pcibus {
namespace {

// Device and function, then those of the bridges above: unique below the root (and so UniqueID is not set).
pci::Text<64> InstanceId(const Function *function) {
  pci::Text<64> id;
  for (const Function *at = function; at != nullptr; at = at->bus->bridge) {
    id.AppendHex(static_cast<std::uint32_t>(at->device << 3 | at->function), 2);
  }
  return id;
}

pci::Text<64> Location(const Function *function) {
  pci::Text<64> text;
  text.Append(u"PCI bus ");
  text.AppendDecimal(function->bus->number);
  text.Append(u", device ");
  text.AppendDecimal(function->device);
  text.Append(u", function ");
  text.AppendDecimal(function->function);
  return text;
}

NTSTATUS Answer(PIRP irp, PWCHAR text) {
  if (text == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(text);
  return STATUS_SUCCESS;
}

}  // namespace

NTSTATUS QueryId(const Function *function, BUS_QUERY_ID_TYPE type, PIRP irp) {
  switch (type) {
    case BusQueryDeviceID:
      return Answer(irp, bus::CopyText(pci::DeviceId(function->identity).View()));
    case BusQueryHardwareIDs:
      return Answer(irp, bus::CopyText(pci::HardwareIds(function->identity).View()));
    case BusQueryCompatibleIDs:
      return Answer(irp, bus::CopyText(pci::CompatibleIds(function->identity).View()));
    case BusQueryInstanceID:
      return Answer(irp, bus::CopyText(InstanceId(function).View()));
    default:
      return irp->IoStatus.Status;
  }
}

NTSTATUS QueryText(const Function *function, DEVICE_TEXT_TYPE type, PIRP irp) {
  switch (type) {
    case DeviceTextDescription:
      return Answer(irp, bus::CopyText(pci::ClassName(function->identity)));
    case DeviceTextLocationInformation:
      return Answer(irp, bus::CopyText(Location(function).View()));
    default:
      return irp->IoStatus.Status;
  }
}

NTSTATUS QueryCapabilities(Function *function, PDEVICE_CAPABILITIES capabilities) {
  if (capabilities->Version != 1 || capabilities->Size < sizeof(DEVICE_CAPABILITIES)) {
    return STATUS_UNSUCCESSFUL;
  }
  HalConfig config = function->Config();
  const std::uint8_t extra = pci::ExtraPowerStates(config);
  capabilities->DeviceD1 = (extra & 1) != 0;
  capabilities->DeviceD2 = (extra & 2) != 0;
  capabilities->LockSupported = FALSE;
  capabilities->EjectSupported = FALSE;
  capabilities->Removable = FALSE;
  capabilities->UniqueID = FALSE;
  capabilities->RawDeviceOK = FALSE;
  capabilities->SurpriseRemovalOK = FALSE;
  capabilities->HardwareDisabled = FALSE;
  capabilities->Address = ULONG{function->device} << 16 | function->function;
  capabilities->UINumber = MAXULONG;
  for (DEVICE_POWER_STATE &state : capabilities->DeviceState) {
    state = PowerDeviceD3;
  }
  capabilities->DeviceState[PowerSystemUnspecified] = PowerDeviceUnspecified;
  capabilities->DeviceState[PowerSystemWorking] = PowerDeviceD0;
  capabilities->SystemWake = PowerSystemUnspecified;
  capabilities->DeviceWake = PowerDeviceUnspecified;
  return STATUS_SUCCESS;
}

NTSTATUS QueryBusInformation(const Function *function, PIRP irp) {
  auto *information =
      static_cast<PPNP_BUS_INFORMATION>(ExAllocatePoolWithTag(PagedPool, sizeof(PNP_BUS_INFORMATION), bus::kListTag));
  if (information == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  information->BusTypeGuid = GUID_BUS_TYPE_PCI;
  information->LegacyBusType = PCIBus;
  information->BusNumber = function->bus->number;
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(information);
  return STATUS_SUCCESS;
}

}  // namespace pcibus
