#include "dll.hpp"

extern "C" {
int BadExport() { return 1; }
BOOLEAN DllMain(PVOID, ULONG reason, PVOID) {
  Record(60 + static_cast<int>(reason));
  return FALSE;
}
}
