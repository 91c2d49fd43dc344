#include "dll.hpp"

extern "C" {

__declspec(dllimport) int Twice(int value);

int a_data = 1234;
int *a_pointer = &a_data;  // needs a relocation

int Thrice(int value) { return Twice(value) + value; }

BOOLEAN DllMain(PVOID, ULONG reason, PVOID context) {
  Record(30 + static_cast<int>(reason));
  if (reason == DLL_PROCESS_ATTACH && context == nullptr) {
    Record(39);  // a static load has a context
  }
  return TRUE;
}
}
