// What the process's start and end ask of the other parts.
#pragma once

#include <rtl/result.hpp>

namespace ntdll {

/// Process heap, locks of the PEB, FLS. After the lists exist, before any import is resolved.
Result<void> InitialiseRuntime();

/// What the calling thread owns besides TLS: its FLS data.
void ReleaseThreadData();

}  // namespace ntdll
