#pragma once
// The first I/O APIC. (The reference configuration drives one.)

#include "base/types.hpp"

namespace kernel::ioapic {

constexpr Word kPins = 24;

/// Moves the old interrupt controllers off the exception vectors and silences them. Before the local APIC is touched: a
/// request of theirs that is pending when their line to the processor is cut would stay pending for ever.
void DisablePic();
/// Masks every pin. `address` is physical.
void Init(Paddr address);
Word Count();
/// Sends a pin to a vector of this processor, unmasked.
void Route(Word pin, Word vector, bool level, bool active_low);
void SetMasked(Word pin, bool masked);

}  // namespace kernel::ioapic
