// IoCreateDeviceSecure. Facts: learn.microsoft.com, IoCreateDeviceSecure, "SDDL for Device Objects".

#include "iop.hpp"

namespace {

// `D:` with optional P, then ACEs `(type;flags;rights;;;who)`: the form that the documentation gives. The devices of
// hosts are protected by the namespace alone so far; a string that is no SDDL is refused all the same.
bool IsSddl(PCUNICODE_STRING text) {
  const WCHAR *at = text->Buffer;
  const WCHAR *end = at + text->Length / sizeof(WCHAR);
  auto take = [&](WCHAR wanted) {
    bool there = at != end && *at == wanted;
    at += there ? 1 : 0;
    return there;
  };
  if (!take(L'D') || !take(L':')) {
    return false;
  }
  take(L'P');
  while (take(L'(')) {
    int separators = 0;
    while (at != end && *at != L')' && *at != L'(') {
      separators += *at == L';' ? 1 : 0;
      at += 1;
    }
    if (separators != 5 || !take(L')')) {
      return false;
    }
  }
  return at == end;
}

}  // namespace

extern "C" {

// WDK (wdmsec.h): IoCreateDeviceSecure. STATUS_INVALID_PARAMETER: the SDDL string; otherwise as IoCreateDevice.
NTSTATUS NTAPI WdmlibIoCreateDeviceSecure(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
                                          PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
                                          ULONG DeviceCharacteristics, BOOLEAN Exclusive,
                                          PCUNICODE_STRING DefaultSDDLString, const GUID *,
                                          PDEVICE_OBJECT *DeviceObject) {
  if (DefaultSDDLString == nullptr || !IsSddl(DefaultSDDLString)) {
    *DeviceObject = nullptr;
    return STATUS_INVALID_PARAMETER;
  }
  return IoCreateDevice(DriverObject, DeviceExtensionSize, DeviceName, DeviceType, DeviceCharacteristics, Exclusive,
                        DeviceObject);
}

}  // extern "C"
