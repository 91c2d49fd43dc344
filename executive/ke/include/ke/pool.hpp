#pragma once
// The Executive's pool beneath operator new (nothrow) and coroutine frames.

#include <cstddef>

namespace ke {

// nullptr when memory has run out. Blocks are aligned to 16 bytes.
void *AllocatePool(std::size_t size);
void FreePool(void *pointer);

struct PoolUse {
  std::size_t bytes = 0;  // handed out
  std::size_t pages = 0;  // frames held
};
PoolUse QueryPool();

}  // namespace ke
