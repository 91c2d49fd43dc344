// Loading drivers by name, and the device tree.

#include <nt/ntplugplay.h>

#include "umtests.hpp"

namespace umtests {
namespace {

using native::Handle;

constexpr WCHAR kNull[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\Null";
constexpr WCHAR kKeyboard[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\i8042prt";
constexpr WCHAR kMissing[] = L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\umtestsMissing";

UNICODE_STRING Text(const WCHAR *text) {
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, text);
  return string;
}

NTSTATUS OpenNullDevice() {
  Named name(L"\\Device\\Null");
  Handle file;
  IO_STATUS_BLOCK io{};
  return NtOpenFile(file.Out(), FILE_GENERIC_READ, &name, &io, FILE_SHARE_READ, FILE_SYNCHRONOUS_IO_NONALERT);
}

void LoadAgain() {
  UNICODE_STRING name = Text(kNull);
  CHECK_STATUS(NtLoadDriver(&name), STATUS_IMAGE_ALREADY_LOADED);
}

void Missing() {
  UNICODE_STRING name = Text(kMissing);
  CHECK_STATUS(NtLoadDriver(&name), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_STATUS(NtUnloadDriver(&name), STATUS_OBJECT_NAME_NOT_FOUND);
}

// The driver's device goes and comes with it.
void RoundTrip() {
  UNICODE_STRING name = Text(kNull);
  CHECK_SUCCESS(OpenNullDevice());
  CHECK_SUCCESS(NtUnloadDriver(&name));
  CHECK_STATUS(OpenNullDevice(), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_STATUS(NtUnloadDriver(&name), STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_SUCCESS(NtLoadDriver(&name));
  CHECK_SUCCESS(OpenNullDevice());
}

// Devices of the tree use it: it goes by plug and play.
void InUse() {
  UNICODE_STRING name = Text(kKeyboard);
  CHECK_STATUS(NtUnloadDriver(&name), STATUS_INVALID_DEVICE_REQUEST);
}

// A service without a file.
void NoImage() {
  Named key_name(L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\umtestsNoImage");
  Handle key;
  CHECK_SUCCESS(NtCreateKey(key.Out(), KEY_ALL_ACCESS, &key_name, 0, nullptr, REG_OPTION_VOLATILE, nullptr));
  UNICODE_STRING type_name = Text(L"Type");
  ULONG type = 1;
  CHECK_SUCCESS(NtSetValueKey(key.Get(), &type_name, 0, REG_DWORD, &type, sizeof type));
  UNICODE_STRING name = Text(L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\umtestsNoImage");
  const NTSTATUS status = NtLoadDriver(&name);
  type = 0x10;  // SERVICE_WIN32_OWN_PROCESS: no driver
  NtSetValueKey(key.Get(), &type_name, 0, REG_DWORD, &type, sizeof type);
  const NTSTATUS program = NtLoadDriver(&name);
  NtDeleteKey(key.Get());
  CHECK_STATUS(status, STATUS_OBJECT_NAME_NOT_FOUND);
  CHECK_STATUS(program, STATUS_ILL_FORMED_SERVICE_ENTRY);
}

void Pointers() {
  CHECK_STATUS(NtLoadDriver(nullptr), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(NtUnloadDriver(At<UNICODE_STRING>(0x1000)), STATUS_ACCESS_VIOLATION);
  UNICODE_STRING bad{32, 32, At<WCHAR>(0x1000)};
  CHECK_STATUS(NtLoadDriver(&bad), STATUS_ACCESS_VIOLATION);
}

NTSTATUS Related(const WCHAR *instance, ULONG relation, WCHAR *buffer, ULONG &length) {
  PLUGPLAY_CONTROL_RELATED_DEVICE_DATA data{Text(instance), relation, buffer, length};
  const NTSTATUS status = NtPlugPlayControl(PlugPlayControlGetRelatedDevice, &data, sizeof data);
  length = data.RelatedDeviceInstanceLength;
  return status;
}

void Tree() {
  WCHAR buffer[400] = {};
  ULONG length = 399;
  CHECK_SUCCESS(Related(L"HTREE\\ROOT\\0", PNP_GET_CHILD_DEVICE, buffer, length));
  CHECK(length > 5 && length < 400);
  buffer[length] = 0;
  WCHAR parent[400] = {};
  ULONG parent_length = 399;
  CHECK_SUCCESS(Related(buffer, PNP_GET_PARENT_DEVICE, parent, parent_length));
  UNICODE_STRING found = Text(parent);
  UNICODE_STRING root = Text(L"HTREE\\ROOT\\0");
  CHECK(RtlEqualUnicodeString(&found, &root, TRUE));
  PLUGPLAY_CONTROL_DEPTH_DATA depth{Text(buffer), 0};
  CHECK_SUCCESS(NtPlugPlayControl(PlugPlayControlGetDeviceDepth, &depth, sizeof depth));
  CHECK(depth.DeviceDepth == 1);
  PLUGPLAY_CONTROL_STATUS_DATA status{Text(buffer), PNP_GET_DEVICE_STATUS, 0, 0};
  CHECK_SUCCESS(NtPlugPlayControl(PlugPlayControlDeviceStatus, &status, sizeof status));
  CHECK((status.DeviceStatus & DN_ROOT_ENUMERATED) != 0);
  length = 3;
  CHECK_STATUS(Related(L"HTREE\\ROOT\\0", PNP_GET_CHILD_DEVICE, buffer, length), STATUS_BUFFER_TOO_SMALL);
  CHECK(length > 5);
}

void TreeErrors() {
  WCHAR buffer[400] = {};
  ULONG length = 399;
  CHECK_STATUS(Related(L"HTREE\\ROOT\\0", PNP_GET_PARENT_DEVICE, buffer, length), STATUS_NO_SUCH_DEVICE);
  CHECK_STATUS(Related(L"umtests\\missing\\0", PNP_GET_CHILD_DEVICE, buffer, length), STATUS_NO_SUCH_DEVICE);
  CHECK_STATUS(Related(L"HTREE\\ROOT\\0", 77, buffer, length), STATUS_INVALID_PARAMETER);
  PLUGPLAY_CONTROL_STATUS_DATA data{Text(L"umtests\\missing\\0"), PNP_GET_DEVICE_STATUS, 0, 0};
  CHECK_STATUS(NtPlugPlayControl(PlugPlayControlDeviceStatus, &data, sizeof data), STATUS_NO_SUCH_DEVICE);
  CHECK_STATUS(NtPlugPlayControl(PlugPlayControlDeviceStatus, &data, 8), STATUS_BUFFER_TOO_SMALL);
  CHECK_STATUS(NtPlugPlayControl(PlugPlayControlDeviceStatus, nullptr, sizeof data), STATUS_ACCESS_VIOLATION);
  CHECK_STATUS(NtPlugPlayControl(static_cast<PLUGPLAY_CONTROL_CLASS>(999), &data, sizeof data),
               STATUS_INVALID_PARAMETER);
  PLUGPLAY_CONTROL_DEVICE_CONTROL_DATA root{Text(L"HTREE\\ROOT\\0"), 0};
  CHECK_STATUS(NtPlugPlayControl(PlugPlayControlStartDevice, &root, sizeof root), STATUS_INVALID_DEVICE_REQUEST);
}

// A class that is not there says so.
void NotThere() {
  CHECK_STATUS(NtPlugPlayControl(PlugPlayControlRegisterNewDevice, nullptr, 0), STATUS_NOT_IMPLEMENTED);
}

constexpr Test kTests[] = {
    {"pnp.load.again", "ZwLoadDriver: STATUS_IMAGE_ALREADY_LOADED", LoadAgain},
    {"pnp.load.missing", "ZwLoadDriver, ZwUnloadDriver: STATUS_OBJECT_NAME_NOT_FOUND", Missing},
    {"pnp.load.no-image", "ZwLoadDriver: return values; STATUS_ILL_FORMED_SERVICE_ENTRY in ntstatus.h", NoImage},
    {"pnp.load.pointers", "ZwLoadDriver: DriverServiceName", Pointers},
    {"pnp.unload", "ZwUnloadDriver: remarks", RoundTrip},
    {"pnp.unload.in-use", "ZwUnloadDriver: return values", InUse},
    {"pnp.tree", "NtPlugPlayControl in phnt: ntpnpapi.h; CM_Get_Child, CM_Get_Parent, CM_Get_DevNode_Status", Tree},
    {"pnp.tree.errors", "CM_Get_Child, CM_Get_DevNode_Status: return values", TreeErrors},
    {"pnp.control", "NtPlugPlayControl in phnt: ntpnpapi.h", NotThere},
};

}  // namespace

constinit const std::span<const Test> kPlugAndPlayTests = kTests;

}  // namespace umtests
