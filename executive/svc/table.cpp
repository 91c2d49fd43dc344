// The handlers of the services. What is not bound answers STATUS_NOT_IMPLEMENTED.

#include "binding.hpp"
#include "host_services.hpp"

#include "services.hpp"

#include <cm/services.hpp>
#include <ex/services.hpp>
#include <io/services.hpp>
#include <mm/services.hpp>
#include <ob/services.hpp>
#include <pnp/services.hpp>
#include <ps/services.hpp>
#include <wdm/host_service.hpp>
#include <wdm/services.hpp>

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
  BIND_TRIED(io, NtCreateFile);
  BIND_TRIED(io, NtDeleteFile);
  BIND_TRIED(io, NtDeviceIoControlFile);
  BIND_TRIED(io, NtFlushBuffersFile);
  BIND_TRIED(io, NtFsControlFile);
  BIND_TRIED(io, NtOpenFile);
  BIND_TRIED(io, NtQueryAttributesFile);
  BIND(io, NtQueryDirectoryFile);
  BIND_TRIED(io, NtQueryFullAttributesFile);
  BIND_TRIED(io, NtQueryInformationFile);
  BIND_TRIED(io, NtQueryVolumeInformationFile);
  BIND_TRIED(io, NtSetInformationFile);
  BIND_TRIED(io, NtWriteFile);
  BIND_TRIED(io, NtReadFile);

  BIND(wdm, WdmAttachHost);
  BIND(wdm, WdmCreateDevice);
  BIND(wdm, WdmDeleteDevice);
  BIND(wdm, WdmUpdateDevice);
  BIND(wdm, WdmAttachDevice);
  BIND(wdm, WdmDetachDevice);
  BIND(wdm, WdmSetTimer);
  BIND(wdm, WdmConnectInterrupt);
  BIND(wdm, WdmDisconnectInterrupt);
  BIND(wdm, WdmMapPhysical);
  BIND(wdm, WdmUnmapPhysical);
  BIND(wdm, WdmAllocateContiguous);
  BIND(wdm, WdmFreeContiguous);
  BIND(wdm, WdmGetPhysicalPages);
  BIND(wdm, WdmMapRequest);
  BIND(wdm, WdmOpenDriverImage);
  BIND(wdm, WdmDebugPrint);
  BIND(wdm, WdmBugCheck);
  BIND_WAITING(wdm, WdmOpenDevice);

  BIND(pnp, WdmInvalidateDeviceRelations);
  BIND(pnp, WdmInvalidateDeviceState);
  BIND(pnp, WdmRegisterInterface);
  BIND(pnp, WdmSetInterfaceState);
  BIND(pnp, WdmGetInterfaces);
  BIND(pnp, WdmOpenDeviceKey);
  BIND(pnp, WdmQueryDeviceProperty);
  BIND(pnp, WdmRegisterNotification);
  BIND(pnp, WdmUnregisterNotification);
  BIND(pnp, WdmBusData);
  BIND_WAITING(pnp, NtLoadDriver);
  BIND_WAITING(pnp, NtUnloadDriver);
  BIND_WAITING(pnp, NtPlugPlayControl);

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
  BIND_WAITING(svc, NtShutdownSystem);
  return handlers;
}

}  // namespace

constinit const std::array<Handler, nt::kServiceCount> kHandlers = MakeTable();

namespace {

coro::Task<Answer> RunFor(ke::Caller &caller, std::uint32_t number, Words words) {
  const Handler &handler = kHandlers[number];
  if (kDeniedToHosts[number]) {
    co_return Fail(STATUS_ACCESS_DENIED);
  }
  if (handler.plain != nullptr) {
    co_return handler.plain(caller, words);
  }
  if (handler.attempt != nullptr) {
    if (std::optional<Answer> answer = handler.attempt(caller, words)) {
      co_return *answer;
    }
  }
  if (handler.waiting == nullptr) {
    co_return Fail(STATUS_NOT_IMPLEMENTED);
  }
  co_return co_await handler.waiting(caller, words);
}

}  // namespace

void ServeFibers() { wdm::UseServiceRunner(&RunFor); }

}  // namespace svc
