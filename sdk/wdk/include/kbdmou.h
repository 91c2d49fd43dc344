// Between the keyboard and mouse class drivers and their port drivers (WDK, kbdmou.h).
#pragma once

#include <ntddkbd.h>
#include <ntddmou.h>

#ifdef __cplusplus
extern "C" {
#endif

#define DD_KEYBOARD_PORT_DEVICE_NAME "\\Device\\KeyboardPort"
#define DD_KEYBOARD_PORT_DEVICE_NAME_U L"\\Device\\KeyboardPort"
#define DD_KEYBOARD_PORT_BASE_NAME_U L"KeyboardPort"
#define DD_POINTER_PORT_DEVICE_NAME "\\Device\\PointerPort"
#define DD_POINTER_PORT_DEVICE_NAME_U L"\\Device\\PointerPort"
#define DD_POINTER_PORT_BASE_NAME_U L"PointerPort"
#define DD_KEYBOARD_CLASS_BASE_NAME_U L"KeyboardClass"
#define DD_POINTER_CLASS_BASE_NAME_U L"PointerClass"

#define IOCTL_INTERNAL_KEYBOARD_CONNECT CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0080, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_KEYBOARD_DISCONNECT CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0100, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_KEYBOARD_ENABLE CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0200, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_KEYBOARD_DISABLE CTL_CODE(FILE_DEVICE_KEYBOARD, 0x0400, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_MOUSE_CONNECT CTL_CODE(FILE_DEVICE_MOUSE, 0x0080, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_MOUSE_DISCONNECT CTL_CODE(FILE_DEVICE_MOUSE, 0x0100, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_MOUSE_ENABLE CTL_CODE(FILE_DEVICE_MOUSE, 0x0200, METHOD_NEITHER, FILE_ANY_ACCESS)
#define IOCTL_INTERNAL_MOUSE_DISABLE CTL_CODE(FILE_DEVICE_MOUSE, 0x0400, METHOD_NEITHER, FILE_ANY_ACCESS)

// The input buffer (Type3InputBuffer) of a connect request.
typedef struct _CONNECT_DATA {
  PDEVICE_OBJECT ClassDeviceObject;
  PVOID ClassService;
} CONNECT_DATA, *PCONNECT_DATA;

// The class service: called by the port driver at DISPATCH_LEVEL with the class device, the first entry, the end, and
// where to count the entries taken.
typedef VOID(NTAPI *PSERVICE_CALLBACK_ROUTINE)(PVOID NormalContext, PVOID SystemArgument1, PVOID SystemArgument2,
                                               PVOID SystemArgument3);

#define KEYBOARD_CLASS_ERROR_BASE 0
#define I8042_ERROR_VALUE_BASE 1000

#ifdef __cplusplus
}
#endif
