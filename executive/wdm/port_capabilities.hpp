#pragma once
// Capabilities to I/O ports: one for each range that was ever asked for, kept for the next driver that asks.

#include <cap/cap.hpp>
#include <rtl/result.hpp>

#include <cstdint>

namespace wdm {

// The capability of exactly [first, last]. STATUS_CONFLICTING_ADDRESSES, STATUS_INSUFFICIENT_RESOURCES.
Result<seL4_CPtr> TakePortCapability(std::uint16_t first, std::uint16_t last);
// The host does not use it any more: its copies are gone.
void GiveBackPortCapability(std::uint16_t first, std::uint16_t last);

}  // namespace wdm
