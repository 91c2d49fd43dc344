#pragma once
// Statuses for people.

#include <nt/ntdef.h>

#include <native/string.hpp>

namespace native {

// "STATUS_ACCESS_DENIED (0xC0000022)"; without a name only the number.
String StatusText(NTSTATUS status);

}  // namespace native
