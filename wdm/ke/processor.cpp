// Questions about processors and nodes: there is one of each. Affinities of threads are taken and mean nothing.

#include "thread.hpp"

#include <wdmp/arch.hpp>

using namespace ke;

namespace {

constexpr KAFFINITY kOnly = 1;

bool IsOnly(const PROCESSOR_NUMBER &number) { return number.Group == 0 && number.Number == 0 && number.Reserved == 0; }

bool IsGroup(USHORT group) { return group == 0 || group == ALL_PROCESSOR_GROUPS; }

}  // namespace

extern "C" {

/// Source: KeGetCurrentProcessorNumberEx (WDK).
ULONG NTAPI KeGetCurrentProcessorNumberEx(PPROCESSOR_NUMBER ProcNumber) {
  if (ProcNumber != nullptr) {
    *ProcNumber = {};
  }
  return 0;
}

/// Source: KeGetCurrentProcessorNumber (WDK).
ULONG NTAPI KeGetCurrentProcessorNumber(VOID) { return 0; }

/// Source: KeGetCurrentNodeNumber (WDK).
USHORT NTAPI KeGetCurrentNodeNumber(VOID) { return 0; }

/// Source: KeQueryHighestNodeNumber (WDK).
USHORT NTAPI KeQueryHighestNodeNumber(VOID) { return 0; }

/// Processors of a node; none for a node that is not there. Source: KeQueryNodeActiveAffinity (WDK).
VOID NTAPI KeQueryNodeActiveAffinity(USHORT NodeNumber, PGROUP_AFFINITY Affinity, PUSHORT Count) {
  KAFFINITY mask = NodeNumber == 0 ? kOnly : 0;
  if (Affinity != nullptr) {
    *Affinity = {};
    Affinity->Mask = mask;
  }
  if (Count != nullptr) {
    *Count = static_cast<USHORT>(mask);
  }
}

/// Source: KeQueryActiveProcessors (WDK).
KAFFINITY NTAPI KeQueryActiveProcessors(VOID) { return kOnly; }

/// Source: KeQueryActiveProcessorCount (WDK).
ULONG NTAPI KeQueryActiveProcessorCount(PKAFFINITY ActiveProcessors) {
  if (ActiveProcessors != nullptr) {
    *ActiveProcessors = kOnly;
  }
  return 1;
}

/// 0 for a group that is not there. Source: KeQueryActiveProcessorCountEx (WDK).
ULONG NTAPI KeQueryActiveProcessorCountEx(USHORT GroupNumber) { return IsGroup(GroupNumber) ? 1 : 0; }

/// Source: KeQueryMaximumProcessorCount (WDK).
ULONG NTAPI KeQueryMaximumProcessorCount(VOID) { return 1; }

/// Source: KeQueryMaximumProcessorCountEx (WDK).
ULONG NTAPI KeQueryMaximumProcessorCountEx(USHORT GroupNumber) { return IsGroup(GroupNumber) ? 1 : 0; }

/// Source: KeQueryActiveGroupCount (WDK).
USHORT NTAPI KeQueryActiveGroupCount(VOID) { return 1; }

/// Source: KeQueryMaximumGroupCount (WDK).
USHORT NTAPI KeQueryMaximumGroupCount(VOID) { return 1; }

/// Source: KeQueryGroupAffinity (WDK).
KAFFINITY NTAPI KeQueryGroupAffinity(USHORT GroupNumber) { return GroupNumber == 0 ? kOnly : 0; }

/// STATUS_INVALID_PARAMETER for an index that is not there. Source: KeGetProcessorNumberFromIndex (WDK).
NTSTATUS NTAPI KeGetProcessorNumberFromIndex(ULONG ProcIndex, PPROCESSOR_NUMBER ProcNumber) {
  if (ProcIndex != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  *ProcNumber = {};
  return STATUS_SUCCESS;
}

/// INVALID_PROCESSOR_INDEX (all ones) for a processor that is not there. Source: KeGetProcessorIndexFromNumber (WDK).
ULONG NTAPI KeGetProcessorIndexFromNumber(PPROCESSOR_NUMBER ProcNumber) { return IsOnly(*ProcNumber) ? 0 : ~ULONG{0}; }

/// Bytes of a cache line. Source: KeGetRecommendedSharedDataAlignment (WDK).
ULONG NTAPI KeGetRecommendedSharedDataAlignment(VOID) { return 64; }

/// Source: KeSetSystemAffinityThread (WDK).
VOID NTAPI KeSetSystemAffinityThread(KAFFINITY) {}

/// Returns the system affinity before: 0, none. Source: KeSetSystemAffinityThreadEx (WDK).
KAFFINITY NTAPI KeSetSystemAffinityThreadEx(KAFFINITY) { return 0; }

/// Source: KeRevertToUserAffinityThread (WDK).
VOID NTAPI KeRevertToUserAffinityThread(VOID) {}

/// Source: KeRevertToUserAffinityThreadEx (WDK).
VOID NTAPI KeRevertToUserAffinityThreadEx(KAFFINITY) {}

/// Source: KeSetSystemGroupAffinityThread (WDK).
VOID NTAPI KeSetSystemGroupAffinityThread(PGROUP_AFFINITY, PGROUP_AFFINITY PreviousAffinity) {
  if (PreviousAffinity != nullptr) {
    *PreviousAffinity = {};
  }
}

/// Source: KeRevertToUserGroupAffinityThread (WDK).
VOID NTAPI KeRevertToUserGroupAffinityThread(PGROUP_AFFINITY) {}

/// Runs a routine on every processor at IPI_LEVEL. Source: KeIpiGenericCall (WDK).
ULONG_PTR NTAPI KeIpiGenericCall(PKIPI_BROADCAST_WORKER BroadcastFunction, ULONG_PTR Context) {
  KIRQL old = KfRaiseIrql(IPI_LEVEL);
  ULONG_PTR result = BroadcastFunction(Context);
  KeLowerIrql(old);
  return result;
}

/// Drivers may use the floating point unit here at any IRQL up to DISPATCH_LEVEL: fibers keep its state as the calling
/// convention says, and the interrupt thread has its own. Source: KeSaveFloatingPointState (WDK).
NTSTATUS NTAPI KeSaveFloatingPointState(PKFLOATING_SAVE FloatSave) {
  if (CurrentIrql() > kDispatch) {
    return STATUS_ILLEGAL_FLOAT_CONTEXT;
  }
  *FloatSave = {};
  return STATUS_SUCCESS;
}

/// Source: KeRestoreFloatingPointState (WDK).
NTSTATUS NTAPI KeRestoreFloatingPointState(PKFLOATING_SAVE) { return STATUS_SUCCESS; }

}  // extern "C"
