// Any file that the Executive maps as an image: the loader must stay inside its sections.

#include "loader/imports.hpp"

#include <pe/image.hpp>

#include <cstdlib>
#include <cstring>

#include <sanitizer/asan_interface.h>

namespace {

constexpr std::size_t kLargest = std::size_t{1} << 22;

struct View {
  explicit View(std::size_t length) : size(length), bytes(static_cast<char *>(std::aligned_alloc(4096, length))) {
    std::memset(bytes, 0, size);
    __asan_poison_memory_region(bytes, size);
  }
  ~View() {
    __asan_unpoison_memory_region(bytes, size);
    std::free(bytes);
  }
  View(const View &) = delete;
  View &operator=(const View &) = delete;
  std::size_t size;
  char *bytes;
};

void Map(const pe::Image &image, std::span<const std::byte> file, View &view) {
  for (std::size_t i = 0; i < image.SegmentCount(); i++) {
    const pe::Segment segment = image.SegmentAt(i);
    __asan_unpoison_memory_region(view.bytes + segment.rva, segment.size);
    std::memcpy(view.bytes + segment.rva, file.data() + segment.file_offset, segment.file_bytes);
  }
}

void Bind(const pe::MappedImage &image) {
  wdm::ImportWalker walker(image);
  std::string_view module;
  for (auto more = walker.NextModule(&module); more && *more; more = walker.NextModule(&module)) {
    char16_t name[64];
    (void)wdm::IsRuntimeName(module);
    (void)wdm::MakeBaseName(module, name);
    wdm::ImportedRoutine routine;
    for (auto found = walker.NextRoutine(&routine); found && *found; found = walker.NextRoutine(&routine)) {
      if (!routine.name.empty()) {
        (void)image.FindExport(routine.name, routine.hint);
      }
      if (!wdm::WriteSlot(image, routine.slot, 0x1'0000)) {
        return;
      }
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::span<const std::byte> file(reinterpret_cast<const std::byte *>(data), size);
  auto parsed = pe::Image::Parse(file);
  if (!parsed || parsed->ViewSize() == 0 || parsed->ViewSize() > kLargest) {
    return 0;
  }
  View view(parsed->ViewSize());
  Map(*parsed, file, view);
  auto image = pe::MappedImage::Open(view.bytes, view.size);
  if (!image) {
    return 0;
  }
  (void)image->Relocate(reinterpret_cast<std::uintptr_t>(view.bytes) -
                        static_cast<std::uintptr_t>(image->Headers().OptionalHeader.ImageBase));
  (void)wdm::SeedCookie(*image, size);
  (void)image->FindExport("DllInitialize");
  (void)image->FindExport(1u);
  Bind(*image);
  return 0;
}
