// What the program asks of the driver. IOCTLs with METHOD_BUFFERED; the input is a Request, the output an Answer.
#pragma once

#define TROUBLE_DEVICE L"\\Device\\Trouble"
#define IOCTL_TROUBLE_ATTACK CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define IOCTL_TROUBLE_DIE CTL_CODE(FILE_DEVICE_UNKNOWN, 0x801, METHOD_BUFFERED, FILE_ANY_ACCESS)

namespace trouble {

struct Request {
  unsigned number;
};

struct Answer {
  int refused;  // 1: refused as it must be, 0: not, -1: there is no attack with this number
  char name[32];
};

}  // namespace trouble
