#include "resource_lists.hpp"

#include <rtl/checked.hpp>

#include <algorithm>
#include <bit>
#include <cstring>

namespace pnp {
namespace {

template <typename T>
bool Read(std::span<const std::byte> bytes, std::size_t offset, T &value) {
  if (!RangeInside(offset, sizeof(T), bytes.size())) {
    return false;
  }
  std::memcpy(&value, bytes.data() + offset, sizeof(T));
  return true;
}

std::uint64_t Unsigned(LONGLONG address) { return static_cast<std::uint64_t>(address); }

// Lengths of large memory are counted in units of 2^8, 2^16 or 2^32 bytes (WDK, RtlIoDecodeMemIoResource).
unsigned LargeShift(std::uint16_t flags) {
  switch (flags & CM_RESOURCE_MEMORY_LARGE) {
    case CM_RESOURCE_MEMORY_LARGE_40:
      return 8;
    case CM_RESOURCE_MEMORY_LARGE_48:
      return 16;
    case CM_RESOURCE_MEMORY_LARGE_64:
      return 32;
    default:
      return 0;
  }
}

// Whether somebody could ever satisfy it; fills in the alignment that 0 stands for.
bool Sound(Requirement &requirement) {
  if (requirement.minimum > requirement.maximum) {
    return false;
  }
  switch (requirement.type) {
    case CmResourceTypePort:
    case CmResourceTypeMemory:
    case CmResourceTypeMemoryLarge:
    case CmResourceTypeBusNumber:
      requirement.alignment = std::max<std::uint64_t>(requirement.alignment, 1);
      return requirement.length != 0 && std::has_single_bit(requirement.alignment) &&
             requirement.length - 1 <= requirement.maximum - requirement.minimum;
    case CmResourceTypeDeviceSpecific:
      return false;  // data of a resource list, which nobody can require; what follows them would be misread
    default:
      return true;
  }
}

Result<Requirement> Convert(const IO_RESOURCE_DESCRIPTOR &from) {
  Requirement to;
  to.option = from.Option;
  to.type = from.Type;
  to.share = from.ShareDisposition;
  to.flags = from.Flags;
  switch (from.Type) {
    case CmResourceTypePort:
    case CmResourceTypeMemory:
    case CmResourceTypeMemoryLarge: {
      const unsigned shift = from.Type == CmResourceTypeMemoryLarge ? LargeShift(from.Flags) : 0;
      to.length = std::uint64_t{from.u.Generic.Length} << shift;
      to.alignment = std::uint64_t{from.u.Generic.Alignment} << shift;
      to.minimum = Unsigned(from.u.Generic.MinimumAddress.QuadPart);
      to.maximum = Unsigned(from.u.Generic.MaximumAddress.QuadPart);
      break;
    }
    case CmResourceTypeInterrupt:
      to.minimum = from.u.Interrupt.MinimumVector;
      to.maximum = from.u.Interrupt.MaximumVector;
      break;
    case CmResourceTypeDma:
      to.minimum = from.u.Dma.MinimumChannel;
      to.maximum = from.u.Dma.MaximumChannel;
      break;
    case CmResourceTypeBusNumber:
      to.length = from.u.BusNumber.Length;
      to.minimum = from.u.BusNumber.MinBusNumber;
      to.maximum = from.u.BusNumber.MaxBusNumber;
      break;
    default:
      std::copy_n(from.u.DevicePrivate.Data, 3, to.data);
      break;
  }
  if (!Sound(to)) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return to;
}

Resource Convert(const CM_PARTIAL_RESOURCE_DESCRIPTOR &from) {
  Resource to;
  to.type = from.Type;
  to.share = from.ShareDisposition;
  to.flags = from.Flags;
  switch (from.Type) {
    case CmResourceTypePort:
    case CmResourceTypeMemory:
      to.start = Unsigned(from.u.Generic.Start.QuadPart);
      to.length = from.u.Generic.Length;
      break;
    case CmResourceTypeMemoryLarge:
      to.start = Unsigned(from.u.Generic.Start.QuadPart);
      to.length = std::uint64_t{from.u.Generic.Length} << LargeShift(from.Flags);
      break;
    case CmResourceTypeInterrupt:
      if ((from.Flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0) {
        to.message_count = from.u.MessageInterrupt.Raw.MessageCount;
        to.start = from.u.MessageInterrupt.Raw.Vector;
      } else {
        to.level = from.u.Interrupt.Level;
        to.start = from.u.Interrupt.Vector;
      }
      break;
    case CmResourceTypeDma:
      to.start = from.u.Dma.Channel;
      to.length = 1;
      break;
    case CmResourceTypeBusNumber:
      to.start = from.u.BusNumber.Start;
      to.length = from.u.BusNumber.Length;
      break;
    default:
      std::copy_n(from.u.DevicePrivate.Data, 3, to.data);
      break;
  }
  return to;
}

CM_PARTIAL_RESOURCE_DESCRIPTOR Convert(const Resource &from) {
  CM_PARTIAL_RESOURCE_DESCRIPTOR to{};
  to.Type = from.type;
  to.ShareDisposition = from.share;
  to.Flags = from.flags;
  switch (from.type) {
    case CmResourceTypePort:
    case CmResourceTypeMemory:
    case CmResourceTypeMemoryLarge: {
      const unsigned shift = from.type == CmResourceTypeMemoryLarge ? LargeShift(from.flags) : 0;
      to.u.Generic.Start.QuadPart = static_cast<LONGLONG>(from.start);
      to.u.Generic.Length = static_cast<ULONG>(from.length >> shift);
      break;
    }
    case CmResourceTypeInterrupt:
      if (from.message_count != 0 && !from.translated) {
        to.u.MessageInterrupt.Raw.MessageCount = static_cast<USHORT>(from.message_count);
        to.u.MessageInterrupt.Raw.Vector = static_cast<ULONG>(from.start);
        to.u.MessageInterrupt.Raw.Affinity = 1;
      } else {
        to.u.Interrupt.Level = from.level;
        to.u.Interrupt.Vector = static_cast<ULONG>(from.start);
        to.u.Interrupt.Affinity = 1;
      }
      break;
    case CmResourceTypeDma:
      to.u.Dma.Channel = static_cast<ULONG>(from.start);
      break;
    case CmResourceTypeBusNumber:
      to.u.BusNumber.Start = static_cast<ULONG>(from.start);
      to.u.BusNumber.Length = static_cast<ULONG>(from.length);
      break;
    default:
      std::copy_n(from.data, 3, to.u.DevicePrivate.Data);
      break;
  }
  return to;
}

}  // namespace

Result<Requirements> ParseRequirements(std::span<const std::byte> bytes) {
  constexpr std::size_t kHead = offsetof(IO_RESOURCE_REQUIREMENTS_LIST, List);
  constexpr std::size_t kListHead = offsetof(IO_RESOURCE_LIST, Descriptors);
  std::byte head_bytes[sizeof(IO_RESOURCE_REQUIREMENTS_LIST)] = {};
  if (bytes.size() < kHead) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  IO_RESOURCE_REQUIREMENTS_LIST head;
  std::memcpy(head_bytes, bytes.data(), kHead);
  std::memcpy(&head, head_bytes, sizeof(head));
  if (head.ListSize < kHead || head.ListSize > bytes.size()) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  bytes = bytes.first(head.ListSize);
  Requirements requirements;
  requirements.interface_type = head.InterfaceType;
  requirements.bus = head.BusNumber;
  requirements.slot = head.SlotNumber;
  std::size_t offset = kHead;
  std::size_t total = 0;
  for (ULONG i = 0; i < head.AlternativeLists; i += 1) {
    ULONG count = 0;
    if (!Read(bytes, offset + offsetof(IO_RESOURCE_LIST, Count), count) || count > kMaximumDescriptors - total) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    offset += kListHead;
    total += std::max<std::size_t>(count, 1);  // empty lists count too, so that their number is bounded
    if (total > kMaximumDescriptors) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    RequirementList list;
    TRY(list.Reserve(count));
    for (ULONG j = 0; j < count; j += 1, offset += sizeof(IO_RESOURCE_DESCRIPTOR)) {
      IO_RESOURCE_DESCRIPTOR descriptor;
      if (!Read(bytes, offset, descriptor)) {
        return Fail(STATUS_INVALID_PARAMETER);
      }
      TRY(list.Append(TRY(Convert(descriptor))));
    }
    TRY(requirements.alternatives.Append(std::move(list)));
  }
  return requirements;
}

Result<ResourceList> ParseResources(std::span<const std::byte> bytes) {
  constexpr std::size_t kFullHead = offsetof(CM_FULL_RESOURCE_DESCRIPTOR, PartialResourceList) +
                                    offsetof(CM_PARTIAL_RESOURCE_LIST, PartialDescriptors);
  ResourceList list;
  ULONG buses = 0;
  if (!Read(bytes, 0, buses) || buses > kMaximumDescriptors) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  std::size_t offset = offsetof(CM_RESOURCE_LIST, List);
  for (ULONG i = 0; i < buses; i += 1) {
    ULONG count = 0;
    if (!Read(bytes, offset + kFullHead - sizeof(ULONG), count) || count > kMaximumDescriptors - list.Size()) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    offset += kFullHead;
    for (ULONG j = 0; j < count; j += 1, offset += sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR)) {
      CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor;
      if (!Read(bytes, offset, descriptor)) {
        return Fail(STATUS_INVALID_PARAMETER);
      }
      if (descriptor.Type == CmResourceTypeDeviceSpecific) {
        // Its data follow it; nobody arbitrates them.
        if (!RangeInside(offset + sizeof(descriptor), descriptor.u.DeviceSpecificData.DataSize, bytes.size())) {
          return Fail(STATUS_INVALID_PARAMETER);
        }
        offset += descriptor.u.DeviceSpecificData.DataSize;
        continue;
      }
      TRY(list.Append(Convert(descriptor)));
    }
  }
  return list;
}

Result<Requirements> RequireExactly(const ResourceList &resources, INTERFACE_TYPE interface_type, ULONG bus) {
  Requirements requirements;
  requirements.interface_type = interface_type;
  requirements.bus = bus;
  RequirementList list;
  for (const Resource &resource : resources) {
    Requirement requirement;
    requirement.type = resource.type;
    requirement.share = resource.share;
    requirement.flags = resource.flags;
    requirement.minimum = resource.start;
    requirement.maximum = resource.start;
    std::copy_n(resource.data, 3, requirement.data);
    if (requirement.IsMessage()) {
      const std::uint32_t count = std::max<std::uint32_t>(resource.message_count, 1);
      requirement.maximum = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN;
      requirement.minimum = requirement.maximum - (count - 1);
    } else if (resource.type != CmResourceTypeInterrupt && resource.type != CmResourceTypeDma) {
      if (resource.length == 0 || __builtin_add_overflow(resource.start, resource.length - 1, &requirement.maximum)) {
        continue;  // a range of nothing
      }
      requirement.length = resource.length;
    }
    TRY(list.Append(requirement));
  }
  if (!list.Empty()) {
    TRY(requirements.alternatives.Append(std::move(list)));
  }
  return requirements;
}

Result<Bytes> WriteResources(std::span<const Resource> resources, INTERFACE_TYPE interface_type, ULONG bus) {
  Bytes bytes;
  if (resources.empty()) {
    return bytes;
  }
  CM_RESOURCE_LIST head{};
  head.Count = 1;
  head.List[0].InterfaceType = interface_type;
  head.List[0].BusNumber = bus;
  head.List[0].PartialResourceList.Version = 1;
  head.List[0].PartialResourceList.Revision = 1;
  head.List[0].PartialResourceList.Count = static_cast<ULONG>(resources.size());
  constexpr std::size_t kHead = sizeof(head) - sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR);
  TRY(bytes.AppendAll(std::as_bytes(std::span(&head, 1)).first(kHead)));
  for (const Resource &resource : resources) {
    const CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor = Convert(resource);
    TRY(bytes.AppendAll(std::as_bytes(std::span(&descriptor, 1))));
  }
  return bytes;
}

}  // namespace pnp
