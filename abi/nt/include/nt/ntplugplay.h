// NtPlugPlayControl: what programs ask of the plug and play manager. Classes and structures as the public native API
// headers describe them (System Informer's phnt, ReactOS ndk cmtypes.h); DN_* and PNP_VETO_TYPE: cfg.h of the SDK.
#pragma once

#include <nt/ntdef.h>

typedef enum _PLUGPLAY_CONTROL_CLASS NT_ENUM {
  PlugPlayControlEnumerateDevice,
  PlugPlayControlRegisterNewDevice,
  PlugPlayControlDeregisterDevice,
  PlugPlayControlInitializeDevice,
  PlugPlayControlStartDevice,
  PlugPlayControlUnlockDevice,
  PlugPlayControlQueryAndRemoveDevice,
  PlugPlayControlUserResponse,
  PlugPlayControlGenerateLegacyDevice,
  PlugPlayControlGetInterfaceDeviceList,
  PlugPlayControlProperty,
  PlugPlayControlDeviceClassAssociation,
  PlugPlayControlGetRelatedDevice,
  PlugPlayControlGetInterfaceDeviceAlias,
  PlugPlayControlDeviceStatus,
  PlugPlayControlGetDeviceDepth,
  PlugPlayControlQueryDeviceRelations,
  PlugPlayControlTargetDeviceRelation,
  PlugPlayControlQueryConflictList,
  PlugPlayControlRetrieveDock,
  PlugPlayControlResetDevice,
  PlugPlayControlHaltDevice,
  PlugPlayControlGetBlockedDriverList,
  PlugPlayControlGetDeviceInterfaceEnabled,
  MaxPlugPlayControl
} PLUGPLAY_CONTROL_CLASS,
    *PPLUGPLAY_CONTROL_CLASS;

// EnumerateDevice, InitializeDevice, StartDevice, ResetDevice. A device instance is its path below Enum, such as
// `PCI\VEN_8086&DEV_1237\0`.
typedef struct _PLUGPLAY_CONTROL_DEVICE_CONTROL_DATA {
  UNICODE_STRING DeviceInstance;
  ULONG Flags;
} PLUGPLAY_CONTROL_DEVICE_CONTROL_DATA, *PPLUGPLAY_CONTROL_DEVICE_CONTROL_DATA;
NT_STATIC_ASSERT(sizeof(PLUGPLAY_CONTROL_DEVICE_CONTROL_DATA) == (NT_64BIT ? 24 : 12));

typedef enum _PNP_VETO_TYPE NT_ENUM {
  PNP_VetoTypeUnknown,
  PNP_VetoLegacyDevice,
  PNP_VetoPendingClose,
  PNP_VetoWindowsApp,
  PNP_VetoWindowsService,
  PNP_VetoOutstandingOpen,
  PNP_VetoDevice,
  PNP_VetoDriver,
  PNP_VetoIllegalDeviceRequest,
  PNP_VetoInsufficientPower,
  PNP_VetoNonDisableable,
  PNP_VetoLegacyDriver,
  PNP_VetoInsufficientRights,
  PNP_VetoAlreadyRemoved
} PNP_VETO_TYPE,
    *PPNP_VETO_TYPE;

typedef struct _PLUGPLAY_CONTROL_QUERY_REMOVE_DATA {
  UNICODE_STRING DeviceInstance;
  ULONG Flags;
  PNP_VETO_TYPE VetoType;
  PWSTR VetoName;
  ULONG VetoNameLength;
} PLUGPLAY_CONTROL_QUERY_REMOVE_DATA, *PPLUGPLAY_CONTROL_QUERY_REMOVE_DATA;
NT_STATIC_ASSERT(sizeof(PLUGPLAY_CONTROL_QUERY_REMOVE_DATA) == (NT_64BIT ? 40 : 24));

// PLUGPLAY_CONTROL_RELATED_DEVICE_DATA::Relation. The root of the tree is `HTREE\ROOT\0`.
#define PNP_GET_PARENT_DEVICE 1u
#define PNP_GET_CHILD_DEVICE 2u
#define PNP_GET_SIBLING_DEVICE 3u
typedef struct _PLUGPLAY_CONTROL_RELATED_DEVICE_DATA {
  UNICODE_STRING TargetDeviceInstance;
  ULONG Relation;
  PWSTR RelatedDeviceInstance;
  ULONG RelatedDeviceInstanceLength;  // in characters; out: of what was written, without a terminating zero
} PLUGPLAY_CONTROL_RELATED_DEVICE_DATA, *PPLUGPLAY_CONTROL_RELATED_DEVICE_DATA;
NT_STATIC_ASSERT(sizeof(PLUGPLAY_CONTROL_RELATED_DEVICE_DATA) == (NT_64BIT ? 40 : 20));

// PLUGPLAY_CONTROL_STATUS_DATA::Operation
#define PNP_GET_DEVICE_STATUS 0u
#define PNP_SET_DEVICE_PROBLEM 1u
#define PNP_CLEAR_DEVICE_PROBLEM 2u
typedef struct _PLUGPLAY_CONTROL_STATUS_DATA {
  UNICODE_STRING DeviceInstance;
  ULONG Operation;
  ULONG DeviceStatus;   // DN_*
  ULONG DeviceProblem;  // CM_PROB_*
} PLUGPLAY_CONTROL_STATUS_DATA, *PPLUGPLAY_CONTROL_STATUS_DATA;
NT_STATIC_ASSERT(sizeof(PLUGPLAY_CONTROL_STATUS_DATA) == (NT_64BIT ? 32 : 20));

typedef struct _PLUGPLAY_CONTROL_DEPTH_DATA {
  UNICODE_STRING DeviceInstance;
  ULONG DeviceDepth;
} PLUGPLAY_CONTROL_DEPTH_DATA, *PPLUGPLAY_CONTROL_DEPTH_DATA;
NT_STATIC_ASSERT(sizeof(PLUGPLAY_CONTROL_DEPTH_DATA) == (NT_64BIT ? 24 : 12));

#define DN_ROOT_ENUMERATED 0x00000001u
#define DN_DRIVER_LOADED 0x00000002u
#define DN_ENUM_LOADED 0x00000004u
#define DN_STARTED 0x00000008u
#define DN_MANUAL 0x00000010u
#define DN_NEED_TO_ENUM 0x00000020u
#define DN_DRIVER_BLOCKED 0x00000040u
#define DN_HARDWARE_ENUM 0x00000080u
#define DN_HAS_PROBLEM 0x00000400u
#define DN_FILTERED 0x00000800u
#define DN_DISABLEABLE 0x00002000u
#define DN_REMOVABLE 0x00004000u
#define DN_PRIVATE_PROBLEM 0x00008000u
#define DN_WILL_BE_REMOVED 0x00040000u
#define DN_NT_ENUMERATOR 0x00800000u
#define DN_NT_DRIVER 0x01000000u
