// IRP_MJ_PNP that this host sends to a device of another host: the counterpart of pnp.cpp.

#include "iop.hpp"

#include <wdm/wdm_services.h>
#include <wdmp/pool.hpp>

#include <algorithm>
#include <cstring>

#include "pnp_lists.hpp"

namespace io {
namespace {

// What the filtering starts from: what drivers above made of it, or the original.
const IO_RESOURCE_REQUIREMENTS_LIST *FilteredList(PIRP irp, const IO_STACK_LOCATION &location) {
  auto *list = reinterpret_cast<const IO_RESOURCE_REQUIREMENTS_LIST *>(irp->IoStatus.Information);
  return list != nullptr ? list : location.Parameters.FilterResourceRequirements.IoResourceRequirementList;
}

// Pool memory with a copy, or null.
void *Copy(const void *from, uint64_t length, uint32_t limit) {
  if (length == 0 || length > limit) {
    return nullptr;
  }
  void *copy = wdm::PoolAllocate(static_cast<size_t>(length), kTag);
  if (copy != nullptr) {
    memcpy(copy, from, static_cast<size_t>(length));
  }
  return copy;
}

// The relations that the answer names, behind those that drivers above put there.
void TakeRelations(PIRP irp, const uint8_t *buffer, uint32_t length, NTSTATUS status) {
  uint64_t count = 0;
  if (length >= sizeof(count)) {
    memcpy(&count, buffer, sizeof(count));
  }
  count = std::min<uint64_t>(count, (length - sizeof(count)) / sizeof(host::DeviceRelation));
  auto *old = reinterpret_cast<DEVICE_RELATIONS *>(irp->IoStatus.Information);
  uint64_t old_count = old == nullptr ? 0 : old->Count;
  auto *relations = static_cast<DEVICE_RELATIONS *>(wdm::PoolAllocateZero(
      sizeof(DEVICE_RELATIONS) + static_cast<size_t>(count + old_count) * sizeof(PDEVICE_OBJECT), kTag));
  if (relations == nullptr) {
    irp->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
    return;
  }
  for (ULONG i = 0; i < old_count; i += 1) {
    relations->Objects[relations->Count++] = old->Objects[i];
  }
  auto *named = reinterpret_cast<const host::DeviceRelation *>(buffer + sizeof(count));
  for (uint64_t i = 0; i < count; i += 1) {
    PDEVICE_OBJECT device = MakeProxy(named[i].device, {.device_type = FILE_DEVICE_UNKNOWN,
                                                        .characteristics = 0,
                                                        .flags = 0,
                                                        .stack_size = 1,
                                                        .alignment = 0,
                                                        .sector_size = 0});
    if (device != nullptr) {
      ObReferenceObject(device);
      relations->Objects[relations->Count++] = device;
    }
  }
  if (old != nullptr) {
    ExFreePool(old);
  }
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(relations);
  irp->IoStatus.Status = status;
}

}  // namespace

uint32_t RemotePnpLength(PIRP irp) {
  const IO_STACK_LOCATION &location = *IoGetCurrentIrpStackLocation(irp);
  switch (location.MinorFunction) {
    case IRP_MN_START_DEVICE:
      return static_cast<uint32_t>(2 * sizeof(uint32_t)) +
             ResourceListLength(location.Parameters.StartDevice.AllocatedResources) +
             ResourceListLength(location.Parameters.StartDevice.AllocatedResourcesTranslated);
    case IRP_MN_QUERY_ID:
    case IRP_MN_QUERY_DEVICE_TEXT:
    case IRP_MN_QUERY_DEVICE_RELATIONS:
    case IRP_MN_QUERY_RESOURCES:
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
      return host::kPnpBuffer;
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS: {
      auto *list = FilteredList(irp, location);
      return std::max<uint32_t>(host::kPnpBuffer, list == nullptr ? 0 : list->ListSize);
    }
    case IRP_MN_QUERY_CAPABILITIES:
      return sizeof(DEVICE_CAPABILITIES);
    case IRP_MN_QUERY_BUS_INFORMATION:
      return sizeof(PNP_BUS_INFORMATION);
    case IRP_MN_READ_CONFIG:
    case IRP_MN_WRITE_CONFIG:
      return location.Parameters.ReadWriteConfig.Length;
    default:
      return 0;
  }
}

void PackRemotePnp(PIRP irp, uint8_t *buffer, uint32_t length) {
  const IO_STACK_LOCATION &location = *IoGetCurrentIrpStackLocation(irp);
  memset(buffer, 0, length);
  switch (location.MinorFunction) {
    case IRP_MN_START_DEVICE: {
      const auto &start = location.Parameters.StartDevice;
      const uint32_t lengths[2] = {ResourceListLength(start.AllocatedResources),
                                   ResourceListLength(start.AllocatedResourcesTranslated)};
      memcpy(buffer, lengths, sizeof(lengths));
      memcpy(buffer + sizeof(lengths), start.AllocatedResources, lengths[0]);
      memcpy(buffer + sizeof(lengths) + lengths[0], start.AllocatedResourcesTranslated, lengths[1]);
      break;
    }
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS: {
      auto *list = FilteredList(irp, location);
      if (list != nullptr) {
        memcpy(buffer, list, list->ListSize);
      }
      break;
    }
    case IRP_MN_QUERY_CAPABILITIES:
      memcpy(buffer, location.Parameters.DeviceCapabilities.Capabilities, sizeof(DEVICE_CAPABILITIES));
      break;
    case IRP_MN_WRITE_CONFIG:
      memcpy(buffer, location.Parameters.ReadWriteConfig.Buffer, length);
      break;
    default:
      break;
  }
}

void UnpackRemotePnp(PIRP irp, const uint8_t *buffer, uint32_t length, NTSTATUS status, uint64_t information) {
  if (status == STATUS_NOT_SUPPORTED) {
    // Nobody there took the request: what the drivers above made of it stays.
    return;
  }
  const IO_STACK_LOCATION &location = *IoGetCurrentIrpStackLocation(irp);
  if (!NT_SUCCESS(status)) {
    irp->IoStatus.Status = status;
    return;
  }
  switch (location.MinorFunction) {
    case IRP_MN_QUERY_DEVICE_RELATIONS:
      TakeRelations(irp, buffer, static_cast<uint32_t>(std::min<uint64_t>(information, length)), status);
      return;
    case IRP_MN_FILTER_RESOURCE_REQUIREMENTS:
    case IRP_MN_QUERY_ID:
    case IRP_MN_QUERY_DEVICE_TEXT:
    case IRP_MN_QUERY_RESOURCES:
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
    case IRP_MN_QUERY_BUS_INFORMATION: {
      void *copy = Copy(buffer, information, length);
      if (copy == nullptr && information != 0) {
        irp->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
        return;
      }
      // Who replaces the list frees the old one.
      if (location.MinorFunction == IRP_MN_FILTER_RESOURCE_REQUIREMENTS && irp->IoStatus.Information != 0) {
        ExFreePool(reinterpret_cast<void *>(irp->IoStatus.Information));
      }
      irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(copy);
      break;
    }
    case IRP_MN_QUERY_CAPABILITIES:
      memcpy(location.Parameters.DeviceCapabilities.Capabilities, buffer, sizeof(DEVICE_CAPABILITIES));
      break;
    case IRP_MN_READ_CONFIG:
      memcpy(location.Parameters.ReadWriteConfig.Buffer, buffer, std::min<uint64_t>(information, length));
      irp->IoStatus.Information = static_cast<ULONG_PTR>(information);
      break;
    case IRP_MN_WRITE_CONFIG:
    case IRP_MN_QUERY_PNP_DEVICE_STATE:
      irp->IoStatus.Information = static_cast<ULONG_PTR>(information);
      break;
    default:
      break;
  }
  irp->IoStatus.Status = status;
}

}  // namespace io
