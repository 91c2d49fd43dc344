// What a device has: exactly what its record says, as a boot configuration and as requirements.

#include "acpi.hpp"

#include <bus/lists.hpp>

namespace acpibus {
namespace {

constexpr USHORT kPortFlags = CM_RESOURCE_PORT_16_BIT_DECODE;
constexpr USHORT kPortWindowFlags = CM_RESOURCE_PORT_16_BIT_DECODE | CM_RESOURCE_PORT_WINDOW_DECODE;
constexpr UCHAR kExclusive = CmResourceShareDeviceExclusive;

void Add(bus::ResourceList<DeviceRecord::kRoom> &list, const Resource &resource) {
  switch (resource.kind) {
    case Resource::Kind::kPorts:
      list.AddPort(resource.first, resource.last, kExclusive, kPortFlags);
      break;
    case Resource::Kind::kPortWindow:
      list.AddPort(resource.first, resource.last, kExclusive, kPortWindowFlags);
      break;
    case Resource::Kind::kMemory:
      list.AddMemory(resource.first, resource.last, kExclusive, CM_RESOURCE_MEMORY_READ_WRITE);
      break;
    case Resource::Kind::kMemoryWindow:
      list.AddMemory(resource.first, resource.last, kExclusive, CM_RESOURCE_MEMORY_WINDOW_DECODE);
      break;
    case Resource::Kind::kInterrupt:
      list.AddInterrupt(static_cast<ULONG>(resource.first), kExclusive, CM_RESOURCE_INTERRUPT_LATCHED);
      break;
    case Resource::Kind::kDma:
      list.AddDma(static_cast<ULONG>(resource.first));
      break;
    case Resource::Kind::kBuses:
      list.AddBuses(static_cast<ULONG>(resource.first), static_cast<ULONG>(resource.last));
      break;
  }
}

void Require(bus::RequirementsList<DeviceRecord::kRoom> &list, const Resource &resource) {
  const bus::Placement at = bus::Placement::Exactly(resource.first, resource.last);
  switch (resource.kind) {
    case Resource::Kind::kPorts:
      list.AddPort(0, at, kExclusive, kPortFlags);
      break;
    case Resource::Kind::kPortWindow:
      list.AddPort(0, at, kExclusive, kPortWindowFlags);
      break;
    case Resource::Kind::kMemory:
      list.AddMemory(0, at, kExclusive, CM_RESOURCE_MEMORY_READ_WRITE);
      break;
    case Resource::Kind::kMemoryWindow:
      list.AddMemory(0, at, kExclusive, CM_RESOURCE_MEMORY_WINDOW_DECODE);
      break;
    case Resource::Kind::kInterrupt:
      // The interrupt of the ISA bus; where it arrives is the interrupt arbiter's knowledge (MADT).
      list.AddInterrupt(0, static_cast<ULONG>(resource.first), kExclusive, CM_RESOURCE_INTERRUPT_LATCHED);
      break;
    case Resource::Kind::kDma:
      list.AddDma(0, static_cast<ULONG>(resource.first));
      break;
    case Resource::Kind::kBuses:
      list.AddBuses(0, static_cast<ULONG>(resource.first), static_cast<ULONG>(resource.last));
      break;
  }
}

NTSTATUS Answer(PIRP irp, void *list) {
  if (list == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  irp->IoStatus.Information = reinterpret_cast<ULONG_PTR>(list);
  return STATUS_SUCCESS;
}

}  // namespace

NTSTATUS QueryResources(const Child *child, PIRP irp) {
  bus::ResourceList<DeviceRecord::kRoom> list;
  for (std::size_t i = 0; i < child->record.count; i += 1) {
    Add(list, child->record.resources[i]);
  }
  return list.Empty() ? STATUS_SUCCESS : Answer(irp, list.Copy(ACPIBus, 0));
}

NTSTATUS QueryRequirements(const Child *child, PIRP irp) {
  bus::RequirementsList<DeviceRecord::kRoom> list;
  for (std::size_t i = 0; i < child->record.count; i += 1) {
    Require(list, child->record.resources[i]);
  }
  return list.Empty() ? STATUS_SUCCESS : Answer(irp, list.Copy(ACPIBus, 0, 0));
}

}  // namespace acpibus
