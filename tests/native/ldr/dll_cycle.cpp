// Built twice, as t_dll_x.dll and t_dll_y.dll, each importing from the other.
#include "dll.hpp"

extern "C" {

__declspec(dllimport) int OTHER();
int THIS() { return VALUE; }
int CALL() { return OTHER(); }

BOOLEAN DllMain(PVOID, ULONG reason, PVOID) {
  Record(VALUE + static_cast<int>(reason));
  return TRUE;
}
}
