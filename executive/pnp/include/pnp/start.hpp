#pragma once
// The start of the plug and play manager.

#include <ke/dispatcher.hpp>
#include <pnp/driver_port.hpp>

namespace pnp {

// Makes the manager: before the first driver host exists. The port outlives it. STATUS_INSUFFICIENT_RESOURCES.
Result<PortEvents *> Initialise(ke::Dispatcher &dispatcher, DriverPort &port);

// Boot: root devices, boot-start and system-start drivers in the order of ServiceGroupOrder, and everything that their
// devices report, level by level. Runs on the event loop; bounded in time: a driver that does not answer is given up
// after kDriverPatience. `Done` is called once, when the first pass is over: what smss waits for.
using FirstPassDone = void (*)();
Result<void> Start(FirstPassDone done);

// Patience with one call of a driver (DriverEntry, AddDevice, a PnP request), in 100 ns.
inline constexpr ke::InterruptTime kDriverPatience = 10 * 10'000'000ull;

}  // namespace pnp
