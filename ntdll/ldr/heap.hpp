// The loader's own memory: it lives before the process heap and survives its corruption.
#pragma once

#include <cstddef>

namespace ldr {

/// `size` zeroed bytes, 16-byte aligned; null when there is no memory.
void *Allocate(size_t size);

/// Gives back a block of Allocate; null is allowed.
void Free(void *block);

}  // namespace ldr
