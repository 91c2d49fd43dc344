// Property keys of devices for IoGetDevicePropertyData. Source: learn.microsoft.com, "Unified device property model".
#include <devpropdef.h>

#ifndef WDK_DEVPKEY_
#define WDK_DEVPKEY_
#define WDK_DEVICE_KEY_(name, pid) \
  DEFINE_DEVPROPKEY(name, 0xa45c254e, 0xdf1c, 0x4efd, 0x80, 0x20, 0x67, 0xd1, 0x46, 0xa8, 0x50, 0xe0, pid)
DEFINE_DEVPROPKEY(DEVPKEY_NAME, 0xb725f130, 0x47ef, 0x101a, 0xa5, 0xf1, 0x02, 0x60, 0x8c, 0x9e, 0xeb, 0xac, 10);
WDK_DEVICE_KEY_(DEVPKEY_Device_DeviceDesc, 2);
WDK_DEVICE_KEY_(DEVPKEY_Device_HardwareIds, 3);
WDK_DEVICE_KEY_(DEVPKEY_Device_CompatibleIds, 4);
WDK_DEVICE_KEY_(DEVPKEY_Device_Service, 6);
WDK_DEVICE_KEY_(DEVPKEY_Device_Class, 9);
WDK_DEVICE_KEY_(DEVPKEY_Device_ClassGuid, 10);
WDK_DEVICE_KEY_(DEVPKEY_Device_Driver, 11);
WDK_DEVICE_KEY_(DEVPKEY_Device_ConfigFlags, 12);
WDK_DEVICE_KEY_(DEVPKEY_Device_Manufacturer, 13);
WDK_DEVICE_KEY_(DEVPKEY_Device_FriendlyName, 14);
WDK_DEVICE_KEY_(DEVPKEY_Device_LocationInfo, 15);
WDK_DEVICE_KEY_(DEVPKEY_Device_PDOName, 16);
WDK_DEVICE_KEY_(DEVPKEY_Device_Capabilities, 17);
WDK_DEVICE_KEY_(DEVPKEY_Device_UINumber, 18);
WDK_DEVICE_KEY_(DEVPKEY_Device_UpperFilters, 19);
WDK_DEVICE_KEY_(DEVPKEY_Device_LowerFilters, 20);
WDK_DEVICE_KEY_(DEVPKEY_Device_BusTypeGuid, 21);
WDK_DEVICE_KEY_(DEVPKEY_Device_LegacyBusType, 22);
WDK_DEVICE_KEY_(DEVPKEY_Device_BusNumber, 23);
WDK_DEVICE_KEY_(DEVPKEY_Device_EnumeratorName, 24);
WDK_DEVICE_KEY_(DEVPKEY_Device_Address, 30);
WDK_DEVICE_KEY_(DEVPKEY_Device_LocationPaths, 37);
DEFINE_DEVPROPKEY(DEVPKEY_Device_InstanceId, 0x78c34fc8, 0x104a, 0x4aca, 0x9e, 0xa4, 0x52, 0x4d, 0x52, 0x99, 0x6e, 0x57,
                  256);
DEFINE_DEVPROPKEY(DEVPKEY_Device_ContainerId, 0x8c7ed206, 0x3f8a, 0x4827, 0xb3, 0xab, 0xae, 0x9e, 0x1f, 0xae, 0xfc,
                  0x6c, 2);
#endif
