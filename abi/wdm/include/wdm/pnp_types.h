// Plug and play and power: what a bus driver answers and the PnP manager asks. Layouts and values: learn.microsoft.com,
// the pages of DEVICE_CAPABILITIES, DEVICE_RELATION_TYPE, BUS_QUERY_ID_TYPE and their like (wdm.h, ntpoapi.h, cfg.h).
#pragma once

#include <nt/ntdef.h>
#include <wdm/resources.h>

typedef enum _SYSTEM_POWER_STATE NT_ENUM {
  PowerSystemUnspecified = 0,
  PowerSystemWorking,
  PowerSystemSleeping1,
  PowerSystemSleeping2,
  PowerSystemSleeping3,
  PowerSystemHibernate,
  PowerSystemShutdown,
  PowerSystemMaximum
} SYSTEM_POWER_STATE,
    *PSYSTEM_POWER_STATE;
#define POWER_SYSTEM_MAXIMUM 7

typedef enum _DEVICE_POWER_STATE NT_ENUM {
  PowerDeviceUnspecified = 0,
  PowerDeviceD0,
  PowerDeviceD1,
  PowerDeviceD2,
  PowerDeviceD3,
  PowerDeviceMaximum
} DEVICE_POWER_STATE,
    *PDEVICE_POWER_STATE;

typedef enum _POWER_STATE_TYPE NT_ENUM { SystemPowerState = 0, DevicePowerState } POWER_STATE_TYPE, *PPOWER_STATE_TYPE;

typedef enum _POWER_ACTION NT_ENUM {
  PowerActionNone = 0,
  PowerActionReserved,
  PowerActionSleep,
  PowerActionHibernate,
  PowerActionShutdown,
  PowerActionShutdownReset,
  PowerActionShutdownOff,
  PowerActionWarmEject,
  PowerActionDisplayOff
} POWER_ACTION,
    *PPOWER_ACTION;

typedef union _POWER_STATE {
  SYSTEM_POWER_STATE SystemState;
  DEVICE_POWER_STATE DeviceState;
} POWER_STATE, *PPOWER_STATE;

typedef struct _SYSTEM_POWER_STATE_CONTEXT {
  union {
    struct {
      ULONG Reserved1 : 8;
      ULONG TargetSystemState : 4;
      ULONG EffectiveSystemState : 4;
      ULONG CurrentSystemState : 4;
      ULONG IgnoreHibernationPath : 1;
      ULONG PseudoTransition : 1;
      ULONG KernelSoftReboot : 1;
      ULONG DirectedDripsTransition : 1;
      ULONG Reserved2 : 8;
    };
    ULONG ContextAsUlong;
  };
} SYSTEM_POWER_STATE_CONTEXT, *PSYSTEM_POWER_STATE_CONTEXT;

typedef enum _DEVICE_RELATION_TYPE NT_ENUM {
  BusRelations,
  EjectionRelations,
  PowerRelations,
  RemovalRelations,
  TargetDeviceRelation,
  SingleBusRelations,
  TransportRelations
} DEVICE_RELATION_TYPE,
    *PDEVICE_RELATION_TYPE;

typedef enum _DEVICE_USAGE_NOTIFICATION_TYPE NT_ENUM {
  DeviceUsageTypeUndefined,
  DeviceUsageTypePaging,
  DeviceUsageTypeHibernation,
  DeviceUsageTypeDumpFile,
  DeviceUsageTypeBoot,
  DeviceUsageTypePostDisplay,
  DeviceUsageTypeGuestAssigned
} DEVICE_USAGE_NOTIFICATION_TYPE;

typedef enum _BUS_QUERY_ID_TYPE NT_ENUM {
  BusQueryDeviceID = 0,
  BusQueryHardwareIDs = 1,
  BusQueryCompatibleIDs = 2,
  BusQueryInstanceID = 3,
  BusQueryDeviceSerialNumber = 4,
  BusQueryContainerID = 5
} BUS_QUERY_ID_TYPE,
    *PBUS_QUERY_ID_TYPE;

