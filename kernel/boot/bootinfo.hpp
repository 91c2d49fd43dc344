#pragma once
// Contents of the boot info frame and of the extra pages behind it.

#include <bit>

#include "boot/acpi.hpp"
#include "object/cap.hpp"

namespace kernel::boot {

struct BootInfoPage {
  seL4_BootInfo info;
  uint8_t unused[4096 - sizeof(seL4_BootInfo)];
};

/// Bytes of all extra chunks.
Word ExtraLength(const LoaderInfo &info);
/// Writes them: VBE, RSDP, framebuffer, memory map, TSC frequency.
void WriteExtra(const LoaderInfo &info, uint32_t tsc_mhz, uint8_t *to);

/// Physical memory user level may map but that is not RAM, without the kernel's own devices. `info.ram` still holds
/// what the kernel image took out; the image itself is no device.
void FindDevices(const LoaderInfo &info, const AcpiInfo &acpi, RegionList &device);

/// Splits regions into untyped memory, aligned to its size, and describes it in the boot info frame.
class UntypedList {
 public:
  explicit UntypedList(seL4_BootInfo &info) : info_(info) {}
  template <typename Provide>
  void Add(const Region &region, bool device, Provide &&provide) {
    for (Paddr address = region.start; address < region.end;) {
      Word bits = seL4_MaxUntypedBits;
      if (address != 0) {
        bits = Min(bits, static_cast<Word>(std::countr_zero(address)));
      }
      bits = Min(bits, static_cast<Word>(std::bit_width(region.end - address) - 1));
      if (bits >= seL4_MinUntypedBits && count_ < CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS) {
        info_.untypedList[count_++] = {address, static_cast<uint8_t>(bits), device, {}};
        provide(Cap::ForUntyped(address, bits, device));
      }
      address += Bit(bits);
    }
  }

 private:
  seL4_BootInfo &info_;
  Word count_ = 0;
};

}  // namespace kernel::boot
