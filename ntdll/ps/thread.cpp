// The life of a thread between the loader's start and its end.

#include "../ldr/module.hpp"
#include "../ntdllp.hpp"
#include "../rtl/parking.hpp"

extern "C" {

// RtlUserThreadStart comes here.
DECLSPEC_NORETURN void RtlpUserThreadStart(PUSER_THREAD_START_ROUTINE function, PVOID parameter) {
  RtlExitUserThread(function(parameter));
}

VOID NTAPI RtlExitUserThread(NTSTATUS ExitStatus) {
  ULONG last = 0;
  NTSTATUS status = NtQueryInformationThread(NtCurrentThread(), ThreadAmILastThread, &last, sizeof(last), nullptr);
  if (NT_SUCCESS(status) && last != 0) {
    RtlExitUserProcess(ExitStatus);
  }
  LdrShutdownThread();
  RtlpFreeThreadEvent();
  ntdll::Teb().HardErrorMode = 0;
  for (;;) {
    NtTerminateThread(NtCurrentThread(), ExitStatus);
  }
}

// The other threads end while this one holds the locks that DLL_PROCESS_DETACH will need: none is lost with its owner.
VOID NTAPI RtlExitUserProcess(NTSTATUS ExitStatus) {
  PVOID heap = ntdll::Peb().ProcessHeap;
  ldr::LoaderLock::Acquire();
  RtlAcquirePebLock();
  RtlLockHeap(heap);
  NtTerminateProcess(nullptr, ExitStatus);
  RtlUnlockHeap(heap);
  RtlReleasePebLock();
  LdrShutdownProcess();
  for (;;) {
    NtTerminateProcess(NtCurrentProcess(), ExitStatus);
  }
}

// Statuses of NtCreateThreadEx.
NTSTATUS NTAPI RtlCreateUserThread(HANDLE ProcessHandle, PSECURITY_DESCRIPTOR ThreadSecurityDescriptor,
                                   BOOLEAN CreateSuspended, ULONG ZeroBits, SIZE_T MaximumStackSize,
                                   SIZE_T CommittedStackSize, PUSER_THREAD_START_ROUTINE StartAddress, PVOID Parameter,
                                   PHANDLE ThreadHandle, PCLIENT_ID ClientId) {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, nullptr, 0, nullptr, ThreadSecurityDescriptor);
  CLIENT_ID id = {};
  PS_ATTRIBUTE_LIST list = {};
  list.TotalLength = sizeof(list);
  list.Attributes[0].Attribute = PS_ATTRIBUTE_CLIENT_ID;
  list.Attributes[0].Size = sizeof(id);
  list.Attributes[0].ValuePtr = &id;
  HANDLE thread = nullptr;
  NTSTATUS status =
      NtCreateThreadEx(&thread, THREAD_ALL_ACCESS, &attributes, ProcessHandle, reinterpret_cast<PVOID>(StartAddress),
                       Parameter, CreateSuspended ? THREAD_CREATE_FLAGS_CREATE_SUSPENDED : 0, ZeroBits,
                       CommittedStackSize, MaximumStackSize, &list);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  if (ClientId != nullptr) {
    *ClientId = id;
  }
  if (ThreadHandle != nullptr) {
    *ThreadHandle = thread;
  } else {
    NtClose(thread);
  }
  return status;
}

}  // extern "C"
