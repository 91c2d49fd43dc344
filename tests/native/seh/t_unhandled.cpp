// Nobody handles this one: the process ends with its code.

#include "check.hpp"

extern "C" NTSTATUS NtProcessStartup(PPEB) {
  *reinterpret_cast<volatile int *>(0x10) = 1;
  return STATUS_SUCCESS;
}
