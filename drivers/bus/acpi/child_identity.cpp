// Who a device is, for the plug and play manager.

#include "acpi.hpp"

#include <bus/lists.hpp>
#include <pci/ids.hpp>

#include <initguid.h>
#include <wdmguid.h>

namespace acpibus {
namespace {

using Ids = pci::Text<96>;

NTSTATUS Answer(PIRP irp, std::u16string_view text) {
  PWCHAR copy = bus::CopyText(text);
  if (copy == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(copy);
  return STATUS_SUCCESS;
}

// ACPI\id and *id, as NT's driver gives both.
void Add(Ids &ids, std::u16string_view id) {
  ids.Append(u"ACPI\\");
  ids.Append(id);
  ids.Append(u'\0');
  ids.Append(u'*');
  ids.Append(id);
  ids.Append(u'\0');
}

Ids DeviceId(const Child *child) {
  Ids id;
  id.Append(u"ACPI\\");
  id.Append(child->record.hardware_id);
  return id;
}

}  // namespace

NTSTATUS QueryId(const Child *child, BUS_QUERY_ID_TYPE type, PIRP irp) {
  Ids ids;
  switch (type) {
    case BusQueryDeviceID:
      return Answer(irp, DeviceId(child).View());
    case BusQueryHardwareIDs:
      Add(ids, child->record.hardware_id);
      return Answer(irp, ids.View());
    case BusQueryCompatibleIDs:
      if (child->record.compatible_id.empty()) {
        return irp->IoStatus.Status;
      }
      Add(ids, child->record.compatible_id);
      return Answer(irp, ids.View());
    case BusQueryInstanceID:
      ids.AppendDecimal(child->record.unique_id);
      return Answer(irp, ids.View());
    default:
      return irp->IoStatus.Status;
  }
}

NTSTATUS QueryText(const Child *child, DEVICE_TEXT_TYPE type, PIRP irp) {
  return type == DeviceTextDescription ? Answer(irp, child->record.description) : irp->IoStatus.Status;
}

NTSTATUS QueryCapabilities(const Child *child, PDEVICE_CAPABILITIES capabilities) {
  if (capabilities->Version != 1 || capabilities->Size < sizeof(DEVICE_CAPABILITIES)) {
    return STATUS_UNSUCCESSFUL;
  }
  capabilities->LockSupported = FALSE;
  capabilities->EjectSupported = FALSE;
  capabilities->Removable = FALSE;
  capabilities->UniqueID = TRUE;
  capabilities->RawDeviceOK = FALSE;
  capabilities->SurpriseRemovalOK = FALSE;
  capabilities->HardwareDisabled = FALSE;
  capabilities->Address = child->record.unique_id;
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

NTSTATUS QueryBusInformation(PIRP irp) {
  auto *information =
      static_cast<PPNP_BUS_INFORMATION>(ExAllocatePoolWithTag(PagedPool, sizeof(PNP_BUS_INFORMATION), bus::kListTag));
  if (information == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  information->BusTypeGuid = GUID_ACPI_INTERFACE_STANDARD;
  information->LegacyBusType = ACPIBus;
  information->BusNumber = 0;
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(information);
  return STATUS_SUCCESS;
}

}  // namespace acpibus
