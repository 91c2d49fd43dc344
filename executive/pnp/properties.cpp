// IoGetDeviceProperty.

#include "guid.hpp"
#include "host_services.hpp"

#include <nt/ntregapi.h>
#include <pnp/services.hpp>

namespace pnp {
namespace {

template <typename T>
Result<Bytes> ToBytes(const T &value) {
  Bytes bytes;
  TRY(bytes.AppendAll(std::as_bytes(std::span(&value, 1))));
  return bytes;
}

Result<Bytes> ToBytes(std::u16string_view text) {
  const Text terminated = TRY(Text::Join({text, std::u16string_view(u"\0", 1)}));
  Bytes bytes;
  TRY(bytes.AppendAll(std::as_bytes(std::span(terminated.View().data(), terminated.View().size()))));
  return bytes;
}

Result<Bytes> Copy(const Bytes &from) {
  if (from.Empty()) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  Bytes bytes;
  TRY(bytes.AppendAll(from.Items()));
  return bytes;
}

// The registry value that a property is; empty for the others.
std::u16string_view ValueOf(ULONG property) {
  switch (property) {
    case DevicePropertyDeviceDescription:
      return u"DeviceDesc";
    case DevicePropertyHardwareID:
      return u"HardwareID";
    case DevicePropertyCompatibleIDs:
      return u"CompatibleIDs";
    case DevicePropertyClassName:
      return u"Class";
    case DevicePropertyClassGuid:
      return u"ClassGUID";
    case DevicePropertyDriverKeyName:
      return u"Driver";
    case DevicePropertyManufacturer:
      return u"Mfg";
    case DevicePropertyFriendlyName:
      return u"FriendlyName";
    case DevicePropertyLocationInformation:
      return u"LocationInformation";
    case DevicePropertyContainerID:
      return u"ContainerID";
    default:
      return {};
  }
}

Result<Bytes> Query(const HostDevice &device, ULONG property) {
  const DeviceNode &node = *device.node;
  if (const std::u16string_view value = ValueOf(property); !value.empty()) {
    return TRY(node.Registry()).ReadBytes(value);
  }
  switch (property) {
    case DevicePropertyBootConfiguration:
    case DevicePropertyBootConfigurationTranslated:
      return Copy(node.boot_list);
    case DevicePropertyResourceRequirements:
      return Copy(node.requirements_list);
    case DevicePropertyAllocatedResources:
      return Copy(node.raw_list);
    case DevicePropertyPhysicalDeviceObjectName: {
      const DeviceFacts facts = TRY(device.manager->Port().Describe(node.pdo));
      return facts.name.empty() ? Fail(STATUS_OBJECT_NAME_NOT_FOUND) : ToBytes(facts.name);
    }
    case DevicePropertyBusTypeGuid:
      return node.has_bus ? ToBytes(node.bus.BusTypeGuid) : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    case DevicePropertyLegacyBusType:
      return node.has_bus ? ToBytes(node.bus.LegacyBusType) : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    case DevicePropertyBusNumber:
      return node.has_bus ? ToBytes(node.bus.BusNumber) : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    case DevicePropertyEnumeratorName:
      return ToBytes(node.Instance().substr(0, node.Instance().find(u'\\')));
    case DevicePropertyAddress:
      return node.capabilities.Address != ~ULONG{0} ? ToBytes(node.capabilities.Address)
                                                    : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    case DevicePropertyUINumber:
      return node.capabilities.UINumber != ~ULONG{0} ? ToBytes(node.capabilities.UINumber)
                                                     : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
    case DevicePropertyInstallState:
      return ToBytes(node.problem == CM_PROB_FAILED_INSTALL ? InstallStateFailedInstall : InstallStateInstalled);
    case DevicePropertyRemovalPolicy:
      return ToBytes(node.capabilities.SurpriseRemovalOK ? RemovalPolicyExpectSurpriseRemoval
                     : node.capabilities.Removable       ? RemovalPolicyExpectOrderlyRemoval
                                                         : RemovalPolicyExpectNoRemoval);
    default:
      return Fail(STATUS_INVALID_PARAMETER_2);
  }
}

}  // namespace

Result<NTSTATUS> WdmQueryDeviceProperty(ke::Caller &caller, ULONGLONG device, ULONG property, UserPointer buffer,
                                        ULONG length, UserOut<ULONG> return_length) {
  Result<HostDevice> found = FindHostDevice(caller, device);
  if (!found && found.error().Code() == STATUS_NO_SUCH_DEVICE) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);  // IoGetDeviceProperty, WDK: not a PDO
  }
  const HostDevice owner = TRY(std::move(found));
  const Bytes bytes = TRY(Query(owner, property));
  const auto size = static_cast<ULONG>(bytes.Size());
  TRY(return_length.Write(size));
  if (length < size) {
    return Fail(STATUS_BUFFER_TOO_SMALL);
  }
  TRY(buffer.Write(bytes.begin(), size));
  return STATUS_SUCCESS;
}

}  // namespace pnp
