#pragma once
// Capability address resolution (guarded page table of CNodes).

#include "object/tcb.hpp"

namespace kernel {

/// Walks `bits` bits of `cptr` from a CNode capability. On success `slot` and the bits that were not used up.
/// kFault with lookup_failure recorded otherwise.
Status ResolveAddress(const Cap &root, Cptr cptr, Word bits, Slot *&slot, Word &bits_left);

/// The slot a thread's own capability pointer names (unused bits do not matter); null with lookup_failure recorded.
Slot *LookupSlot(const Tcb &tcb, Cptr cptr);

/// Slot of an invocation's (root, index, depth) argument; kError (RangeError, FailedLookup) when there is none.
Status LookupInvocationSlot(bool is_source, const Cap &root, Word index, Word depth, Slot *&slot);
inline Status LookupTargetSlot(const Cap &root, Word index, Word depth, Slot *&slot) {
  return LookupInvocationSlot(false, root, index, depth, slot);
}
inline Status LookupSourceSlot(const Cap &root, Word index, Word depth, Slot *&slot) {
  return LookupInvocationSlot(true, root, index, depth, slot);
}

}  // namespace kernel
