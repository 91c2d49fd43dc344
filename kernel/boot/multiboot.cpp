#include "boot/multiboot.hpp"

#include <string.h>

#include "arch/x86_64/layout.hpp"
#include "base/print.hpp"

namespace kernel::boot {
namespace {

constexpr uint32_t kMagic1 = 0x2badb002;
constexpr uint32_t kMagic2 = 0x36d76289;
constexpr Paddr kLowMemoryEnd = 0x100000;

struct [[gnu::packed]] Info1 {
  uint32_t flags;
  uint32_t mem_lower, mem_upper;
  uint32_t boot_device, command_line;
  uint32_t module_count, modules;
  uint32_t symbols[4];
  uint32_t map_length, map_address;
  uint32_t drives_length, drives_address, config_table, loader_name, apm_table;
  uint32_t vbe_control, vbe_mode_info;
  uint16_t vbe_mode, vbe_segment, vbe_offset, vbe_length;
};

struct [[gnu::packed]] Module1 {
  uint32_t start, end, name, reserved;
};

enum Flag1 : uint32_t { kHasMemory = 1, kHasModules = 8, kHasMap = 64, kHasVbe = 1 << 11 };

struct [[gnu::packed]] Tag2 {
  uint32_t type;
  uint32_t size;
};

enum TagType : uint32_t {
  kTagEnd = 0,
  kTagModule = 3,
  kTagMemory = 4,
  kTagMap = 6,
  kTagFramebuffer = 8,
  kTagRsdp1 = 14,
  kTagRsdp2 = 15,
};

void AddRam(LoaderInfo &info, uint64_t base, uint64_t length) {
  const Paddr end = Min(base + length, Word{kWindowSize});
  info.ram.Add({AlignUp(Max(base, kLowMemoryEnd), seL4_PageBits), AlignDown(end, seL4_PageBits)});
}

void AddModule(LoaderInfo &info, uint32_t start, uint32_t end) {
  if (info.module.end == 0) {
    info.module = {start, end};
  }
  info.modules_end = Max(info.modules_end, Paddr{end});
}

void KeepMapEntry(LoaderInfo &info, const seL4_X86_mb_mmap_t &entry) {
  const Word index = info.map.mmap_length / sizeof(entry);
  if (index < SEL4_MULTIBOOT_MAX_MMAP_ENTRIES) {
    info.map.mmap[index] = entry;
    info.map.mmap_length += static_cast<uint32_t>(sizeof(entry));
  }
}

void ReadInfo1(const Info1 &mb, LoaderInfo &info) {
  if ((mb.flags & kHasMemory) == 0) {
    Fatal("the boot loader gives no memory size");
  }
  if ((mb.flags & kHasModules) == 0 || mb.module_count == 0) {
    Fatal("there is no boot module: the root task is missing");
  }
  const auto *const modules = ToPointer<const Module1>(mb.modules);
  for (uint32_t i = 0; i < mb.module_count; ++i) {
    AddModule(info, modules[i].start, modules[i].end);
  }
  if ((mb.flags & kHasMap) != 0) {
    for (uint32_t offset = 0; offset + sizeof(seL4_X86_mb_mmap_t) <= mb.map_length;) {
      seL4_X86_mb_mmap_t entry;
      memcpy(&entry, ToPointer<const void>(mb.map_address + offset), sizeof(entry));
      if (entry.type == 1) {
        AddRam(info, entry.base_addr, entry.length);
      }
      KeepMapEntry(info, entry);
      offset += entry.size + 4;
    }
  } else {
    AddRam(info, kLowMemoryEnd, uint64_t{mb.mem_upper} << 10);
  }
  if ((mb.flags & kHasVbe) != 0) {
    info.has_vbe = true;
    memcpy(info.vbe.vbeInfoBlock, ToPointer<const void>(mb.vbe_control), sizeof(info.vbe.vbeInfoBlock));
    memcpy(info.vbe.vbeModeInfoBlock, ToPointer<const void>(mb.vbe_mode_info), sizeof(info.vbe.vbeModeInfoBlock));
    info.vbe.vbeMode = mb.vbe_mode;
    info.vbe.vbeInterfaceSeg = mb.vbe_segment;
    info.vbe.vbeInterfaceOff = mb.vbe_offset;
    info.vbe.vbeInterfaceLen = mb.vbe_length;
  }
}

void ReadMap2(const uint8_t *body, uint32_t length, LoaderInfo &info) {
  uint32_t entry_size;
  memcpy(&entry_size, body, sizeof(entry_size));
  if (entry_size < 24) {
    Fatal("the boot loader's memory map is malformed");
  }
  for (uint32_t offset = 8; offset + entry_size <= length; offset += entry_size) {
    uint64_t base, size;
    uint32_t type;
    memcpy(&base, body + offset, 8);
    memcpy(&size, body + offset + 8, 8);
    memcpy(&type, body + offset + 16, 4);
    if (type == 1) {
      AddRam(info, base, size);
    }
  }
}

void ReadTag2(const Tag2 &tag, LoaderInfo &info, bool &has_map, uint32_t &upper_kib) {
  const auto *const body = reinterpret_cast<const uint8_t *>(&tag + 1);
  const uint32_t length = tag.size - static_cast<uint32_t>(sizeof(Tag2));
  switch (tag.type) {
    case kTagModule: {
      uint32_t bounds[2];
      memcpy(bounds, body, sizeof(bounds));
      AddModule(info, bounds[0], bounds[1]);
      break;
    }
    case kTagMemory:
      memcpy(&upper_kib, body + 4, sizeof(upper_kib));
      break;
    case kTagMap:
      has_map = true;
      ReadMap2(body, length, info);
      break;
    case kTagFramebuffer:
      info.has_framebuffer = true;
      memcpy(&info.framebuffer.addr, body, sizeof(info.framebuffer) - sizeof(seL4_BootInfoHeader));
      break;
    case kTagRsdp1:
    case kTagRsdp2:
      // The second version wins, whichever comes first.
      if (!info.has_rsdp || tag.type == kTagRsdp2) {
        info.has_rsdp = true;
        memset(info.rsdp, 0, sizeof(info.rsdp));
        memcpy(info.rsdp, body, Min(Word{length}, Word{sizeof(info.rsdp)}));
      }
      break;
    default:
      break;
  }
}

void ReadInfo2(Paddr address, LoaderInfo &info) {
  const auto *const start = ToPointer<const uint8_t>(address);
  uint32_t total;
  memcpy(&total, start, sizeof(total));
  bool has_map = false;
  uint32_t upper_kib = 0;
  for (uint32_t offset = 8; offset + sizeof(Tag2) <= total;) {
    const Tag2 &tag = *reinterpret_cast<const Tag2 *>(start + offset);
    if (tag.type == kTagEnd || tag.size < sizeof(Tag2)) {
      break;
    }
    ReadTag2(tag, info, has_map, upper_kib);
    offset += static_cast<uint32_t>(AlignUp(tag.size, 3));
  }
  if (info.module.end == 0) {
    Fatal("there is no boot module: the root task is missing");
  }
  if (!has_map) {
    if (upper_kib == 0) {
      Fatal("the boot loader gives no memory size");
    }
    AddRam(info, kLowMemoryEnd, uint64_t{upper_kib} << 10);
  }
}

}  // namespace

void ReadLoaderInfo(uint32_t magic, Paddr address, LoaderInfo &info) {
  switch (magic) {
    case kMagic1:
      ReadInfo1(*ToPointer<const Info1>(address), info);
      break;
    case kMagic2:
      ReadInfo2(address, info);
      break;
    default:
      Fatal("the boot loader is not multiboot 1 or 2");
  }
}

}  // namespace kernel::boot
