#pragma once
// Inside wdm/host/ring.

#include <wdmp/arena.hpp>
#include <wdmp/ring.hpp>

namespace host {

// Tells the arena where it is.
void StartArena(void *base, uint32_t size);

}  // namespace host
