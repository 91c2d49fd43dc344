#pragma once
// Export lookup in a mapped image that may hold anything: every read goes through an accessor that may refuse it.

#include <disk/pe.h>
#include <nt/ntdef.h>
#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pe {

// Reads bytes of a mapped image. Implemented over a span (MappedSpan) or over another process's memory.
class ImageReader {
 public:
  // Copies the bytes at `rva` to `out`; false when any of them is not there.
  virtual bool Read(std::uint32_t rva, std::span<std::byte> out) const = 0;

 protected:
  ~ImageReader() = default;
};

// An image that is mapped where its reader can see it.
class MappedSpan final : public ImageReader {
 public:
  explicit MappedSpan(std::span<const std::byte> image) : image_(image) {}
  bool Read(std::uint32_t rva, std::span<std::byte> out) const override;

 private:
  std::span<const std::byte> image_;
};

struct Export {
  std::uint32_t rva;      // of the code or data, or of the forwarder's text "DLL.Name" or "DLL.#Ordinal"
  std::uint32_t ordinal;  // with the directory's Base added
  bool forwarder;         // the address lies inside the export directory
};

// The export called `name` in the image whose export directory is `directory` (from Image::Directory or the mapped
// headers). STATUS_ENTRYPOINT_NOT_FOUND: there is none; STATUS_INVALID_IMAGE_FORMAT: a table lies outside the image.
Result<Export> FindExport(const ImageReader &image, IMAGE_DATA_DIRECTORY directory, std::string_view name);

// The export with `ordinal` (Base included). STATUS_ORDINAL_NOT_FOUND, STATUS_INVALID_IMAGE_FORMAT.
Result<Export> FindExport(const ImageReader &image, IMAGE_DATA_DIRECTORY directory, std::uint32_t ordinal);

// The forwarder's text, copied to `buffer`; the view does not contain the zero.
// STATUS_BUFFER_TOO_SMALL: longer than the buffer; STATUS_INVALID_IMAGE_FORMAT: not there.
Result<std::string_view> ReadForwarder(const ImageReader &image, const Export &entry, std::span<char> buffer);

}  // namespace pe
