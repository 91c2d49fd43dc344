// IoGetDevicePropertyData: the properties of a device that have a DEVPKEY. Facts: learn.microsoft.com,
// IoGetDevicePropertyData, "Device properties" (devpkey.h).

#include "iop.hpp"

#include <devpropdef.h>
#include <wdm/wdm_services.h>

#include <cstring>

namespace {

// The format of the keys that have a DEVICE_REGISTRY_PROPERTY.
constexpr GUID kFormat = {0xa45c254e, 0xdf1c, 0x4efd, {0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0}};

struct Known {
  ULONG pid;
  DEVICE_REGISTRY_PROPERTY property;
  DEVPROPTYPE type;
};

constexpr Known kKnown[] = {{2, DevicePropertyDeviceDescription, DEVPROP_TYPE_STRING},
                            {3, DevicePropertyHardwareID, DEVPROP_TYPE_STRING_LIST},
                            {4, DevicePropertyCompatibleIDs, DEVPROP_TYPE_STRING_LIST},
                            {9, DevicePropertyClassName, DEVPROP_TYPE_STRING},
                            {10, DevicePropertyClassGuid, DEVPROP_TYPE_GUID},
                            {11, DevicePropertyDriverKeyName, DEVPROP_TYPE_STRING},
                            {13, DevicePropertyManufacturer, DEVPROP_TYPE_STRING},
                            {14, DevicePropertyFriendlyName, DEVPROP_TYPE_STRING},
                            {15, DevicePropertyLocationInformation, DEVPROP_TYPE_STRING},
                            {16, DevicePropertyPhysicalDeviceObjectName, DEVPROP_TYPE_STRING},
                            {21, DevicePropertyBusTypeGuid, DEVPROP_TYPE_GUID},
                            {22, DevicePropertyLegacyBusType, DEVPROP_TYPE_UINT32},
                            {23, DevicePropertyBusNumber, DEVPROP_TYPE_UINT32},
                            {24, DevicePropertyEnumeratorName, DEVPROP_TYPE_STRING},
                            {30, DevicePropertyAddress, DEVPROP_TYPE_UINT32},
                            {31, DevicePropertyUINumber, DEVPROP_TYPE_UINT32},
                            {33, DevicePropertyRemovalPolicy, DEVPROP_TYPE_UINT32}};

// The class GUID is text as a registry property, a GUID as a DEVPKEY.
NTSTATUS ClassGuid(uint64_t device, ULONG size, PVOID data, PULONG required) {
  WCHAR text[40] = {};
  ULONG length = 0;
  NTSTATUS status =
      WdmQueryDeviceProperty(device, DevicePropertyClassGuid, text, sizeof(text) - sizeof(WCHAR), &length);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  *required = sizeof(GUID);
  if (size < sizeof(GUID)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  UNICODE_STRING string;
  RtlInitUnicodeString(&string, text);
  GUID guid;
  status = RtlGUIDFromString(&string, &guid);
  memcpy(data, &guid, sizeof(guid));
  return status;
}

}  // namespace

extern "C" {

// STATUS_OBJECT_NAME_NOT_FOUND: no such property; STATUS_BUFFER_TOO_SMALL with the length. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoGetDevicePropertyData(PDEVICE_OBJECT Pdo, const DEVPROPKEY *PropertyKey, LCID, ULONG, ULONG Size,
                                       PVOID Data, PULONG RequiredSize, PDEVPROPTYPE Type) {
  *RequiredSize = 0;
  *Type = DEVPROP_TYPE_EMPTY;
  if (memcmp(&PropertyKey->fmtid, &kFormat, sizeof(GUID)) != 0) {
    return STATUS_OBJECT_NAME_NOT_FOUND;
  }
  for (const Known &known : kKnown) {
    if (known.pid != PropertyKey->pid) {
      continue;
    }
    *Type = known.type;
    if (known.property == DevicePropertyClassGuid) {
      return ClassGuid(io::DeviceId(Pdo), Size, Data, RequiredSize);
    }
    return WdmQueryDeviceProperty(io::DeviceId(Pdo), static_cast<ULONG>(known.property), Data, Size, RequiredSize);
  }
  return STATUS_OBJECT_NAME_NOT_FOUND;
}

}  // extern "C"
