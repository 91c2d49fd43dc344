#pragma once
// Device interfaces: names below \?? by which programs and drivers find devices of a class, and who wants to hear of
// them.

#include "device_node.hpp"

namespace pnp {

struct DeviceInterface {
  GUID interface_class = {};
  DeviceId pdo = DeviceId::kNone;
  Text instance;  // of the device
  Text link;      // `\??\ACPI#PNP0501#1#{guid}` and perhaps `\reference`
  bool enabled = false;
};

// IO_NOTIFICATION_EVENT_CATEGORY (WDK)
enum class NotificationCategory : std::uint8_t {
  kReserved,
  kHardwareProfileChange,
  kDeviceInterfaceChange,
  kTargetDeviceChange,
};

struct Registration {
  HostId host = HostId::kNone;
  std::uint64_t cookie = 0;
  NotificationCategory category = NotificationCategory::kReserved;
  GUID interface_class = {};
  DeviceId target = DeviceId::kNone;
};

class Interfaces {
 public:
  explicit Interfaces(DriverPort &port) : port_(port) {}

  // The interface, made when it is new, with its keys below Control\DeviceClasses. STATUS_INVALID_PARAMETER (reference
  // with a backslash), STATUS_INSUFFICIENT_RESOURCES.
  Result<const DeviceInterface *> Register(const DeviceNode &node, const GUID &interface_class,
                                           std::u16string_view reference);
  // Null when there is none.
  const DeviceInterface *Find(std::u16string_view link) const;
  // Makes or takes away the link, and tells. STATUS_OBJECT_NAME_NOT_FOUND (no such interface; not enabled),
  // STATUS_OBJECT_NAME_EXISTS (enabled), STATUS_INVALID_DEVICE_REQUEST (the device has no name).
  Result<NTSTATUS> SetState(std::u16string_view link, bool enable);
  // A device is about to go, or has gone.
  void DisableAll(const DeviceNode &node);
  // The names, as a multi-string; `pdo` kNone: of all devices.
  Result<Text> List(const GUID &interface_class, DeviceId pdo, bool disabled_too) const;

  // With `existing` the host hears of what is enabled already.
  Result<void> AddRegistration(const Registration &registration, bool existing);
  // STATUS_OBJECT_NAME_NOT_FOUND.
  Result<void> RemoveRegistration(HostId host, std::uint64_t cookie);
  std::size_t CountRegistrations(HostId host) const;
  void HostGone(HostId host);

 private:
  DeviceInterface *Lookup(std::u16string_view link);
  Result<void> Enable(DeviceInterface &device_interface);
  void Disable(DeviceInterface &device_interface);
  void WriteLinked(const DeviceInterface &device_interface) const;
  void Tell(const DeviceInterface &device_interface, bool arrival) const;
  void TellOne(const Registration &registration, const DeviceInterface &device_interface, bool arrival) const;
  void TellTargets(DeviceId pdo) const;

  DriverPort &port_;
  Array<DeviceInterface> interfaces_;
  Array<Registration> registrations_;
};

}  // namespace pnp
