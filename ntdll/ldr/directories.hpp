// The directories that programs add to the search for DLLs.
#pragma once

#include "../ntdllp.hpp"

#include <span>

namespace ldr {

/// Calls `visit` with LdrSetDllDirectory's directory (when one is set) and those of LdrAddDllDirectory, newest first,
/// until it returns true. Under the loader lock.
bool ForEachDirectory(bool (*visit)(void *context, std::span<const WCHAR> directory), void *context);

}  // namespace ldr
