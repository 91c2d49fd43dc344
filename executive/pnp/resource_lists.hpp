#pragma once
// The resource lists that drivers report, in a form that is safe to work on. They come from driver processes: every
// count and length is checked against the bytes that are there.

#include <wdm/resources.h>
#include <pnp/array.hpp>

#include <cstdint>
#include <span>

namespace pnp {

// One IO_RESOURCE_DESCRIPTOR. What min, max and length mean: ports, memory: addresses and bytes; interrupts: vectors;
// DMA: channels; bus numbers: numbers. `data` is what device-private descriptors carry.
struct Requirement {
  std::uint8_t option = 0;
  std::uint8_t type = CmResourceTypeNull;
  std::uint8_t share = CmResourceShareUndetermined;
  std::uint16_t flags = 0;
  std::uint64_t length = 0;
  std::uint64_t alignment = 1;
  std::uint64_t minimum = 0;
  std::uint64_t maximum = 0;
  std::uint32_t data[3] = {};

  bool IsAlternative() const { return (option & IO_RESOURCE_ALTERNATIVE) != 0; }
  // Messages, as a device asks for them: their number.
  bool IsMessage() const { return type == CmResourceTypeInterrupt && (flags & CM_RESOURCE_INTERRUPT_MESSAGE) != 0; }
  std::uint32_t MessageCount() const { return static_cast<std::uint32_t>(maximum - minimum) + 1; }
};

// One IO_RESOURCE_LIST: every group of it, an entry and its alternatives, is to be satisfied.
using RequirementList = Array<Requirement>;

struct Requirements {
  INTERFACE_TYPE interface_type = InterfaceTypeUndefined;
  ULONG bus = 0;
  ULONG slot = 0;
  Array<RequirementList> alternatives;  // best first
};

// One CM_PARTIAL_RESOURCE_DESCRIPTOR; of interrupts `start` is the vector, of DMA the channel.
struct Resource {
  std::uint8_t type = CmResourceTypeNull;
  std::uint8_t share = CmResourceShareUndetermined;
  std::uint16_t flags = 0;
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  std::uint32_t level = 0;          // interrupts: IRQL of the translated form, line of the raw one
  std::uint32_t message_count = 0;  // raw form of message interrupts
  bool translated = false;
  std::uint32_t data[3] = {};
};
using ResourceList = Array<Resource>;

// More than this is no machine's: STATUS_INVALID_PARAMETER.
inline constexpr std::size_t kMaximumDescriptors = 1024;

// An IO_RESOURCE_REQUIREMENTS_LIST. Descriptors that ask for the impossible (minimum above maximum, length zero) are
// failures. STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES.
Result<Requirements> ParseRequirements(std::span<const std::byte> bytes);

// A CM_RESOURCE_LIST, the entries of all its buses one after the other. STATUS_INVALID_PARAMETER,
// STATUS_INSUFFICIENT_RESOURCES.
Result<ResourceList> ParseResources(std::span<const std::byte> bytes);

// What asks for exactly these resources: the requirements of a device that only reports a boot configuration.
Result<Requirements> RequireExactly(const ResourceList &resources, INTERFACE_TYPE interface_type, ULONG bus);

// The CM_RESOURCE_LIST of one bus with these resources; empty bytes for an empty list.
Result<Bytes> WriteResources(std::span<const Resource> resources, INTERFACE_TYPE interface_type, ULONG bus);

}  // namespace pnp
