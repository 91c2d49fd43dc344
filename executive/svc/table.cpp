// The handlers of the services. What is not bound answers STATUS_NOT_IMPLEMENTED.

#include "binding.hpp"

#include "services.hpp"

#include <cm/services.hpp>
#include <ex/services.hpp>
#include <io/services.hpp>
#include <mm/services.hpp>
#include <ob/services.hpp>
#include <ps/services.hpp>

namespace svc {
namespace {

// BIND(ob, NtClose): the handler of service NtClose is ob::NtClose.
#define BIND(layer, service) \
  handlers[nt::ServiceNumber(#service)] = Plain<nt::ServiceNumber(#service), &layer::service>()
#define BIND_WAITING(layer, service) \
  handlers[nt::ServiceNumber(#service)] = Waiting<nt::ServiceNumber(#service), &layer::service>()
#define BIND_TRIED(layer, service) \
  handlers[nt::ServiceNumber(#service)] = Waiting<nt::ServiceNumber(#service), &layer::Try##service, &layer::service>()

consteval std::array<Handler, nt::kServiceCount> MakeTable() {
  std::array<Handler, nt::kServiceCount> handlers = {};
  BIND(ob, NtClose);
  BIND(ob, NtCompareObjects);
  BIND(ob, NtCreateDirectoryObject);
  BIND(ob, NtCreateSymbolicLinkObject);
  BIND(ob, NtDuplicateObject);
  BIND(ob, NtMakePermanentObject);
  BIND(ob, NtMakeTemporaryObject);
  BIND(ob, NtOpenDirectoryObject);
  BIND(ob, NtOpenSymbolicLinkObject);
  BIND(ob, NtQueryDirectoryObject);
  BIND(ob, NtQueryObject);
  BIND(ob, NtQuerySecurityObject);
  BIND(ob, NtQuerySymbolicLinkObject);
  BIND(ob, NtSetInformationObject);

  BIND(ex, NtAllocateLocallyUniqueId);
  BIND(ex, NtCancelTimer);
  BIND(ex, NtClearEvent);
  BIND(ex, NtCreateEvent);
  BIND(ex, NtCreateMutant);
  BIND(ex, NtCreateSemaphore);
  BIND(ex, NtCreateTimer);
  BIND(ex, NtOpenEvent);
  BIND(ex, NtOpenMutant);
  BIND(ex, NtOpenSemaphore);
  BIND(ex, NtOpenTimer);
  BIND(ex, NtPulseEvent);
  BIND(ex, NtQueryEvent);
  BIND(ex, NtQueryMutant);
  BIND(ex, NtQueryPerformanceCounter);
  BIND(ex, NtQuerySemaphore);
  BIND(ex, NtQuerySystemTime);
  BIND(ex, NtQueryTimer);
  BIND(ex, NtQueryTimerResolution);
  BIND(ex, NtReleaseMutant);
  BIND(ex, NtReleaseSemaphore);
  BIND(ex, NtResetEvent);
  BIND(ex, NtSetEvent);
  BIND(ex, NtSetTimer);
  BIND(ex, NtSetTimerResolution);
  BIND(ex, NtYieldExecution);
  BIND_WAITING(ex, NtSignalAndWaitForSingleObject);
  BIND_TRIED(ex, NtDelayExecution);
  BIND_TRIED(ex, NtWaitForMultipleObjects);
  BIND_TRIED(ex, NtWaitForSingleObject);

  BIND(mm, NtAllocateVirtualMemory);
  BIND(mm, NtAreMappedFilesTheSame);
  BIND(mm, NtCreateSection);
  BIND(mm, NtFlushInstructionCache);
  BIND(mm, NtFreeVirtualMemory);
  BIND(mm, NtLockVirtualMemory);
  BIND(mm, NtMapViewOfSection);
  BIND(mm, NtOpenSection);
  BIND(mm, NtProtectVirtualMemory);
  BIND(mm, NtQuerySection);
  BIND(mm, NtQueryVirtualMemory);
  BIND(mm, NtReadVirtualMemory);
  BIND(mm, NtUnlockVirtualMemory);
  BIND(mm, NtUnmapViewOfSection);
  BIND(mm, NtWriteVirtualMemory);

  BIND(ps, NtAlertResumeThread);
  BIND(ps, NtAlertThread);
  BIND(ps, NtCreateThreadEx);
  BIND(ps, NtCreateUserProcess);
  BIND(ps, NtGetContextThread);
  BIND(ps, NtGetNextProcess);
  BIND(ps, NtGetNextThread);
  BIND(ps, NtIsProcessInJob);
  BIND(ps, NtOpenProcess);
  BIND(ps, NtOpenThread);
  BIND(ps, NtQueryInformationProcess);
  BIND(ps, NtQueryInformationThread);
  BIND(ps, NtQueueApcThread);
  BIND(ps, NtRaiseException);
  BIND(ps, NtResumeProcess);
  BIND(ps, NtResumeThread);
  BIND(ps, NtSetContextThread);
  BIND(ps, NtSetInformationProcess);
  BIND(ps, NtSetInformationThread);
  BIND(ps, NtSuspendProcess);
  BIND(ps, NtSuspendThread);
  BIND(ps, NtTerminateProcess);
  BIND(ps, NtTerminateThread);
  BIND(ps, NtTestAlert);

  BIND(io, NtCancelIoFile);
  BIND(io, NtCancelIoFileEx);
  BIND(io, NtCreateFile);
  BIND(io, NtDeleteFile);
  BIND(io, NtDeviceIoControlFile);
  BIND(io, NtFlushBuffersFile);
  BIND(io, NtFsControlFile);
  BIND(io, NtOpenFile);
  BIND(io, NtQueryAttributesFile);
  BIND(io, NtQueryDirectoryFile);
  BIND(io, NtQueryFullAttributesFile);
  BIND(io, NtQueryInformationFile);
  BIND(io, NtQueryVolumeInformationFile);
  BIND(io, NtSetInformationFile);
  BIND(io, NtWriteFile);
  BIND_TRIED(io, NtReadFile);

  BIND(cm, NtCreateKey);
  BIND(cm, NtDeleteKey);
  BIND(cm, NtDeleteValueKey);
  BIND(cm, NtEnumerateKey);
  BIND(cm, NtEnumerateValueKey);
  BIND(cm, NtFlushKey);
  BIND_TRIED(cm, NtNotifyChangeKey);
  BIND(cm, NtOpenKey);
  BIND(cm, NtOpenKeyEx);
  BIND(cm, NtQueryKey);
  BIND(cm, NtQueryValueKey);
  BIND(cm, NtRenameKey);
  BIND(cm, NtSetValueKey);

  BIND(svc, NtDisplayString);
  BIND(svc, NtFlushProcessWriteBuffers);
  BIND(svc, NtGetCurrentProcessorNumber);
  BIND(svc, NtQuerySystemInformation);
  BIND(svc, NtSetSystemTime);
  BIND(svc, NtShutdownSystem);
  return handlers;
}

}  // namespace

constinit const std::array<Handler, nt::kServiceCount> kHandlers = MakeTable();

}  // namespace svc