typedef enum _DEVICE_TEXT_TYPE NT_ENUM {
  DeviceTextDescription = 0,
  DeviceTextLocationInformation = 1
} DEVICE_TEXT_TYPE,
    *PDEVICE_TEXT_TYPE;

typedef ULONG PNP_DEVICE_STATE, *PPNP_DEVICE_STATE;
#define PNP_DEVICE_DISABLED 0x00000001u
#define PNP_DEVICE_DONT_DISPLAY_IN_UI 0x00000002u
#define PNP_DEVICE_FAILED 0x00000004u
#define PNP_DEVICE_REMOVED 0x00000008u
#define PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED 0x00000010u
#define PNP_DEVICE_NOT_DISABLEABLE 0x00000020u
#define PNP_DEVICE_DISCONNECTED 0x00000040u
#define PNP_DEVICE_RESOURCE_UPDATED 0x00000080u
#define PNP_DEVICE_ASSIGNED_TO_GUEST 0x00000100u

typedef struct _PNP_BUS_INFORMATION {
  GUID BusTypeGuid;
  INTERFACE_TYPE LegacyBusType;
  ULONG BusNumber;
} PNP_BUS_INFORMATION, *PPNP_BUS_INFORMATION;
NT_STATIC_ASSERT(sizeof(PNP_BUS_INFORMATION) == 24);

typedef struct _LEGACY_BUS_INFORMATION {
  GUID BusTypeGuid;
  INTERFACE_TYPE LegacyBusType;
  ULONG BusNumber;
} LEGACY_BUS_INFORMATION, *PLEGACY_BUS_INFORMATION;

typedef struct _DEVICE_CAPABILITIES {
  USHORT Size;
  USHORT Version;
  ULONG DeviceD1 : 1;
  ULONG DeviceD2 : 1;
  ULONG LockSupported : 1;
  ULONG EjectSupported : 1;
  ULONG Removable : 1;
  ULONG DockDevice : 1;
  ULONG UniqueID : 1;
  ULONG SilentInstall : 1;
  ULONG RawDeviceOK : 1;
  ULONG SurpriseRemovalOK : 1;
  ULONG WakeFromD0 : 1;
  ULONG WakeFromD1 : 1;
  ULONG WakeFromD2 : 1;
  ULONG WakeFromD3 : 1;
  ULONG HardwareDisabled : 1;
  ULONG NonDynamic : 1;
  ULONG WarmEjectSupported : 1;
  ULONG NoDisplayInUI : 1;
  ULONG Reserved1 : 1;
  ULONG WakeFromInterrupt : 1;
  ULONG SecureDevice : 1;
  ULONG ChildOfVgaEnabledBridge : 1;
  ULONG DecodeIoOnBoot : 1;
  ULONG Reserved : 9;
  ULONG Address;
  ULONG UINumber;
  DEVICE_POWER_STATE DeviceState[POWER_SYSTEM_MAXIMUM];
  SYSTEM_POWER_STATE SystemWake;
  DEVICE_POWER_STATE DeviceWake;
  ULONG D1Latency;
  ULONG D2Latency;
  ULONG D3Latency;
} DEVICE_CAPABILITIES, *PDEVICE_CAPABILITIES;
NT_STATIC_ASSERT(sizeof(DEVICE_CAPABILITIES) == 0x40);
NT_STATIC_ASSERT(offsetof(DEVICE_CAPABILITIES, Address) == 8);

// IoGetDeviceProperty
#define PLUGPLAY_PROPERTY_PERSISTENT 0x00000001u
typedef enum _DEVICE_REGISTRY_PROPERTY NT_ENUM {
  DevicePropertyDeviceDescription = 0x0,
  DevicePropertyHardwareID = 0x1,
  DevicePropertyCompatibleIDs = 0x2,
  DevicePropertyBootConfiguration = 0x3,
  DevicePropertyBootConfigurationTranslated = 0x4,
  DevicePropertyClassName = 0x5,
  DevicePropertyClassGuid = 0x6,
  DevicePropertyDriverKeyName = 0x7,
  DevicePropertyManufacturer = 0x8,
  DevicePropertyFriendlyName = 0x9,
  DevicePropertyLocationInformation = 0xa,
  DevicePropertyPhysicalDeviceObjectName = 0xb,
  DevicePropertyBusTypeGuid = 0xc,
  DevicePropertyLegacyBusType = 0xd,
  DevicePropertyBusNumber = 0xe,
  DevicePropertyEnumeratorName = 0xf,
  DevicePropertyAddress = 0x10,
  DevicePropertyUINumber = 0x11,
  DevicePropertyInstallState = 0x12,
  DevicePropertyRemovalPolicy = 0x13,
  DevicePropertyResourceRequirements = 0x14,
  DevicePropertyAllocatedResources = 0x15,
  DevicePropertyContainerID = 0x16
} DEVICE_REGISTRY_PROPERTY;

