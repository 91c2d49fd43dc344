#include "dll.hpp"

extern "C" {

__declspec(dllimport) int Thrice(int value);
__declspec(dllimport) int Answer();

thread_local int late = 55;  // TLS of a module that comes when threads already run

int UseThrice(int value) { return Thrice(value); }
int LateTls() { return late; }

BOOLEAN DllMain(PVOID, ULONG reason, PVOID) {
  Record(40 + static_cast<int>(reason));
  return TRUE;
}
}
