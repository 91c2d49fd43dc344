#pragma once
// What the registry says about drivers: services, which of them a device gets, and in which order the first ones start.

#include "registry_key.hpp"

namespace pnp {

// Services\x. Values of Type and Start: winnt.h (SERVICE_KERNEL_DRIVER, SERVICE_BOOT_START, ...).
struct Service {
  static constexpr std::uint32_t kKernelDriver = 1;
  static constexpr std::uint32_t kFileSystemDriver = 2;
  static constexpr std::uint32_t kBootStart = 0;
  static constexpr std::uint32_t kSystemStart = 1;
  static constexpr std::uint32_t kDemandStart = 3;
  static constexpr std::uint32_t kDisabled = 4;

  Text name;
  std::uint32_t type = kKernelDriver;
  std::uint32_t start = kDemandStart;
  std::uint32_t tag = 0;
  Text image_path;  // `\SystemRoot\System32\drivers\x.sys`
  Text group;
  Text host_group;

  // `\Registry\Machine\System\CurrentControlSet\Services\x`
  Result<Text> RegistryPath() const;
};

// The service of this name. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_ILL_FORMED_SERVICE_ENTRY (no driver, or no image).
Result<Service> ReadService(std::u16string_view name);

// Name of the service of a path as NtLoadDriver gets it. STATUS_INVALID_PARAMETER: it does not lead to Services.
Result<std::u16string_view> ServiceOfPath(std::u16string_view path);

// Boot-start drivers, then system-start drivers, each in the order of Control\ServiceGroupOrder and of their tags;
// those of devices, which the device tree starts, are left out. STATUS_INSUFFICIENT_RESOURCES.
Result<Array<Service>> LegacyDrivers();

// What CriticalDeviceDatabase knows for the first of these IDs that it knows.
struct Match {
  Text service;
  Text class_guid;
  Text id;  // the ID that matched
};
// STATUS_OBJECT_NAME_NOT_FOUND.
Result<Match> FindDriver(const MultiString &hardware_ids, const MultiString &compatible_ids);

// Gives a device that has no driver yet the one of the database: Service, ClassGUID, Driver (`{GUID}\0000`, whose key
// below Control\Class is made). Both lists are texts of multi-strings. No driver is no failure.
Result<void> InstallDriver(const Key &instance, std::u16string_view hardware_ids, std::u16string_view compatible_ids);

// The drivers of a device, in the order of their AddDevice: device lower filters, class lower filters, the function
// driver, device upper filters, class upper filters. `function` is the index of the function driver, or the number of
// drivers for a device without one (raw).
struct DriverStack {
  Array<Text> services;
  std::size_t function = 0;
};
Result<DriverStack> DriversOf(const Key &instance);

}  // namespace pnp
