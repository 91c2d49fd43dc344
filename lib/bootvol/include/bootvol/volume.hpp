#pragma once
// Reading the boot volume. See README.md of this folder.

#include <disk/bootvol.h>
#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace bootvol {

using EntryIndex = std::uint32_t;
inline constexpr EntryIndex kRoot = 0;

// FILE_ATTRIBUTE_* bits that an entry may have (ntifs.h; the values are NT's).
inline constexpr std::uint32_t kAttributeReadOnly = 0x01;
inline constexpr std::uint32_t kAttributeHidden = 0x02;
inline constexpr std::uint32_t kAttributeSystem = 0x04;
inline constexpr std::uint32_t kAttributeDirectory = 0x10;
inline constexpr std::uint32_t kAttributeArchive = 0x20;
inline constexpr std::uint32_t kAttributeNormal = 0x80;

// One file or directory. `name` and `data` lie in the image.
struct Entry {
  EntryIndex index;
  EntryIndex parent;
  std::u16string_view name;
  std::uint32_t attributes;
  std::int64_t creation_time;
  std::int64_t last_write_time;
  EntryIndex first_child;           // directories
  std::uint32_t children;           // directories
  std::span<const std::byte> data;  // files: page aligned; the last page is zero behind it

  bool IsDirectory() const { return (attributes & kAttributeDirectory) != 0; }
};

// Whether `name` may stand in a volume: not empty, at most 255 units, no control character and none of \/:*?"<>|, not
// "." or "..".
bool LegalName(std::u16string_view name);

// A mounted volume: a view of the image, which must outlive it and not change.
class Volume {
 public:
  // Checks the whole image (not the files' contents). STATUS_UNRECOGNIZED_VOLUME: it is no boot volume;
  // STATUS_FILE_CORRUPT_ERROR: it is one, but wrong inside; STATUS_DISK_CORRUPT_ERROR: shorter than it says;
  // STATUS_DATATYPE_MISALIGNMENT: `image` is not page aligned in memory.
  static Result<Volume> Mount(std::span<const std::byte> image);

  std::uint32_t EntryCount() const { return header_.EntryCount; }
  std::uint64_t Size() const { return header_.ImageSize; }
  std::uint32_t SerialNumber() const { return header_.SerialNumber; }
  std::int64_t CreationTime() const { return header_.CreationTime; }
  std::u16string_view Label() const;

  // Entry `index`, which is below EntryCount().
  Entry At(EntryIndex index) const;

  // The entry called `name` in `directory`. STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_PATH_NOT_FOUND when
  // `directory` is a file.
  Result<Entry> Lookup(EntryIndex directory, std::u16string_view name) const;

  // The entry at `path` below `directory`: names divided by single backslashes, "" for the directory itself.
  // STATUS_OBJECT_NAME_NOT_FOUND: the last name is not there; STATUS_OBJECT_PATH_NOT_FOUND: one before it is not, or
  // is a file; STATUS_OBJECT_NAME_INVALID: a name is empty or has a character that no name has.
  Result<Entry> Find(EntryIndex directory, std::u16string_view path) const;

 private:
  explicit Volume(std::span<const std::byte> image) : image_(image) {}
  BOOTVOL_ENTRY Raw(EntryIndex index) const;
  std::u16string_view Name(const BOOTVOL_ENTRY &entry) const;
  Result<void> CheckHeader();
  Result<void> CheckEntry(EntryIndex index) const;
  Result<void> CheckChildren(EntryIndex index, const BOOTVOL_ENTRY &directory) const;
  Result<void> CheckTree() const;

  std::span<const std::byte> image_;
  BOOTVOL_HEADER header_{};
};

}  // namespace bootvol
