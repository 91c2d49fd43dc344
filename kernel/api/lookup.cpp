#include "api/lookup.hpp"

#include "api/error.hpp"

namespace kernel {

Status ResolveAddress(const Cap &root, Cptr cptr, Word bits, Slot *&slot, Word &bits_left) {
  if (!root.Is(CapType::kCNode)) [[unlikely]] {
    SetInvalidRoot();
    return Status::kFault;
  }
  const Cap *node = &root;
  for (;;) {
    const Word guard_bits = node->GuardSize();
    const Word level_bits = guard_bits + node->Radix();
    const Word guard = guard_bits == 0 ? 0 : (cptr >> ((bits - guard_bits) & 63)) & Mask(guard_bits);
    if (guard_bits > bits || guard != node->Guard()) [[unlikely]] {
      SetGuardMismatch(node->Guard(), bits, guard_bits);
      return Status::kFault;
    }
    if (level_bits > bits) [[unlikely]] {
      SetDepthMismatch(level_bits, bits);
      return Status::kFault;
    }
    slot = node->Object<Slot>() + ((cptr >> (bits - level_bits)) & Mask(node->Radix()));
    bits -= level_bits;
    bits_left = bits;
    if (bits == 0 || !slot->cap.Is(CapType::kCNode)) {
      return Status::kOk;
    }
    node = &slot->cap;
  }
}

Slot *LookupSlot(const Tcb &tcb, Cptr cptr) {
  Slot *slot;
  Word bits_left;
  const Status status = ResolveAddress(tcb.slots[kSlotCSpace].cap, cptr, seL4_WordBits, slot, bits_left);
  return status == Status::kOk ? slot : nullptr;
}

Status LookupInvocationSlot(bool is_source, const Cap &root, Word index, Word depth, Slot *&slot) {
  if (!root.Is(CapType::kCNode)) {
    SetInvalidRoot();
    return FailLookup(is_source);
  }
  if (depth < 1 || depth > seL4_WordBits) {
    return FailRange(1, seL4_WordBits);
  }
  Word bits_left;
  if (ResolveAddress(root, index, depth, slot, bits_left) != Status::kOk) {
    return FailLookup(is_source);
  }
  if (bits_left != 0) {
    SetDepthMismatch(0, bits_left);
    return FailLookup(is_source);
  }
  return Status::kOk;
}

}  // namespace kernel
