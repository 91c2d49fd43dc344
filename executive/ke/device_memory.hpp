#pragma once
// Device registers and memory, seen by the Executive itself.

#include <rtl/result.hpp>

#include <sel4/sel4.h>

#include <cstdint>

namespace ke {

// Maps the page at physical address `address`. STATUS_NOT_FOUND when the kernel did not give us that page,
// STATUS_NO_MEMORY.
Result<volatile std::byte *> MapDevicePage(std::uint64_t address, seL4_X86_VMAttributes attributes);
// Maps [address, address + size), with large pages where that can be. The same statuses.
Result<std::byte *> MapDeviceRange(std::uint64_t address, std::uint64_t size, seL4_X86_VMAttributes attributes);

}  // namespace ke
