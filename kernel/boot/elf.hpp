#pragma once
// The root task's ELF file.

#include <span>

#include "base/types.hpp"

namespace kernel::boot {

/// What the kernel needs of the file: checked by ReadElf.
struct ElfImage {
  std::span<const uint8_t> file;
  Vaddr entry;
  Vaddr start;  // page aligned
  Vaddr end;    // page aligned
};

/// Checks an ELF64 executable for x86-64. Returns the sentence that tells what is wrong with it, or null.
const char *ReadElf(std::span<const uint8_t> file, ElfImage &image);
/// Copies the segments to `memory`, which holds the pages [start, end) and is cleared where the file has nothing.
void LoadElf(const ElfImage &image, uint8_t *memory);

}  // namespace kernel::boot
