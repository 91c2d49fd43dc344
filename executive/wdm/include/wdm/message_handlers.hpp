#pragma once
// What a host's messages ask for beyond the end of requests.

#include <wdm/driver_host.hpp>

namespace wdm {

// IoCallDriver on a device of another host (forward.cpp).
void ForwardIrp(DriverHost &from, const host::Message &message);
void CancelForwarded(DriverHost &from, std::uint64_t cookie);
// A service that may wait, for a parked fiber (host_service.cpp).
void RunService(DriverHost &host, const host::Message &message);
// The host is dead: its devices and drivers go (driver_device.cpp).
void HostGone(DriverHost &host);

}  // namespace wdm
