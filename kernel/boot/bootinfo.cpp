#include "boot/bootinfo.hpp"

#include <string.h>

#include <initializer_list>

#include "arch/x86_64/layout.hpp"

extern "C" char kernel_image_end[];

namespace kernel::boot {
namespace {

constexpr Paddr kDeviceTop = Bit(seL4_MaxUntypedBits);
constexpr Paddr kLowMemoryEnd = 0x100000;

/// Appends one chunk; returns the place of the next.
template <typename Chunk>
uint8_t *Append(uint8_t *to, Chunk chunk, seL4_BootInfoID id) {
  chunk.header = {static_cast<Word>(id), sizeof(Chunk)};
  memcpy(to, &chunk, sizeof(Chunk));
  return to + sizeof(Chunk);
}

}  // namespace

Word ExtraLength(const LoaderInfo &info) {
  return (info.has_vbe ? sizeof(seL4_X86_BootInfo_VBE) : 0) + sizeof(seL4_X86_BootInfo_ACPI_RSDP_t) +
         (info.has_framebuffer ? sizeof(seL4_X86_BootInfo_fb_t) : 0) + sizeof(seL4_X86_BootInfo_mmap_t) +
         sizeof(seL4_X86_BootInfo_TSC_freq_t);
}

void WriteExtra(const LoaderInfo &info, uint32_t tsc_mhz, uint8_t *to) {
  if (info.has_vbe) {
    to = Append(to, info.vbe, SEL4_BOOTINFO_HEADER_X86_VBE);
  }
  seL4_X86_BootInfo_ACPI_RSDP_t rsdp{};
  memcpy(rsdp.signature, info.rsdp, sizeof(info.rsdp));
  to = Append(to, rsdp, SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP);
  if (info.has_framebuffer) {
    to = Append(to, info.framebuffer, SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER);
  }
  to = Append(to, info.map, SEL4_BOOTINFO_HEADER_X86_MBMMAP);
  Append(to, seL4_X86_BootInfo_TSC_freq_t{{}, tsc_mhz}, SEL4_BOOTINFO_HEADER_X86_TSC_FREQ);
}

void FindDevices(const LoaderInfo &info, const AcpiInfo &acpi, RegionList &device) {
  device.Clear();
  device.Add({0, kDeviceTop});
  for (const Region &region : info.ram) {
    device.Remove(region);
  }
  device.Remove({kLowMemoryEnd, AlignUp(ImagePaddr(kernel_image_end), seL4_PageBits)});
  for (const Paddr page : {acpi.local_apic, acpi.io_apic}) {
    device.Remove({AlignDown(page, seL4_PageBits), AlignDown(page, seL4_PageBits) + Bit(seL4_PageBits)});
  }
}

}  // namespace kernel::boot
