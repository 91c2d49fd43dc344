// IRQL: raising, lowering and what lowering runs. The one place where the order of stores and looks matters: see
// README.md in this folder.

#include "interrupt.hpp"
#include "objects.hpp"

#include <wdmp/baton.hpp>
#include <wdmp/dispatcher.hpp>
#include <wdmp/irql.hpp>

namespace ke {

namespace detail {
constinit volatile KIRQL irql = kPassive;
}

volatile bool work_recorded = false;

// What came above `level` before the IRQL went down to it, highest first. Whatever comes from here on runs on the
// interrupt thread at once.
static void RunRecorded(KIRQL level) {
  for (;;) {
    // First the flag, then the looks: what is recorded after a look sets it again.
    work_recorded = false;
    asm volatile("" ::: "memory");
    if (RunRecordedInterrupt(level)) {
      continue;
    }
    if (level < kDispatch && AnyDpc()) {
      detail::irql = kDispatch;
      asm volatile("" ::: "memory");
      DrainDpcs();
      asm volatile("" ::: "memory");
      detail::irql = level;
      continue;
    }
    if (AnyDpc() || AnyRecordedInterrupt()) {
      work_recorded = true;  // for a later, lower Lower
      asm volatile("" ::: "memory");
    }
    return;
  }
}

void Lower(KIRQL level) {
  asm volatile("" ::: "memory");
  detail::irql = level;
  asm volatile("" ::: "memory");
  if (work_recorded) [[unlikely]] {
    RunRecorded(level);
  }
}

void RequireIrql(KIRQL highest, const char *routine) {
  KIRQL irql = CurrentIrql();
  if (irql > highest) [[unlikely]] {
    KeBugCheckEx(kIrqlNotLessOrEqual, reinterpret_cast<ULONG_PTR>(routine), irql, highest,
                 reinterpret_cast<ULONG_PTR>(__builtin_return_address(0)));
  }
}

}  // namespace ke

using namespace ke;

extern "C" {

/// The current IRQL. Source: KeGetCurrentIrql (WDK).
KIRQL NTAPI KeGetCurrentIrql(VOID) { return CurrentIrql(); }

/// Raises the IRQL and returns the old one. Bug checks IRQL_NOT_GREATER_OR_EQUAL when it would be lowered. Source:
/// KeRaiseIrql (WDK), Bug Check 0x9.
KIRQL FASTCALL KfRaiseIrql(KIRQL NewIrql) {
  KIRQL old = CurrentIrql();
  if (NewIrql < old) {
    KeBugCheckEx(kIrqlNotGreaterOrEqual, old, NewIrql, 0, 0);
  }
  return Raise(NewIrql);
}

/// Lowers the IRQL and runs the interrupts and DPCs that waited. Bug checks IRQL_NOT_LESS_OR_EQUAL when it would be
/// raised. Source: KeLowerIrql (WDK), Bug Check 0xA.
VOID NTAPI KeLowerIrql(KIRQL NewIrql) {
  KIRQL old = CurrentIrql();
  if (NewIrql > old) {
    KeBugCheckEx(kIrqlNotLessOrEqual, NewIrql, old, 0, reinterpret_cast<ULONG_PTR>(__builtin_return_address(0)));
  }
  Lower(NewIrql);
}

/// Raises to DISPATCH_LEVEL. Source: KeRaiseIrqlToDpcLevel (WDK).
KIRQL NTAPI KeRaiseIrqlToDpcLevel(VOID) { return KfRaiseIrql(kDispatch); }

/// Raises to SYNCH_LEVEL, which on one processor is DISPATCH_LEVEL. Source: ntifs.h (WDK).
KIRQL NTAPI KeRaiseIrqlToSynchLevel(VOID) { return KfRaiseIrql(kDispatch); }

}  // extern "C"
