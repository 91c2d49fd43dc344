#pragma once
// The arena that a host shares with the Executive (<wdm/host.h>): buffers of requests. The Executive allocates in its
// first part, the host in the last kHostArena bytes.

#include <wdm/host.h>

#include <cstddef>
#include <cstdint>

namespace host {

// Where the arena is mapped; set once by StartRings.
extern uint8_t *arena;

// The address of an offset that the Executive gave; null for kNoBuffer.
inline void *ArenaAt(uint32_t offset) { return offset == kNoBuffer ? nullptr : arena + offset; }

// The offset of an address inside the arena; kNoBuffer for null.
inline uint32_t ArenaOffset(const void *address) {
  return address == nullptr ? kNoBuffer : static_cast<uint32_t>(static_cast<const uint8_t *>(address) - arena);
}

// True when the address lies in the arena.
bool InArena(const void *address);

// Memory of the host's own part, aligned to 64 bytes, not cleared; null when there is no room. IRQL <= DISPATCH_LEVEL.
void *AllocateArena(size_t length);

// Gives back what AllocateArena returned; null is allowed. IRQL <= DISPATCH_LEVEL.
void FreeArena(void *memory);

}  // namespace host
