// What wdmtest.sys and t_wdm.exe say to each other.
#pragma once

#define WDMTEST_DEVICE L"\\Device\\WdmTest"
#define IOCTL_WDMTEST_ROW CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS)

namespace wdmtest {

struct Request {
  unsigned number;
};

// `result`: 1 good, 0 failed (`text` says what did not hold), -1 there is no such row.
struct Answer {
  int result;
  char name[60];
  char text[128];
};

}  // namespace wdmtest
