// Mutexes (KMUTEX, KMUTANT), and the critical regions that they enter.

#include "objects.hpp"
#include "thread.hpp"

namespace ke {

void RequireNothingHeld(Thread *thread) {
  if (CurrentIrql() != kPassive) {
    KeBugCheckEx(kIrqlGtZeroAtSystemService, reinterpret_cast<ULONG_PTR>(thread->routine), CurrentIrql(), 0, 0);
  }
  if (!IsListEmpty(&thread->mutants)) {
    KeBugCheckEx(kThreadTerminateHeldMutex, reinterpret_cast<ULONG_PTR>(thread),
                 reinterpret_cast<ULONG_PTR>(CONTAINING_RECORD(thread->mutants.Flink, KMUTANT, MutantListEntry)), 0, 0);
  }
  if (thread->apc_disable != 0 || thread->special_apc_disable != 0) {
    KeBugCheckEx(kApcIndexMismatch, reinterpret_cast<ULONG_PTR>(thread->routine), 0,
                 static_cast<ULONG_PTR>(static_cast<USHORT>(thread->special_apc_disable)) << 16 |
                     static_cast<USHORT>(thread->apc_disable),
                 0);
  }
}

}  // namespace ke

using namespace ke;

extern "C" {

/// A free mutex. Level is not used, as on NT. Source: KeInitializeMutex (WDK).
VOID NTAPI KeInitializeMutex(PRKMUTEX Mutex, ULONG) {
  KeInitializeMutant(Mutex, FALSE);
  Mutex->ApcDisable = 1;
}

/// A mutant, which disables no APCs. Source: ntifs.h (WDK).
VOID NTAPI KeInitializeMutant(PRKMUTANT Mutant, BOOLEAN InitialOwner) {
  *Mutant = {};
  InitialiseHeader(Mutant->Header, kMutant, sizeof(KMUTANT), InitialOwner ? 0 : 1);
  if (InitialOwner) {
    AtDispatch guard;
    Mutant->OwnerThread = ToKThread(current_thread);
    InsertTailList(&current_thread->mutants, &Mutant->MutantListEntry);
  }
}

/// Releases a mutex once and returns its state before (0: now free). Raises STATUS_MUTANT_NOT_OWNED when the caller
/// does not own it, STATUS_ABANDONED_WAIT_0 when it is abandoned. Source: KeReleaseMutex (WDK).
LONG NTAPI KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN) {
  RequireIrql(kDispatch, "KeReleaseMutex");
  KIRQL irql = CurrentIrql();
  Raise(kDispatch);
  Thread *self = current_thread;
  if (FromKThread(Mutex->OwnerThread) != self) {
    NTSTATUS status = Mutex->Abandoned ? STATUS_ABANDONED_WAIT_0 : STATUS_MUTANT_NOT_OWNED;
    Lower(irql);
    ExRaiseStatus(status);
  }
  LONG old = Mutex->Header.SignalState;
  Mutex->Header.SignalState = old + 1;
  if (old + 1 == 1) {
    RemoveEntryList(&Mutex->MutantListEntry);
    Mutex->OwnerThread = nullptr;
    self->apc_disable = static_cast<SHORT>(self->apc_disable + Mutex->ApcDisable);
    Satisfy(Mutex->Header);
  }
  Lower(irql);
  return old;
}

/// 1: free; 0 or less: owned. Source: KeReadStateMutex (WDK).
LONG NTAPI KeReadStateMutex(PRKMUTEX Mutex) { return Mutex->Header.SignalState; }

/// Disables normal kernel APCs until KeLeaveCriticalRegion. Source: KeEnterCriticalRegion (WDK).
VOID NTAPI KeEnterCriticalRegion(VOID) { current_thread->apc_disable -= 1; }

/// Source: KeLeaveCriticalRegion (WDK).
VOID NTAPI KeLeaveCriticalRegion(VOID) { current_thread->apc_disable += 1; }

/// Disables all APCs. Source: KeEnterGuardedRegion (WDK).
VOID NTAPI KeEnterGuardedRegion(VOID) { current_thread->special_apc_disable -= 1; }

/// Source: KeLeaveGuardedRegion (WDK).
VOID NTAPI KeLeaveGuardedRegion(VOID) { current_thread->special_apc_disable += 1; }

/// TRUE in a critical or guarded region. Source: KeAreApcsDisabled (WDK).
BOOLEAN NTAPI KeAreApcsDisabled(VOID) {
  return current_thread->apc_disable != 0 || current_thread->special_apc_disable != 0;
}

/// TRUE in a guarded region or at APC_LEVEL and above. Source: KeAreAllApcsDisabled (WDK).
BOOLEAN NTAPI KeAreAllApcsDisabled(VOID) { return current_thread->special_apc_disable != 0 || CurrentIrql() >= kApc; }

}  // extern "C"