typedef enum _DEVICE_INSTALL_STATE NT_ENUM {
  InstallStateInstalled,
  InstallStateNeedsReinstall,
  InstallStateFailedInstall,
  InstallStateFinishInstall
} DEVICE_INSTALL_STATE,
    *PDEVICE_INSTALL_STATE;

typedef enum _DEVICE_REMOVAL_POLICY NT_ENUM {
  RemovalPolicyExpectNoRemoval = 1,
  RemovalPolicyExpectOrderlyRemoval = 2,
  RemovalPolicyExpectSurpriseRemoval = 3
} DEVICE_REMOVAL_POLICY,
    *PDEVICE_REMOVAL_POLICY;

// IoOpenDeviceRegistryKey
#define PLUGPLAY_REGKEY_DEVICE 1
#define PLUGPLAY_REGKEY_DRIVER 2
#define PLUGPLAY_REGKEY_CURRENT_HWPROFILE 4

// Problem codes of a device (cfg.h), as devtree shows them.
#define CM_PROB_NOT_CONFIGURED 0x00000001u
#define CM_PROB_DEVLOADER_FAILED 0x00000002u
#define CM_PROB_OUT_OF_MEMORY 0x00000003u
#define CM_PROB_ENTRY_IS_WRONG_TYPE 0x00000004u
#define CM_PROB_BOOT_CONFIG_CONFLICT 0x00000006u
#define CM_PROB_FAILED_FILTER 0x00000007u
#define CM_PROB_INVALID_DATA 0x00000009u
#define CM_PROB_FAILED_START 0x0000000Au
#define CM_PROB_NORMAL_CONFLICT 0x0000000Cu
#define CM_PROB_NEED_RESTART 0x0000000Eu
#define CM_PROB_PARTIAL_LOG_CONF 0x00000010u
#define CM_PROB_REINSTALL 0x00000012u
#define CM_PROB_REGISTRY 0x00000013u
#define CM_PROB_WILL_BE_REMOVED 0x00000015u
#define CM_PROB_DISABLED 0x00000016u
#define CM_PROB_DEVICE_NOT_THERE 0x00000018u
#define CM_PROB_FAILED_INSTALL 0x0000001Cu
#define CM_PROB_HARDWARE_DISABLED 0x0000001Du
#define CM_PROB_FAILED_ADD 0x0000001Fu
#define CM_PROB_DISABLED_SERVICE 0x00000020u
#define CM_PROB_TRANSLATION_FAILED 0x00000021u
#define CM_PROB_FAILED_DRIVER_ENTRY 0x00000025u
#define CM_PROB_DRIVER_FAILED_PRIOR_UNLOAD 0x00000026u
#define CM_PROB_DRIVER_FAILED_LOAD 0x00000027u
#define CM_PROB_DRIVER_SERVICE_KEY_INVALID 0x00000028u
#define CM_PROB_LEGACY_SERVICE_NO_DEVICES 0x00000029u
#define CM_PROB_DUPLICATE_DEVICE 0x0000002Au
#define CM_PROB_FAILED_POST_START 0x0000002Bu
#define CM_PROB_HALTED 0x0000002Cu
#define CM_PROB_PHANTOM 0x0000002Du
#define CM_PROB_HELD_FOR_EJECT 0x0000002Fu
#define CM_PROB_USED_BY_DEBUGGER 0x00000035u
