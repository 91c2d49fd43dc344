#pragma once
// What Mm needs of a file to make sections of it. Declared here, implemented by io (a call to the right goes through an
// interface owned by the left).

#include <rtl/ref.hpp>
#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace mm {

class FileBacking : public RefCounted {
 public:
  // Size of the file in bytes.
  virtual std::uint64_t Size() const = 0;
  // The whole file when it is resident in the Executive's own image, page aligned, the tail of the last page zero: then
  // its frames are the section's pages. Empty when it is not.
  virtual std::span<const std::byte> Resident() const = 0;
};

}  // namespace mm
