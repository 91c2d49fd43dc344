#pragma once
// What Mm needs of a file to make sections of it. Declared here, implemented by io (a call to the right goes through an
// interface owned by the left).

#include <nt/ntdef.h>
#include <ke/caller.hpp>
#include <rtl/ref.hpp>
#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mm {

class FileBacking : public RefCounted {
 public:
  // Size of the file in bytes.
  virtual std::uint64_t Size() const = 0;
  // The whole file when it is resident in the Executive's own image, page aligned, the tail of the last page zero: then
  // its frames are the section's pages. Empty when it is not.
  virtual std::span<const std::byte> Resident() const = 0;
  // Full path, `\Device\...`, for MemoryMappedFilenameInformation and the loader; lives as long as the backing.
  virtual std::u16string_view Path() const = 0;
};

// From a handle to the file's backing. STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH, STATUS_ACCESS_DENIED,
// STATUS_INVALID_FILE_FOR_SECTION (a device, a directory).
using FileLookup = Result<Ref<FileBacking>> (*)(ke::Caller &caller, HANDLE file, ACCESS_MASK access);
// Set once by io at start.
void UseFileLookup(FileLookup lookup);

}  // namespace mm
