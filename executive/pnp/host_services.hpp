#pragma once
// What the services for driver hosts have in common.

#include "manager.hpp"

#include <ke/caller.hpp>

namespace pnp {

struct HostDevice {
  Manager *manager = nullptr;
  HostId host = HostId::kNone;
  Ref<DeviceNode> node;
};

// The device of the tree with this PDO, when the caller is the host that drives or reports it. STATUS_ACCESS_DENIED,
// STATUS_NO_SUCH_DEVICE.
Result<HostDevice> FindHostDevice(ke::Caller &caller, ULONGLONG device);

}  // namespace pnp
