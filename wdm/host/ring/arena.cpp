#include <wdmp/arena.hpp>

#include <ntifs.h>

#include <wdmp/irql.hpp>

#include "buddy.hpp"
#include "ringp.hpp"

#include <bit>

namespace host {

uint8_t *arena;

namespace {

// The bookkeeping is constant-initialised; the memory itself is the last kHostArena bytes of the arena.
constinit Buddy<std::bit_width(kHostArena) - 1> buddy;
uint32_t own_part;
uint32_t arena_size;

}  // namespace

void StartArena(void *base, uint32_t size) {
  arena = static_cast<uint8_t *>(base);
  arena_size = size;
  own_part = size - kHostArena;
}

bool InArena(const void *address) {
  auto offset = reinterpret_cast<uintptr_t>(address) - reinterpret_cast<uintptr_t>(arena);
  return offset < arena_size;
}

void *AllocateArena(size_t length) {
  ke::AtDispatch guard;
  uint32_t offset = buddy.Allocate(length);
  return offset == buddy.kNone ? nullptr : arena + own_part + offset;
}

void FreeArena(void *memory) {
  if (memory == nullptr) {
    return;
  }
  ke::AtDispatch guard;
  if (!buddy.Free(ArenaOffset(memory) - own_part)) {
    KeBugCheckEx(BAD_POOL_CALLER, 0x7, 0, 0, reinterpret_cast<ULONG_PTR>(memory));
  }
}

}  // namespace host
