// Memory with known physical addresses: pool chunks, contiguous memory, mappings of physical memory.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace wdm {

/// Remembers that `length` bytes at `base` are at `physical`, in one piece. False: the table is full.
bool RememberRegion(const void *base, uint64_t physical, size_t length);

/// Forgets a region of RememberRegion. The length of it, 0 when there was none at `base`.
size_t ForgetRegion(const void *base);

/// The region that holds `address`; false for none. Any IRQL.
bool RegionPhysical(const void *address, uint64_t *physical);

/// Page frame numbers of `count` pages from the page of `address` on: arithmetic for the memory above, else the
/// Executive's answer. False: some page is not there.
bool PageFrames(const void *address, size_t count, uintptr_t *frames);

}  // namespace wdm
