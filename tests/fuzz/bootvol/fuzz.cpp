// Any bytes as a boot volume: what mounts must be a tree in which every name is found again and every page can be
// touched.

#include <bootvol/volume.hpp>
#include <rtl/checked.hpp>

#include <cstdlib>
#include <cstring>

namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

volatile std::byte touched;

std::uint32_t Walk(const bootvol::Volume &volume, bootvol::EntryIndex index) {
  const bootvol::Entry directory = volume.At(index);
  std::uint32_t count = 1;
  for (std::uint32_t i = 0; i < directory.children; i++) {
    const bootvol::Entry entry = volume.At(directory.first_child + i);
    const auto found = volume.Lookup(index, entry.name);
    Require(found && found->index == entry.index && entry.parent == index);
    if (entry.IsDirectory()) {
      count += Walk(volume, entry.index);
      continue;
    }
    count++;
    for (std::size_t at = 0; at < AlignUp<std::size_t>(entry.data.size(), BOOTVOL_PAGE_SIZE); at += BOOTVOL_PAGE_SIZE) {
      touched = entry.data.data()[at];
    }
  }
  return count;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  auto *memory = static_cast<std::byte *>(std::aligned_alloc(4096, AlignUp(size + 1, 4096)));
  std::memcpy(memory, data, size);
  const auto volume = bootvol::Volume::Mount({memory, size});
  if (volume) {
    Require(Walk(*volume, bootvol::kRoot) == volume->EntryCount());
  }
  std::free(memory);
  return 0;
}
