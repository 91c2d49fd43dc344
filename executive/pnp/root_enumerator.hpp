#pragma once
// The bus driver of devices that no bus reports: those below Enum\Root of the registry. Their PDOs live in the
// Executive, and this answers the plug and play requests that come down to them.

#include "hardware.hpp"
#include "registry_key.hpp"

#include <pnp/driver_port.hpp>

namespace pnp {

class RootEnumerator {
 public:
  explicit RootEnumerator(Hardware &hardware) : hardware_(hardware) {}

  // Makes a PDO for each instance that has none: the new ones. STATUS_INSUFFICIENT_RESOURCES.
  Result<Array<DeviceId>> MakeDevices(DriverPort &port);
  PnpAnswer Answer(DeviceId device, const PnpRequest &request);

 private:
  struct RootDevice {
    DeviceId pdo = DeviceId::kNone;
    Text device_id;    // `ROOT\ACPI_HAL`
    Text instance_id;  // `0000`
  };
  const RootDevice *Find(DeviceId pdo) const;
  bool Known(std::u16string_view device_id, std::u16string_view instance_id) const;
  Result<Text> QueryId(const RootDevice &device, std::uint64_t type) const;
  Result<Bytes> BootResources(const RootDevice &device) const;
  Result<Bytes> Query(const RootDevice &device, const PnpRequest &request) const;

  Hardware &hardware_;
  Array<RootDevice> devices_;
};

}  // namespace pnp
