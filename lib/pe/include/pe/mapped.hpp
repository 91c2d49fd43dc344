// A mapped PE image that may hold anything: every read is checked against its sections. No system calls: runs on the
// host too.
#pragma once

#include <disk/pe.h>
#include <nt/ntdef.h>
#include <nt/ntimage.h>
#include <nt/ntstatus.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <rtl/result.hpp>

namespace pe {

/// What an export name or ordinal leads to.
struct MappedExport {
  ULONG rva;
  std::string_view forwarder;  // "DLL.Name" or "DLL.#Ordinal"; empty: rva is the address
};

/// A view of an image in memory. Owns nothing; valid as long as the mapping.
class MappedImage {
 public:
  MappedImage() = default;

  /// Validates the headers of the image mapped at `base`. `view` is the size of the mapping, 0 when the mapping was
  /// made by the Executive from a section of the image and the headers are to be believed. STATUS_INVALID_IMAGE_FORMAT:
  /// these are not the headers of an image of this machine.
  static Result<MappedImage> Open(void *base, size_t view);

  char *Base() const { return base_; }
  const IMAGE_NT_HEADERS &Headers() const { return *headers_; }
  ULONG Size() const { return headers_->OptionalHeader.SizeOfImage; }
  /// Bytes of headers: the loader never writes below this, since everything it believes stands there.
  ULONG HeaderSize() const { return headers_->OptionalHeader.SizeOfHeaders; }
  bool IsDll() const { return (headers_->FileHeader.Characteristics & IMAGE_FILE_DLL) != 0; }

  /// A data directory; zeros for one the headers do not have.
  IMAGE_DATA_DIRECTORY Directory(unsigned index) const;

  /// Whether `size` bytes at `rva` lie inside the headers or one section.
  bool Contains(ULONG rva, size_t size) const;

  /// Copies what lies at `rva`; false when it does not lie inside the image.
  template <typename T>
  bool Read(ULONG rva, T *value) const {
    if (!Contains(rva, sizeof(T))) {
      return false;
    }
    std::memcpy(value, base_ + rva, sizeof(T));
    return true;
  }

  /// The zero-terminated string at `rva`, at most `limit` bytes; null data when it is not there.
  std::string_view String(ULONG rva, size_t limit = 512) const;

  /// The section headers.
  const IMAGE_SECTION_HEADER *Sections() const;
  unsigned SectionCount() const { return headers_->FileHeader.NumberOfSections; }

  /// The export `name`; `hint` is where it probably stands in the name table.
  /// STATUS_ENTRYPOINT_NOT_FOUND, STATUS_INVALID_IMAGE_FORMAT.
  Result<MappedExport> FindExport(std::string_view name, ULONG hint = 0) const;

  /// The export with the (biased) ordinal. STATUS_ORDINAL_NOT_FOUND, STATUS_INVALID_IMAGE_FORMAT.
  Result<MappedExport> FindExport(ULONG ordinal) const;

  /// Adds `delta` to every address the relocations name. The pages must be writable.
  /// STATUS_ILLEGAL_DLL_RELOCATION: the image has none; STATUS_INVALID_IMAGE_FORMAT.
  Result<void> Relocate(ULONG_PTR delta) const;

 private:
  Result<MappedExport> Entry(const IMAGE_EXPORT_DIRECTORY &exports, ULONG index, NTSTATUS missing) const;
  Result<void> RelocateBlock(ULONG page, ULONG entries, ULONG count, ULONG_PTR delta) const;

  char *base_ = nullptr;
  const IMAGE_NT_HEADERS *headers_ = nullptr;
};

}  // namespace pe
