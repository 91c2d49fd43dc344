// Whatever the boot loader brings: the reader refuses it or loads it inside the memory it asked for.
#include <vector>

#include "boot/elf.hpp"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  kernel::boot::ElfImage image;
  if (kernel::boot::ReadElf({data, size}, image) == nullptr && image.end - image.start < 1 << 20) {
    std::vector<uint8_t> memory(image.end - image.start);
    kernel::boot::LoadElf(image, memory.data());
  }
  return 0;
}
