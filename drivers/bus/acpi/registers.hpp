#pragma once
// The fixed registers, as far as PnP assigned them to us: an access to another port would end this process.

#include <ntddk.h>
#include <acpi/fadt.hpp>

#include <cstddef>
#include <optional>

namespace acpibus {

class Registers {
 public:
  // Keeps the ports of the translated resources and maps its memory; anything else in the list is of no interest.
  void Assign(const CM_RESOURCE_LIST *resources);
  // Unmaps.
  void Release();

  // One access of `size` (1, 2 or 4) bytes at an address in ports or memory. Nothing, or false: not ours.
  std::optional<ULONG> Read(bool memory, ULONGLONG address, ULONG size) const;
  bool Write(bool memory, ULONGLONG address, ULONG size, ULONG value) const;

  std::optional<ULONG> Read(const acpi::Block &block, ULONG offset, ULONG size) const {
    return Inside(block, offset, size) ? Read(block.memory, block.address + offset, size) : std::nullopt;
  }
  bool Write(const acpi::Block &block, ULONG offset, ULONG size, ULONG value) const {
    return Inside(block, offset, size) && Write(block.memory, block.address + offset, size, value);
  }

 private:
  static constexpr std::size_t kRanges = 16;
  struct Range {
    bool memory = false;
    ULONGLONG first = 0;
    ULONGLONG last = 0;
    UCHAR *mapped = nullptr;
  };
  static bool Inside(const acpi::Block &block, ULONG offset, ULONG size) {
    return block.Present() && offset < block.length && size <= block.length - offset;
  }
  const Range *Find(bool memory, ULONGLONG address, ULONG size) const;
  void Add(bool memory, ULONGLONG first, ULONG length);

  Range ranges_[kRanges];
  std::size_t count_ = 0;
};

}  // namespace acpibus
