#include "dll.hpp"

extern "C" {

int Answer() { return 42; }

BOOLEAN DllMain(PVOID, ULONG reason, PVOID) {
  Record(50 + static_cast<int>(reason));
  return TRUE;
}
}
