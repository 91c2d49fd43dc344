// Programs that cannot start: built with one missing import each.

#include "check.hpp"

extern "C" __declspec(dllimport) int IMPORT();

extern "C" NTSTATUS NtProcessStartup(PPEB) {
  DbgPrint("FAIL started\n");
  return IMPORT();
}
