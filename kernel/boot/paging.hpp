#pragma once
// The kernel's own address space at boot.

#include "base/types.hpp"

namespace kernel::boot {

/// Maps device page `page` (of 512) at kDeviceBase + page * 4 KiB, uncached.
void MapDevice(Word page, Paddr address);
/// Takes the boot mapping of low memory away and makes the kernel's PML4 the model of all others.
void FinishPaging();

}  // namespace kernel::boot
