#pragma once
// Which drivers are loaded, and in which host processes.

#include "driver_database.hpp"

#include <pnp/driver_port.hpp>

namespace pnp {

struct LoadedDriver {
  DriverId id = DriverId::kNone;
  HostId host = HostId::kNone;
  Text service;
  bool legacy = false;
};

// One host process; drivers of one group share it.
struct DriverHost {
  HostId id = HostId::kNone;
  Text group;
};

class HostTable {
 public:
  // Null when there is none. The pointers end with the next change.
  const DriverHost *FindGroup(std::u16string_view group) const;
  const DriverHost *Find(HostId host) const;
  // The driver of a service in that host; kNone: in any.
  const LoadedDriver *FindDriver(std::u16string_view service, HostId host = HostId::kNone) const;
  const LoadedDriver *FindDriver(DriverId driver) const;
  bool HasDrivers(HostId host) const;

  // STATUS_INSUFFICIENT_RESOURCES.
  Result<void> AddHost(HostId host, std::u16string_view group);
  Result<void> AddDriver(LoadedDriver driver) { return drivers_.Append(std::move(driver)); }
  void RemoveDriver(DriverId driver);
  // The host and its drivers.
  void RemoveHost(HostId host);

  std::span<const LoadedDriver> Drivers() const { return drivers_.Items(); }

 private:
  Array<DriverHost> hosts_;
  Array<LoadedDriver> drivers_;
};

// The group of a service: its HostGroup, or a group of its own.
std::u16string_view GroupOf(const Service &service);

}  // namespace pnp
