#pragma once
// Interrupt handlers by kernel vector: one capability each, made when the vector is first granted and kept.

#include <cap/cap.hpp>
#include <wdm/grants.hpp>

namespace wdm {

// The handler of the vector, issued as the grant says. STATUS_CONFLICTING_ADDRESSES (somebody uses it),
// STATUS_INSUFFICIENT_RESOURCES.
Result<seL4_CPtr> TakeInterruptCapability(const InterruptGrant &interrupt);
// The handler of a vector that is taken.
seL4_CPtr InterruptCapability(std::uint32_t kernel_vector);
// Nobody is told of the interrupt any more; copies in hosts are gone.
void GiveBackInterruptCapability(std::uint32_t kernel_vector);

}  // namespace wdm
