#pragma once
// The services for driver hosts that concern devices, memory and interrupts; those of plug and play are pnp's. All give
// STATUS_ACCESS_DENIED to a caller that is no driver host.

#include <nt/nt.h>
#include <wdm/host.h>
#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <rtl/result.hpp>

namespace wdm {

using Answer = Result<NTSTATUS>;

// Where the area and the arena are.
Answer WdmAttachHost(ke::Caller &caller, UserOut<WDM_HOST_INFO> info);
// IoCreateDevice. STATUS_OBJECT_NAME_COLLISION, STATUS_OBJECT_NAME_INVALID, STATUS_OBJECT_PATH_NOT_FOUND,
// STATUS_INSUFFICIENT_RESOURCES.
Answer WdmCreateDevice(ke::Caller &caller, UserIn<WDM_DEVICE_CREATE> create, UserIn<UNICODE_STRING> device_name,
                       UserOut<ULONGLONG> device);
// STATUS_NO_SUCH_DEVICE: no device of this host; so below.
Answer WdmDeleteDevice(ke::Caller &caller, ULONGLONG device);
Answer WdmUpdateDevice(ke::Caller &caller, ULONGLONG device, UserIn<WDM_DEVICE_STATE> state);
// `lower` may be another host's, but must stand in a stack that the host was asked to join, or be opened by it:
// STATUS_ACCESS_DENIED.
Answer WdmAttachDevice(ke::Caller &caller, ULONGLONG upper, ULONGLONG lower);
Answer WdmDetachDevice(ke::Caller &caller, ULONGLONG upper);
// IoGetDeviceObjectPointer: statuses of NtOpenFile, STATUS_INVALID_DEVICE_REQUEST (nothing of a driver).
coro::Task<Answer> WdmOpenDevice(ke::Caller &caller, UserIn<UNICODE_STRING> name, ACCESS_MASK desired_access,
                                 UserOut<HANDLE> file_handle, UserOut<WDM_DEVICE_OPENED> opened);

// The baton thread is to be rung at this interrupt time.
Answer WdmSetTimer(ke::Caller &caller, ULONGLONG interrupt_time);
// STATUS_ACCESS_DENIED: the vector is not granted; STATUS_INVALID_PARAMETER.
Answer WdmConnectInterrupt(ke::Caller &caller, UserInOut<WDM_INTERRUPT> interrupt);
Answer WdmDisconnectInterrupt(ke::Caller &caller, ULONG index);

// Device memory that was granted. STATUS_ACCESS_DENIED (logged), STATUS_INVALID_PARAMETER, STATUS_NO_MEMORY.
Answer WdmMapPhysical(ke::Caller &caller, ULONGLONG physical_address, SIZE_T length, ULONG cache_type,
                      UserOut<PVOID> base_address);
Answer WdmUnmapPhysical(ke::Caller &caller, UserPointer base_address, SIZE_T length);
// Memory of consecutive physical addresses within [lowest, highest], zeroed. STATUS_NO_MEMORY,
// STATUS_COMMITMENT_LIMIT, STATUS_INVALID_PARAMETER.
Answer WdmAllocateContiguous(ke::Caller &caller, SIZE_T length, ULONGLONG lowest, ULONGLONG highest, ULONGLONG boundary,
                             ULONG cache_type, UserOut<PVOID> base_address, UserOut<ULONGLONG> physical_address);
Answer WdmFreeContiguous(ke::Caller &caller, UserPointer base_address);
// Page frame numbers of `count` pages of the host's own memory. STATUS_ACCESS_VIOLATION, STATUS_INVALID_PARAMETER.
Answer WdmGetPhysicalPages(ke::Caller &caller, UserPointer address, ULONG count, UserPointer pages);
// The buffer of direct I/O of a request that the host has. STATUS_INVALID_PARAMETER, STATUS_NO_MEMORY.
Answer WdmMapRequest(ke::Caller &caller, ULONG id, UserOut<PVOID> address);

// A section of the image `file_name`: a plain name in \SystemRoot\System32\drivers, or a path that begins with
// \SystemRoot. Statuses of NtOpenFile and NtCreateSection.
Answer WdmOpenDriverImage(ke::Caller &caller, UserIn<UNICODE_STRING> file_name, UserOut<HANDLE> section_handle);

// Text for the person at the console, at most 512 bytes of it.
Answer WdmDebugPrint(ke::Caller &caller, UserPointer text, ULONG length);
// KeBugCheckEx: names the code and the four parameters, and ends the host.
Answer WdmBugCheck(ke::Caller &caller, ULONG code, UserPointer parameters);

}  // namespace wdm
