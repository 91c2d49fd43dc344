// Any bytes: the parser must not read outside them, and what it accepts must keep the promises Mm relies on.

#include <pe/exports.hpp>
#include <pe/image.hpp>
#include <rtl/checked.hpp>

#include <array>
#include <cstdlib>
#include <cstring>
#include <vector>

namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

std::vector<std::byte> Map(const pe::Image &image, std::span<const std::byte> file) {
  std::vector<std::byte> view(image.ViewSize());
  std::uint64_t previous_end = 0;
  for (std::size_t i = 0; i < image.SegmentCount(); i++) {
    const pe::Segment segment = image.SegmentAt(i);
    Require(segment.rva % pe::kPageSize == 0 && segment.size % pe::kPageSize == 0);
    Require(segment.rva >= previous_end || segment.size == 0);
    Require(RangeInside(segment.rva, segment.size, view.size()));
    Require(segment.file_bytes <= segment.size);
    Require(RangeInside(segment.file_offset, segment.file_bytes, file.size()));
    std::memcpy(view.data() + segment.rva, file.data() + segment.file_offset, segment.file_bytes);
    previous_end = std::uint64_t{segment.rva} + segment.size;
  }
  return view;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  const std::span<const std::byte> file(reinterpret_cast<const std::byte *>(data), size);
  (void)pe::Image::Parse(file, size, IMAGE_FILE_MACHINE_I386);
  const auto image = pe::Image::Parse(file);
  if (!image || image->ViewSize() > (16u << 20)) {
    return 0;
  }
  const auto view = Map(*image, file);
  const pe::MappedSpan mapped(view);
  if (const auto directory = image->Directory(IMAGE_DIRECTORY_ENTRY_EXPORT)) {
    std::array<char, 32> text;
    for (const char *name : {"Alpha", "Beta", "DllMain", ""}) {
      if (const auto found = pe::FindExport(mapped, *directory, std::string_view(name)); found && found->forwarder) {
        (void)pe::ReadForwarder(mapped, *found, text);
      }
    }
    for (const std::uint32_t ordinal : {0u, 1u, 5u, 0xFFFFu}) {
      (void)pe::FindExport(mapped, *directory, ordinal);
    }
  }
  for (std::size_t i = 0; i < IMAGE_NUMBEROF_DIRECTORY_ENTRIES; i++) {
    if (const auto directory = image->Directory(i)) {
      (void)image->FileOffset(directory->VirtualAddress);
    }
  }
  return 0;
}
