// IRP_MJ_PNP between the Executive and this host: what is a pointer on NT goes through the request's buffer
// (<wdm/host.h>).

#include "iop.hpp"

#include <wdmp/pool.hpp>
#include <wdmp/resources.hpp>

#include <algorithm>
#include <cstring>

#include "pnp_lists.hpp"

namespace io {
namespace {

PIO_STACK_LOCATION TopLocation(PIRP irp) {
  return reinterpret_cast<PIO_STACK_LOCATION>(irp + 1) + (irp->StackCount - 1);
}

PDEVICE_OBJECT LowestDevice(PDEVICE_OBJECT device) {
  while (PDEVICE_OBJECT below = Extension(device)->attached_to) {
    device = below;
  }
  return device;
}

bool PrepareStart(Incoming &incoming, PIO_STACK_LOCATION location) {
  auto &start = location->Parameters.StartDevice;
  start.AllocatedResources = nullptr;
  start.AllocatedResourcesTranslated = nullptr;
  if (incoming.buffer == nullptr) {
    return true;
  }
  uint32_t lengths[2];
  if (incoming.buffer_length < sizeof(lengths)) {
    return false;
  }
  memcpy(lengths, incoming.buffer, sizeof(lengths));
  if (uint64_t{lengths[0]} + lengths[1] > incoming.buffer_length - sizeof(lengths)) {
    return false;
  }
  auto *lists = static_cast<unsigned char *>(incoming.buffer) + sizeof(lengths);
  if (lengths[0] != 0) {
    start.AllocatedResources = reinterpret_cast<PCM_RESOURCE_LIST>(lists);
  }
  if (lengths[1] != 0) {
    start.AllocatedResourcesTranslated = reinterpret_cast<PCM_RESOURCE_LIST>(lists + lengths[0]);
  }
  // For IoConnectInterruptEx, which is told the device alone.
  return ke::RememberResources(LowestDevice(incoming.device), start.AllocatedResources,
                               start.AllocatedResourcesTranslated);
}

// Copies `length` bytes of a routine's result into the request's buffer and frees the result.
uint32_t Give(Incoming &incoming, void *result, uint32_t length, NTSTATUS &status, uint64_t &information) {
  information = 0;
  if (result == nullptr) {
    return 0;
  }
  if (length == 0 || length > incoming.buffer_length) {
    status = STATUS_BUFFER_TOO_SMALL;
    length = 0;
  } else {
    memcpy(incoming.buffer, result, length);
  }
  ExFreePool(result);
  information = length;
  return length;
}

uint32_t GiveRelations(Incoming &incoming, DEVICE_RELATIONS *relations, NTSTATUS &status, uint64_t &information) {
  information = 0;
  if (relations == nullptr) {
    return 0;
  }
  uint64_t length = sizeof(uint64_t) + uint64_t{relations->Count} * sizeof(host::DeviceRelation);
  bool fits = length <= incoming.buffer_length;
  auto *count = static_cast<uint64_t *>(incoming.buffer);
  if (fits) {
    *count = relations->Count;
  } else {
    status = STATUS_BUFFER_TOO_SMALL;
  }
  auto *out = reinterpret_cast<host::DeviceRelation *>(count + 1);
  for (ULONG i = 0; i < relations->Count; i += 1) {
    PDEVICE_OBJECT device = relations->Objects[i];
    if (fits) {
      out[i] = {.device = DeviceId(device), .cookie = IsProxy(device) ? 0 : CookieOf(device)};
    }
    ObDereferenceObject(device);
  }
  ExFreePool(relations);
  information = fits ? length : 0;
  return fits ? static_cast<uint32_t>(length) : 0;
}

bool IsMultiText(const IO_STACK_LOCATION &location) {
  return location.MinorFunction == IRP_MN_QUERY_ID && (location.Parameters.QueryId.IdType == BusQueryHardwareIDs ||
                                                       location.Parameters.QueryId.IdType == BusQueryCompatibleIDs);
}

}  // namespace

bool PreparePnp(Incoming &incoming, const host::Request &request, NTSTATUS &status) {
  PIO_STACK_LOCATION location = incoming.irp.Tail.Overlay.CurrentStackLocation;
  // The buffer is for the outcome: PnP IRPs have no system buffer.
  incoming.irp.AssociatedIrp.SystemBuffer = nullptr;
  status = STATUS_INVALID_PARAMETER;
  switch (request.minor) {
    case IRP_MN_START_DEVICE:
      return PrepareStart(incoming, location);
    case IRP_MN_QUERY_CAPABILITIES:
      location->Parameters.DeviceCapabilities.Capabilities = static_cast<PDEVICE_CAPABILITIES>(incoming.buffer);
      return incoming.buffer_length >= sizeof(DEVICE_CAPABILITIES);
    case IRP_MN_READ_CONFIG:
    case IRP_MN_WRITE_CONFIG:
      location->Parameters.ReadWriteConfig.Buffer = incoming.buffer;
      return location->Parameters.ReadWriteConfig.Length <= incoming.buffer_length;
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS: {
      auto *given = static_cast<const IO_RESOURCE_REQUIREMENTS_LIST *>(incoming.buffer);
      PIO_RESOURCE_REQUIREMENTS_LIST list = nullptr;
      if (given != nullptr && incoming.buffer_length >= sizeof(*given) && given->ListSize != 0) {
        if (given->ListSize > incoming.buffer_length) {
          return false;
        }
        list = static_cast<PIO_RESOURCE_REQUIREMENTS_LIST>(wdm::PoolAllocate(given->ListSize, kTag));
        if (list == nullptr) {
          status = STATUS_INSUFFICIENT_RESOURCES;
          return false;
        }
        memcpy(list, given, given->ListSize);
      }
      location->Parameters.FilterResourceRequirements.IoResourceRequirementList = list;
      incoming.irp.IoStatus.Information = reinterpret_cast<ULONG_PTR>(list);
      return true;
    }
    default:
      return true;
  }
}

uint32_t FinishPnp(Incoming &incoming, NTSTATUS &status, uint64_t &information) {
  void *result = reinterpret_cast<void *>(static_cast<uintptr_t>(information));
  const IO_STACK_LOCATION *location = TopLocation(&incoming.irp);
  switch (incoming.minor) {
    case IRP_MN_QUERY_ID:
    case IRP_MN_QUERY_DEVICE_TEXT:
      if (!NT_SUCCESS(status)) {
        break;
      }
      return Give(incoming, result,
                  TextLength(static_cast<const WCHAR *>(result), IsMultiText(*location), incoming.buffer_length),
                  status, information);
    case IRP_MN_QUERY_DEVICE_RELATIONS:
      if (!NT_SUCCESS(status)) {
        break;
      }
      return GiveRelations(incoming, static_cast<DEVICE_RELATIONS *>(result), status, information);
    case IRP_MN_QUERY_RESOURCES:
      if (!NT_SUCCESS(status)) {
        break;
      }
      return Give(incoming, result, ResourceListLength(static_cast<const CM_RESOURCE_LIST *>(result)), status,
                  information);
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS:
      // The list is the runtime's own copy when nobody took the request.
      if (!NT_SUCCESS(status)) {
        if (result != nullptr) {
          ExFreePool(result);
        }
        break;
      }
      [[fallthrough]];
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
      if (!NT_SUCCESS(status)) {
        break;
      }
      return Give(incoming, result,
                  result == nullptr ? 0 : static_cast<const IO_RESOURCE_REQUIREMENTS_LIST *>(result)->ListSize, status,
                  information);
    case IRP_MN_QUERY_BUS_INFORMATION:
      if (!NT_SUCCESS(status)) {
        break;
      }
      return Give(incoming, result, sizeof(PNP_BUS_INFORMATION), status, information);
    case IRP_MN_QUERY_CAPABILITIES:
      information = sizeof(DEVICE_CAPABILITIES);
      return sizeof(DEVICE_CAPABILITIES);
    case IRP_MN_READ_CONFIG:
      information = std::min<uint64_t>(information, incoming.buffer_length);
      return NT_SUCCESS(status) ? static_cast<uint32_t>(information) : 0;
    case IRP_MN_WRITE_CONFIG:
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
      return 0;
    default:
      break;
  }
  information = 0;
  return 0;
}

}  // namespace io
