// Fiber local storage.
#pragma once

namespace ntdll {

/// Calls the callbacks of the calling thread's slots that are not null and frees the slots.
void RunFlsCallbacks();

}  // namespace ntdll
