// System threads: fibers with a handle.

#include "thread.hpp"

namespace ke {
namespace {

// Handles of the host's own look like NT's kernel handles: the Executive never gives such values to a process.
constexpr uintptr_t kHandleBase = ~uintptr_t{0x7fff'ffff};
constexpr size_t kHandles = 1024;

Thread *handles[kHandles];

HANDLE Publish(Thread *thread) {
  for (size_t i = 1; i < kHandles; i += 1) {
    if (handles[i] == nullptr) {
      handles[i] = thread;
      return reinterpret_cast<HANDLE>(kHandleBase | i * 4);
    }
  }
  return nullptr;
}

Thread **Find(HANDLE handle) {
  auto value = reinterpret_cast<uintptr_t>(handle);
  uintptr_t index = (value - kHandleBase) / 4;
  if (value < kHandleBase || (value & 3) != 0 || index >= kHandles || handles[index] == nullptr) {
    return nullptr;
  }
  return &handles[index];
}

void SystemThreadMain(void *argument) {
  auto *thread = static_cast<Thread *>(argument);
  thread->start_routine(thread->context);
  EndFiber(STATUS_SUCCESS);
}

void RunSystemThread(void *) { SystemThreadMain(CurrentThread()); }

}  // namespace

Thread *ReferenceThreadByHandle(HANDLE handle) {
  AtDispatch guard;
  Thread **slot = Find(handle);
  if (slot == nullptr) {
    return nullptr;
  }
  (*slot)->references += 1;
  return *slot;
}

bool CloseThreadHandle(HANDLE handle) {
  AtDispatch guard;
  Thread **slot = Find(handle);
  if (slot == nullptr) {
    return false;
  }
  Thread *thread = *slot;
  *slot = nullptr;
  Dereference(thread);
  return true;
}

}  // namespace ke

using namespace ke;

extern "C" {

/// Starts a thread of the driver. `ProcessHandle` must be null: a host makes threads in itself alone.
///   STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER, STATUS_NOT_IMPLEMENTED (a process handle)
/// IRQL PASSIVE_LEVEL. Source: PsCreateSystemThread (WDK).
NTSTATUS NTAPI PsCreateSystemThread(PHANDLE ThreadHandle, ULONG, POBJECT_ATTRIBUTES, HANDLE ProcessHandle,
                                    PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine, PVOID StartContext) {
  RequireIrql(kPassive, "PsCreateSystemThread");
  if (ThreadHandle == nullptr || StartRoutine == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  if (ProcessHandle != nullptr && ProcessHandle != NtCurrentProcess()) {
    return STATUS_NOT_IMPLEMENTED;
  }
  Thread *thread = CreateThread(RunSystemThread, StartContext, kDefaultPriority, ThreadKind::kSystem);
  if (thread == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  thread->start_routine = StartRoutine;
  AtDispatch guard;
  HANDLE handle = Publish(thread);
  if (handle == nullptr) {
    Dereference(thread);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  thread->references += 1;  // the handle's and the fiber's own
  *ThreadHandle = handle;
  if (ClientId != nullptr) {
    ClientId->UniqueProcess = NtCurrentTeb()->ClientId.UniqueProcess;
    ClientId->UniqueThread = ULongToHandle(thread->id);
  }
  MakeReady(thread);
  return STATUS_SUCCESS;
}

/// Ends the calling system thread; no return. STATUS_INVALID_PARAMETER when the caller is none.
/// Source: PsTerminateSystemThread (WDK).
NTSTATUS NTAPI PsTerminateSystemThread(NTSTATUS ExitStatus) {
  if (CurrentThread()->kind != ThreadKind::kSystem) {
    return STATUS_INVALID_PARAMETER;
  }
  EndFiber(ExitStatus);
}

/// The thread that runs. Source: PsGetCurrentThread (WDK).
PETHREAD NTAPI PsGetCurrentThread(VOID) { return reinterpret_cast<PETHREAD>(KeGetCurrentThread()); }

/// Id of the thread whose request a dispatch routine works on, otherwise the fiber's own.
/// Source: PsGetCurrentThreadId (WDK).
HANDLE NTAPI PsGetCurrentThreadId(VOID) {
  const Thread *thread = CurrentThread();
  return ULongToHandle(thread->requestor_thread != 0 ? thread->requestor_thread : thread->id);
}

/// Source: PsGetThreadId (WDK).
HANDLE NTAPI PsGetThreadId(PETHREAD Thread) { return ULongToHandle(reinterpret_cast<ke::Thread *>(Thread)->id); }

/// Id of the requestor's process in a dispatch routine, otherwise the host's.
/// Source: PsGetCurrentProcessId (WDK).
HANDLE NTAPI PsGetCurrentProcessId(VOID) {
  const Thread *thread = CurrentThread();
  return thread->requestor_process != 0 ? ULongToHandle(thread->requestor_process)
                                        : NtCurrentTeb()->ClientId.UniqueProcess;
}

/// TRUE for threads of PsCreateSystemThread. Source: PsIsSystemThread (WDK).
BOOLEAN NTAPI PsIsSystemThread(PETHREAD Thread) {
  return reinterpret_cast<ke::Thread *>(Thread)->kind == ThreadKind::kSystem;
}

}  // extern "C"
