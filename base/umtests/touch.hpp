#pragma once

#include <nt/ntdef.h>

namespace umtests {

// Touches memory; STATUS_SUCCESS, or the code of the exception that it raised.
NTSTATUS TouchRead(const volatile void *address);
NTSTATUS TouchWrite(volatile void *address);

}  // namespace umtests
