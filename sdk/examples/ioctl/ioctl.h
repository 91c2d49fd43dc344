// What ioctl.sys and its programs say to each other.
#pragma once

// Bytes in; the same bytes out, the last one first.
#define IOCTL_EXAMPLE_REVERSE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
// The output buffer is read where it is; the sum of its bytes is kept for IOCTL_EXAMPLE_LATEST.
#define IOCTL_EXAMPLE_SUM CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_IN_DIRECT, FILE_WRITE_ACCESS)
// ULONG out: the latest sum.
#define IOCTL_EXAMPLE_LATEST CTL_CODE(FILE_DEVICE_UNKNOWN, 0x802, METHOD_BUFFERED, FILE_ANY_ACCESS)
// ULONG in: a first byte; the output buffer is filled where it is with it and those that follow it.
#define IOCTL_EXAMPLE_FILL CTL_CODE(FILE_DEVICE_UNKNOWN, 0x803, METHOD_OUT_DIRECT, FILE_READ_ACCESS)
