#pragma once
// What the boot image brings: the boot volume and what is loaded from it before the first process runs.

#include <rtl/result.hpp>

#include <cstddef>
#include <span>

namespace ldr {

// The boot volume's image, linked into the Executive.
std::span<const std::byte> BootVolume();

// Mounts the boot volume (io), loads the SYSTEM hive (cm) and ntdll.dll (ps). `what` is what could not be done, for the
// console.
Result<void> LoadSystem(const char *&what);

// Starts \SystemRoot\System32\smss.exe.
Result<void> StartSessionManager();

}  // namespace ldr
