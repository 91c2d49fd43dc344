// Leaf functions with __try: no destructors here. clang sees that a call may raise an exception, but not that an access
// may, so what is guarded is always a call.
#include "touch.hpp"

#include <nt/ntstatus.h>

extern "C" unsigned long _exception_code(void);

namespace umtests {
namespace {

[[gnu::noinline]] void Load(const volatile void *address) {
  static_cast<void>(*static_cast<const volatile char *>(address));
}

[[gnu::noinline]] void Store(volatile void *address) { *static_cast<volatile char *>(address) = 1; }

}  // namespace

NTSTATUS TouchRead(const volatile void *address) {
  __try {
    Load(address);
  } __except (1) {
    return static_cast<NTSTATUS>(_exception_code());
  }
  return STATUS_SUCCESS;
}

NTSTATUS TouchWrite(volatile void *address) {
  __try {
    Store(address);
  } __except (1) {
    return static_cast<NTSTATUS>(_exception_code());
  }
  return STATUS_SUCCESS;
}

}  // namespace umtests
