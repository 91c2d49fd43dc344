// Stack unwinding by .pdata and .xdata (x64 exception handling ABI). No system calls: runs on the host too.
#pragma once

#include <nt/nt.h>

namespace seh {

/// The part of the address space where stack memory may be read.
struct StackLimits {
  ULONG_PTR low;
  ULONG_PTR high;

  /// Whether `bytes` at `address` lie inside.
  bool Holds(ULONG_PTR address, ULONG_PTR bytes) const {
    return address >= low && address <= high && bytes <= high - address;
  }
};

struct UnwindFrame {
  PEXCEPTION_ROUTINE handler;  // null: none of the wanted kind
  PVOID handler_data;
  ULONG_PTR establisher;
};

/// Takes `context` from inside the function `entry` to its caller.
/// `limits` may be null: all memory is read. Returns false when the unwind data make no sense or the stack leaves the
/// limits; `context` is then worth nothing.
bool VirtualUnwind(ULONG handler_type, ULONG_PTR image_base, ULONG_PTR control_pc, const RUNTIME_FUNCTION *entry,
                   CONTEXT *context, UnwindFrame *frame, PKNONVOLATILE_CONTEXT_POINTERS pointers,
                   const StackLimits *limits);

/// Takes `context` out of a function without unwind data. False as above.
bool LeafUnwind(CONTEXT *context, const StackLimits *limits);

/// The entry of `table` (sorted, `count` entries) whose function holds the image offset `rva`; null: none.
const RUNTIME_FUNCTION *FindFunction(const RUNTIME_FUNCTION *table, size_t count, ULONG rva);

}  // namespace seh
