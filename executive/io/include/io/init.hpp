#pragma once
// Start of the I/O system.

#include <ke/console.hpp>
#include <ob/namespace.hpp>

#include <cstddef>
#include <span>

namespace io {

// Registers the types Device and File, publishes \Device\Console and \Device\BootVolume (from the page-aligned image,
// which lives for ever) and the links \SystemRoot, \??\X:, \??\CONIN$, \??\CONOUT$ and \??\CON, and gives mm and ps
// their ways to files. Statuses of bootvol::Volume::Mount, STATUS_INSUFFICIENT_RESOURCES.
Result<void> Initialise(ob::Namespace &names, std::span<const std::byte> boot_volume, ke::Console &console);

}  // namespace io
