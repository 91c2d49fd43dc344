#pragma once
// What the boot loader tells: multiboot 1 and 2.

#include <sel4/bootinfo.h>

#include "boot/memory.hpp"

namespace kernel::boot {

/// Everything kept from the boot loader, copied: its own records may be overwritten later.
struct LoaderInfo {
  RegionList ram;      // usable memory from 1 MiB up
  RegionList scratch;  // lists are too large for the stack
  Region module{};     // the root task's file
  Paddr modules_end = 0;
  bool has_rsdp = false;
  uint8_t rsdp[36]{};
  bool has_framebuffer = false;
  seL4_X86_BootInfo_fb_t framebuffer{};
  bool has_vbe = false;
  seL4_X86_BootInfo_VBE vbe{};
  seL4_X86_BootInfo_mmap_t map{};
};

/// Reads either kind by its magic number; Fatal when something needed is missing.
void ReadLoaderInfo(uint32_t magic, Paddr address, LoaderInfo &info);

}  // namespace kernel::boot
