#pragma once
// Services that see the whole system. Statuses are those of the WDK's and the native API's documentation.

#include <nt/nt.h>
#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <rtl/result.hpp>

namespace svc {

Result<NTSTATUS> NtDisplayString(ke::Caller &caller, UserIn<UNICODE_STRING> string);
Result<NTSTATUS> NtFlushProcessWriteBuffers(ke::Caller &caller);
Result<NTSTATUS> NtGetCurrentProcessorNumber(ke::Caller &caller);
Result<NTSTATUS> NtQuerySystemInformation(ke::Caller &caller, SYSTEM_INFORMATION_CLASS information_class,
                                          UserPointer information, ULONG length, UserOut<ULONG> return_length);
// SystemFirmwareTableInformation. STATUS_INFO_LENGTH_MISMATCH (no room for the head), STATUS_BUFFER_TOO_SMALL (none for
// the table; the head says its size), STATUS_NOT_FOUND (no such table), STATUS_NOT_IMPLEMENTED (another provider than
// 'ACPI'; enumeration), STATUS_INVALID_PARAMETER (unknown action).
Result<NTSTATUS> QueryFirmwareTable(UserPointer information, ULONG length, UserOut<ULONG> return_length);
Result<NTSTATUS> NtSetSystemTime(ke::Caller &caller, UserIn<LARGE_INTEGER> time, UserOut<LARGE_INTEGER> previous);
// The devices' drivers first: who switches the machine off is one of them.
coro::Task<Result<NTSTATUS>> NtShutdownSystem(ke::Caller &caller, SHUTDOWN_ACTION action);

}  // namespace svc
