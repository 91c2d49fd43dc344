#pragma once
// The keyboard layout of this system.

#include <keymap/layout.hpp>

#include <rtl/result.hpp>

namespace con {

// The layout that the hive names, read once. STATUS_OBJECT_NAME_NOT_FOUND, STATUS_FILE_CORRUPT_ERROR (no layout).
Result<const keymap::Layout *> CurrentLayout();

}  // namespace con
