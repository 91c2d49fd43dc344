// What a PEPROCESS is in a host: an identity, no object. Processes live in the Executive; a driver knows one by its
// number and may keep it as long as it likes.
#pragma once

#include <ntifs.h>

#include <stdint.h>

namespace wdm {

/// The PEPROCESS of a process id. Never null; the address is valid nowhere.
PEPROCESS ProcessOf(uint32_t id);

/// Whether it came from ProcessOf.
bool IsProcess(const void *object);

/// Its process id.
uint32_t ProcessIdOf(const void *process);

}  // namespace wdm
