#pragma once
// The little of ACPI that the kernel needs: where the interrupt controllers are.

#include "boot/multiboot.hpp"

namespace kernel::boot {

struct AcpiInfo {
  Paddr local_apic;
  Paddr io_apic;
};

/// Finds the RSDP (in the loader's information, which is filled in, or in the BIOS area) and reads the MADT. Fatal when
/// there is none or it has no processor or I/O APIC.
AcpiInfo ReadAcpi(LoaderInfo &info);

}  // namespace kernel::boot
