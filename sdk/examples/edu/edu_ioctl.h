// What edu.sys and its programs say to each other.
#pragma once

// ULONG in: the number (0 to 12); ULONG out: its factorial, which the device computes; it says by interrupt that it has
// done.
#define IOCTL_EDU_FACTORIAL CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
// EDU_STATE out.
#define IOCTL_EDU_STATE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)
// ULONG in: offset in the device's memory; the output buffer is moved there (its "out" is from the driver's side), or
// filled from there.
#define IOCTL_EDU_TO_DEVICE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_IN_DIRECT, FILE_WRITE_ACCESS)
#define IOCTL_EDU_FROM_DEVICE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_OUT_DIRECT, FILE_READ_ACCESS)

// Bytes in the device for transfers. It has 4096, but older versions of QEMU end with an error when the last is
// touched.
#define EDU_MEMORY 4095

typedef struct EDU_STATE {
  ULONG Identification;  // 0xRRrr00ED
  ULONG Interrupts;      // that the driver took since the device started
  ULONG Messages;        // message interrupts that it has; 0: it uses a line
} EDU_STATE;
