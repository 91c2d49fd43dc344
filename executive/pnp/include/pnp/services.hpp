#pragma once
// The services of the plug and play manager. Those named Wdm* are for driver hosts: everybody else gets
// STATUS_ACCESS_DENIED, and so does a host that names a device of another host. Statuses beyond those of user memory
// stand at each.

#include <nt/nt.h>
#include <wdm/pnp_types.h>
#include <coro/task.hpp>
#include <ke/caller.hpp>
#include <ke/user.hpp>

namespace pnp {

// Loads the driver of a services key, `\Registry\Machine\System\CurrentControlSet\Services\x`, and runs its DriverEntry
// (ZwLoadDriver, WDK). STATUS_IMAGE_ALREADY_LOADED, STATUS_OBJECT_NAME_NOT_FOUND (no such key),
// STATUS_INVALID_PARAMETER (the name is no services key), STATUS_PRIVILEGE_NOT_HELD later,
// STATUS_ILL_FORMED_SERVICE_ENTRY, what loading failed with.
coro::Task<Result<NTSTATUS>> NtLoadDriver(ke::Caller &caller, UserIn<UNICODE_STRING> driver_service_name);
// STATUS_OBJECT_NAME_NOT_FOUND (no such key, or not loaded), STATUS_INVALID_DEVICE_REQUEST (it cannot be unloaded: no
// DriverUnload, or devices of it are in the device tree), STATUS_INVALID_PARAMETER.
coro::Task<Result<NTSTATUS>> NtUnloadDriver(ke::Caller &caller, UserIn<UNICODE_STRING> driver_service_name);
// Classes of <nt/ntplugplay.h>. STATUS_NOT_IMPLEMENTED (class), STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_PARAMETER,
// STATUS_NO_SUCH_DEVICE, STATUS_PLUGPLAY_QUERY_VETOED.
coro::Task<Result<NTSTATUS>> NtPlugPlayControl(ke::Caller &caller, PLUGPLAY_CONTROL_CLASS control_class,
                                               UserPointer buffer, ULONG length);

// IRP_MN_SET_POWER with PowerSystemShutdown for every started device; returns only when the machine is still on.
// STATUS_DEVICE_NOT_READY (no manager), STATUS_INSUFFICIENT_RESOURCES, STATUS_THREAD_IS_TERMINATING.
coro::Task<Result<NTSTATUS>> PowerDownDevices(ke::Caller &caller, POWER_ACTION power);

// IoInvalidateDeviceRelations of a PDO. STATUS_NO_SUCH_DEVICE, STATUS_INVALID_PARAMETER (type).
Result<NTSTATUS> WdmInvalidateDeviceRelations(ke::Caller &caller, ULONGLONG device, ULONG type);
// IoInvalidateDeviceState of a PDO. STATUS_NO_SUCH_DEVICE.
Result<NTSTATUS> WdmInvalidateDeviceState(ke::Caller &caller, ULONGLONG device);
// IoRegisterDeviceInterface: writes the link's name without a terminating zero. STATUS_INVALID_DEVICE_REQUEST (no PDO
// in the tree), STATUS_BUFFER_TOO_SMALL with the length needed, STATUS_INVALID_PARAMETER (reference with a backslash).
Result<NTSTATUS> WdmRegisterInterface(ke::Caller &caller, ULONGLONG device, UserIn<GUID> interface_class,
                                      UserIn<UNICODE_STRING> reference, UserPointer link_name, ULONG length,
                                      UserOut<ULONG> return_length);
// IoSetDeviceInterfaceState. STATUS_OBJECT_NAME_EXISTS (enabled already), STATUS_OBJECT_NAME_NOT_FOUND.
Result<NTSTATUS> WdmSetInterfaceState(ke::Caller &caller, UserIn<UNICODE_STRING> link_name, BOOLEAN enable);
// IoGetDeviceInterfaces: a REG_MULTI_SZ. `device` 0: of all. STATUS_BUFFER_TOO_SMALL.
Result<NTSTATUS> WdmGetInterfaces(ke::Caller &caller, UserIn<GUID> interface_class, ULONGLONG device, ULONG flags,
                                  UserPointer list, ULONG length, UserOut<ULONG> return_length);
// IoOpenDeviceRegistryKey. STATUS_INVALID_DEVICE_REQUEST, STATUS_INVALID_PARAMETER (type), STATUS_OBJECT_NAME_NOT_FOUND
// (no driver key).
Result<NTSTATUS> WdmOpenDeviceKey(ke::Caller &caller, ULONGLONG device, ULONG key_type, ACCESS_MASK desired_access,
                                  UserOut<HANDLE> key_handle);
// IoGetDeviceProperty. STATUS_BUFFER_TOO_SMALL, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INVALID_PARAMETER_2,
// STATUS_INVALID_DEVICE_REQUEST.
Result<NTSTATUS> WdmQueryDeviceProperty(ke::Caller &caller, ULONGLONG device, ULONG property, UserPointer buffer,
                                        ULONG length, UserOut<ULONG> return_length);
// IoRegisterPlugPlayNotification; `category` is IO_NOTIFICATION_EVENT_CATEGORY. STATUS_INVALID_PARAMETER,
// STATUS_INSUFFICIENT_RESOURCES.
Result<NTSTATUS> WdmRegisterNotification(ke::Caller &caller, ULONG category, ULONG flags, UserIn<GUID> interface_class,
                                         HANDLE file, ULONGLONG cookie);
// STATUS_OBJECT_NAME_NOT_FOUND.
Result<NTSTATUS> WdmUnregisterNotification(ke::Caller &caller, ULONGLONG cookie);
// HalGetBusDataByOffset and HalSetBusDataByOffset of PCIConfiguration; `slot_number` is a PCI_SLOT_NUMBER. `done`:
// bytes; 0 for a bus that is not there, 2 (the vendor, all ones) for a function that is not. STATUS_ACCESS_DENIED: the
// caller's devices neither own the bus number nor are that function, or a function's own driver writes its base
// addresses or messages.
Result<NTSTATUS> WdmBusData(ke::Caller &caller, ULONG bus_number, ULONG slot_number, UserPointer buffer, ULONG offset,
                            ULONG length, BOOLEAN write, UserOut<ULONG> done);

}  // namespace pnp
