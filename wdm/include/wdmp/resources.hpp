#pragma once
// What a device was given, remembered at IRP_MN_START_DEVICE for IoConnectInterruptEx (line and message based).

#include <ntddk.h>

namespace ke {

/// Keeps copies of the lists that IRP_MN_START_DEVICE brought for the stack whose lowest device is `pdo`; null, null
/// forgets them (remove, stop, surprise remove). False: no memory. IRQL PASSIVE_LEVEL.
bool RememberResources(PDEVICE_OBJECT pdo, const CM_RESOURCE_LIST *raw, const CM_RESOURCE_LIST *translated);

/// The lists' first partial lists; false: the device has none. They stay until the next RememberResources.
bool FindResources(PDEVICE_OBJECT pdo, const CM_PARTIAL_RESOURCE_LIST **raw,
                   const CM_PARTIAL_RESOURCE_LIST **translated);

}  // namespace ke
