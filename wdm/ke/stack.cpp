// More stack for one call.

#include "thread.hpp"

#include <nt/nt_services.h>
#include <wdmp/arch.hpp>

using namespace ke;

namespace {

constexpr SIZE_T kPage = 4096;
constexpr SIZE_T kLargest = 0x1'2000 * 4;  // MAXIMUM_EXPANSION_SIZE and then some
constexpr SIZE_T kReserve = 0x2000;        // what the routine's own callees may need beside `Size`

struct Callout {
  PEXPAND_STACK_CALLOUT routine;
  PVOID parameter;
};

void Run(void *argument) {
  auto &callout = *static_cast<Callout *>(argument);
  callout.routine(callout.parameter);
}

// Calls on a stack of its own, with the TEB's bounds set so that exceptions inside find their frames. One that leaves
// the routine is not caught by frames below: the routine must not let it (as the WDK page demands).
NTSTATUS CallOnLargeStack(Callout &callout, SIZE_T size) {
  PVOID base = nullptr;
  SIZE_T bytes = size + kReserve;
  NTSTATUS status =
      NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &bytes, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  if (!NT_SUCCESS(status)) {
    return STATUS_NO_MEMORY;
  }
  auto low = reinterpret_cast<uintptr_t>(base);
  Thread *self = CurrentThread();
  Stack *old = self->stack;
  Stack large = {nullptr, low, low + bytes};
  PTEB teb = NtCurrentTeb();
  PVOID old_base = teb->NtTib.StackBase, old_limit = teb->NtTib.StackLimit, old_allocation = teb->DeallocationStack;
  self->stack = &large;  // what a switch back to this fiber puts into the TEB
  teb->NtTib.StackBase = reinterpret_cast<PVOID>(large.high);
  teb->NtTib.StackLimit = base;
  teb->DeallocationStack = base;
  KiCallOnStack(teb->NtTib.StackBase, Run, &callout);
  teb->NtTib.StackBase = old_base;
  teb->NtTib.StackLimit = old_limit;
  teb->DeallocationStack = old_allocation;
  self->stack = old;
  bytes = 0;
  NtFreeVirtualMemory(NtCurrentProcess(), &base, &bytes, MEM_RELEASE);
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

/// Calls a routine with at least `Size` bytes of stack: on the caller's when that has them, otherwise on a new one.
///   STATUS_INVALID_PARAMETER_3 (too large), STATUS_NO_MEMORY
/// IRQL <= DISPATCH_LEVEL; at DISPATCH_LEVEL only what the caller's own stack has: STATUS_NO_MEMORY otherwise.
/// Source: KeExpandKernelStackAndCalloutEx (WDK).
NTSTATUS NTAPI KeExpandKernelStackAndCalloutEx(PEXPAND_STACK_CALLOUT Callout, PVOID Parameter, SIZE_T Size, BOOLEAN,
                                               PVOID Context) {
  RequireIrql(kDispatch, "KeExpandKernelStackAndCalloutEx");
  if (Context != nullptr) {
    return STATUS_INVALID_PARAMETER_5;
  }
  if (Size > kLargest) {
    return STATUS_INVALID_PARAMETER_3;
  }
  uintptr_t here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  StackBounds bounds = CurrentStack();
  if (here - bounds.low >= Size + kPage) {
    Callout(Parameter);
    return STATUS_SUCCESS;
  }
  if (CurrentIrql() >= kDispatch || CurrentThread()->kind == ThreadKind::kLoop) {
    return STATUS_NO_MEMORY;
  }
  ::Callout call = {Callout, Parameter};
  return CallOnLargeStack(call, Size);
}

/// Source: KeExpandKernelStackAndCallout (WDK).
NTSTATUS NTAPI KeExpandKernelStackAndCallout(PEXPAND_STACK_CALLOUT Callout, PVOID Parameter, SIZE_T Size) {
  return KeExpandKernelStackAndCalloutEx(Callout, Parameter, Size, FALSE, nullptr);
}

/// Bounds of the stack that the caller runs on. Source: IoGetStackLimits (WDK).
VOID NTAPI IoGetStackLimits(PULONG_PTR LowLimit, PULONG_PTR HighLimit) {
  StackBounds bounds = CurrentStack();
  *LowLimit = bounds.low;
  *HighLimit = bounds.high;
}

/// Bytes of stack that the caller has left. Source: IoGetRemainingStackSize (WDK).
ULONG_PTR NTAPI IoGetRemainingStackSize(VOID) {
  return reinterpret_cast<uintptr_t>(__builtin_frame_address(0)) - CurrentStack().low;
}

/// TRUE when a region lies in the caller's stack. Source: IoWithinStackLimits (WDK).
BOOLEAN NTAPI IoWithinStackLimits(ULONG_PTR RegionStart, SIZE_T RegionSize) {
  StackBounds bounds = CurrentStack();
  return RegionStart >= bounds.low && RegionStart <= bounds.high && bounds.high - RegionStart >= RegionSize;
}

}  // extern "C"
