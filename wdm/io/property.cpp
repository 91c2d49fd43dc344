// What the plug and play manager knows of devices: properties, registry keys, interfaces, invalidations. Facts:
// learn.microsoft.com, the routines' own pages.

#include "iop.hpp"

#include <wdm/wdm_services.h>
#include <wdmp/pool.hpp>

extern "C" {

// WDK: IoGetDeviceProperty. STATUS_BUFFER_TOO_SMALL with the length, STATUS_OBJECT_NAME_NOT_FOUND,
// STATUS_INVALID_PARAMETER_2, STATUS_INVALID_DEVICE_REQUEST. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoGetDeviceProperty(PDEVICE_OBJECT DeviceObject, DEVICE_REGISTRY_PROPERTY DeviceProperty,
                                   ULONG BufferLength, PVOID PropertyBuffer, PULONG ResultLength) {
  return WdmQueryDeviceProperty(io::DeviceId(DeviceObject), static_cast<ULONG>(DeviceProperty), PropertyBuffer,
                                BufferLength, ResultLength);
}

// WDK: IoOpenDeviceRegistryKey.
NTSTATUS NTAPI IoOpenDeviceRegistryKey(PDEVICE_OBJECT DeviceObject, ULONG DevInstKeyType, ACCESS_MASK DesiredAccess,
                                       PHANDLE DeviceRegKey) {
  *DeviceRegKey = nullptr;
  return WdmOpenDeviceKey(io::DeviceId(DeviceObject), DevInstKeyType, DesiredAccess, DeviceRegKey);
}

// WDK: IoRegisterDeviceInterface. The name is the caller's (RtlFreeUnicodeString). IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoRegisterDeviceInterface(PDEVICE_OBJECT PhysicalDeviceObject, const GUID *InterfaceClassGuid,
                                         PUNICODE_STRING ReferenceString, PUNICODE_STRING SymbolicLinkName) {
  GUID guid = *InterfaceClassGuid;
  ULONG length = 256;
  for (;;) {
    auto *text = static_cast<PWCH>(wdm::PoolAllocate(length + sizeof(WCHAR), io::kTag));
    if (text == nullptr) {
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    ULONG needed = 0;
    NTSTATUS status =
        WdmRegisterInterface(io::DeviceId(PhysicalDeviceObject), &guid, ReferenceString, text, length, &needed);
    if (NT_SUCCESS(status)) {
      text[needed / sizeof(WCHAR)] = 0;
      SymbolicLinkName->Buffer = text;
      SymbolicLinkName->Length = static_cast<USHORT>(needed);
      SymbolicLinkName->MaximumLength = static_cast<USHORT>(needed + sizeof(WCHAR));
      return status;
    }
    wdm::PoolFree(text);
    if (status != STATUS_BUFFER_TOO_SMALL || needed <= length || needed > 0xfff0) {
      return status;
    }
    length = needed;
  }
}

// WDK: IoSetDeviceInterfaceState. STATUS_OBJECT_NAME_EXISTS, STATUS_OBJECT_NAME_NOT_FOUND.
NTSTATUS NTAPI IoSetDeviceInterfaceState(PUNICODE_STRING SymbolicLinkName, BOOLEAN Enable) {
  return WdmSetInterfaceState(SymbolicLinkName, Enable);
}

// WDK: IoGetDeviceInterfaces: a REG_MULTI_SZ in pool, freed by the caller. IRQL PASSIVE_LEVEL.
NTSTATUS NTAPI IoGetDeviceInterfaces(const GUID *InterfaceClassGuid, PDEVICE_OBJECT PhysicalDeviceObject, ULONG Flags,
                                     PZZWSTR *SymbolicLinkList) {
  *SymbolicLinkList = nullptr;
  GUID guid = *InterfaceClassGuid;
  ULONG length = 512;
  for (;;) {
    auto *text = static_cast<PWCH>(wdm::PoolAllocateZero(length + 2 * sizeof(WCHAR), io::kTag));
    if (text == nullptr) {
      return STATUS_INSUFFICIENT_RESOURCES;
    }
    ULONG needed = 0;
    NTSTATUS status = WdmGetInterfaces(&guid, io::DeviceId(PhysicalDeviceObject), Flags, text, length, &needed);
    if (NT_SUCCESS(status)) {
      *SymbolicLinkList = text;
      return status;
    }
    wdm::PoolFree(text);
    if (status != STATUS_BUFFER_TOO_SMALL || needed <= length) {
      return status;
    }
    length = needed;
  }
}

// WDK: IoInvalidateDeviceRelations, IoInvalidateDeviceState. IRQL <= DISPATCH_LEVEL.
void NTAPI IoInvalidateDeviceRelations(PDEVICE_OBJECT DeviceObject, DEVICE_RELATION_TYPE Type) {
  WdmInvalidateDeviceRelations(io::DeviceId(DeviceObject), static_cast<ULONG>(Type));
}

void NTAPI IoInvalidateDeviceState(PDEVICE_OBJECT PhysicalDeviceObject) {
  WdmInvalidateDeviceState(io::DeviceId(PhysicalDeviceObject));
}

}  // extern "C"
