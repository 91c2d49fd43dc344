#pragma once
// Making the root task: its image in memory, its capabilities, boot info.

#include "boot/acpi.hpp"

namespace kernel::boot {

/// Builds everything and makes the root task the thread the scheduler picks. Fatal when memory does not suffice.
void CreateRootTask(LoaderInfo &info, const AcpiInfo &acpi, uint32_t tsc_mhz);

}  // namespace kernel::boot
