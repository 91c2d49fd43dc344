#pragma once
// A request for the device itself, wherever it lives.

#include <wdm/driver_device.hpp>

namespace wdm {

// Statuses of io::Node::Begin.
Result<Ref<io::DriverCall>> BeginOn(DriverDevice &device, const io::DriverRequest &what, const Ref<RefCounted> &file,
                                    std::uint64_t cookie);

}  // namespace wdm
