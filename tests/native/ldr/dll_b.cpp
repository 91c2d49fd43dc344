#include "dll.hpp"

namespace {

thread_local int calls = 100;  // static TLS of a DLL

struct alignas(64) Aligned {
  int value = 7;
};
thread_local Aligned aligned;

}  // namespace

extern "C" {

int Twice(int value) { return 2 * value; }
int Hidden() { return 77; }

int CountCalls() {
  calls += 1;
  return calls;
}

bool AlignedTls() {
  auto address = reinterpret_cast<ULONG_PTR>(&aligned);
  __asm__("" : "+r"(address));  // the compiler must not know
  return address % 64 == 0 && aligned.value == 7;
}

BOOLEAN DllMain(PVOID, ULONG reason, PVOID) {
  Record(20 + static_cast<int>(reason));
  return TRUE;
}
}
