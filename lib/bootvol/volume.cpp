#include <bootvol/volume.hpp>
#include <rtl/checked.hpp>
#include <rtl/upcase.hpp>

#include <algorithm>
#include <cstring>

namespace bootvol {
namespace {

constexpr std::uint32_t kKnownAttributes = kAttributeReadOnly | kAttributeHidden | kAttributeSystem |
                                           kAttributeDirectory | kAttributeArchive | kAttributeNormal;

}  // namespace

bool LegalName(std::u16string_view name) {
  if (name.empty() || name.size() > BOOTVOL_MAXIMUM_NAME || name == u"." || name == u"..") {
    return false;
  }
  return std::all_of(name.begin(), name.end(), [](char16_t unit) {
    return unit >= u' ' && std::u16string_view(u"\\/:*?\"<>|").find(unit) == std::u16string_view::npos;
  });
}

Result<Volume> Volume::Mount(std::span<const std::byte> image) {
  if (reinterpret_cast<std::uintptr_t>(image.data()) % BOOTVOL_PAGE_SIZE != 0) {
    return Fail(STATUS_DATATYPE_MISALIGNMENT);
  }
  Volume volume(image);
  TRY(volume.CheckHeader());
  for (EntryIndex i = 0; i < volume.EntryCount(); i++) {
    TRY(volume.CheckEntry(i));
  }
  TRY(volume.CheckTree());
  return volume;
}

Result<void> Volume::CheckHeader() {
  if (image_.size() < sizeof(header_)) {
    return Fail(STATUS_UNRECOGNIZED_VOLUME);
  }
  std::memcpy(&header_, image_.data(), sizeof(header_));
  if (std::memcmp(header_.Magic, BOOTVOL_MAGIC, sizeof(header_.Magic)) != 0) {
    return Fail(STATUS_UNRECOGNIZED_VOLUME);
  }
  if (header_.ImageSize > image_.size()) {
    return Fail(STATUS_DISK_CORRUPT_ERROR);
  }
  const std::uint64_t table_size = std::uint64_t{header_.EntryCount} * sizeof(BOOTVOL_ENTRY);
  if (header_.ImageSize % BOOTVOL_PAGE_SIZE != 0 || header_.EntryCount == 0 ||
      header_.EntryCount > BOOTVOL_MAXIMUM_ENTRIES || header_.EntryTableOffset % alignof(BOOTVOL_ENTRY) != 0 ||
      header_.EntryTableOffset < sizeof(header_) || header_.NamesOffset < sizeof(header_) ||
      header_.NamesOffset % sizeof(char16_t) != 0 || header_.LabelLength > sizeof(header_.Label) ||
      header_.LabelLength % sizeof(char16_t) != 0 ||
      !RangeInside(header_.EntryTableOffset, table_size, header_.ImageSize) ||
      !RangeInside(header_.NamesOffset, header_.NamesSize, header_.ImageSize)) {
    return Fail(STATUS_FILE_CORRUPT_ERROR);
  }
  return {};
}

Result<void> Volume::CheckEntry(EntryIndex index) const {
  const BOOTVOL_ENTRY entry = Raw(index);
  if (entry.NameOffset % sizeof(char16_t) != 0 || entry.NameLength % sizeof(char16_t) != 0 ||
      !RangeInside(entry.NameOffset, entry.NameLength, header_.NamesSize) ||
      (entry.Attributes & ~kKnownAttributes) != 0) {
    return Fail(STATUS_FILE_CORRUPT_ERROR);
  }
  const bool directory = (entry.Attributes & kAttributeDirectory) != 0;
  if (index == kRoot ? !directory || entry.NameLength != 0 || entry.Parent != kRoot : !LegalName(Name(entry))) {
    return Fail(STATUS_FILE_CORRUPT_ERROR);
  }
  if (directory) {
    return CheckChildren(index, entry);
  }
  // The pages of a file are its own up to the end of its last page; page 0 is the header's.
  const auto pages = CheckedAlignUp(entry.Size, BOOTVOL_PAGE_SIZE, STATUS_FILE_CORRUPT_ERROR);
  if (!pages || entry.Start % BOOTVOL_PAGE_SIZE != 0 || (entry.Size != 0 && entry.Start == 0) ||
      !RangeInside(entry.Start, *pages, header_.ImageSize)) {
    return Fail(STATUS_FILE_CORRUPT_ERROR);
  }
  return {};
}

Result<void> Volume::CheckChildren(EntryIndex index, const BOOTVOL_ENTRY &directory) const {
  if (directory.Size == 0) {
    return {};
  }
  if (!RangeInside(directory.Start, directory.Size, header_.EntryCount)) {
    return Fail(STATUS_FILE_CORRUPT_ERROR);
  }
  std::u16string_view previous;
  for (std::uint64_t i = directory.Start; i < directory.Start + directory.Size; i++) {
    const BOOTVOL_ENTRY child = Raw(static_cast<EntryIndex>(i));
    if (child.Parent != index || child.NameOffset % sizeof(char16_t) != 0 || child.NameLength % sizeof(char16_t) != 0 ||
        !RangeInside(child.NameOffset, child.NameLength, header_.NamesSize)) {
      return Fail(STATUS_FILE_CORRUPT_ERROR);
    }
    const std::u16string_view name = Name(child);
    if (i != directory.Start && rtl::CompareNoCase(previous, name) >= 0) {
      return Fail(STATUS_FILE_CORRUPT_ERROR);
    }
    previous = name;
  }
  return {};
}

// Every entry but the root is listed by the directory it names as its parent, and no path is too deep (so none
// goes in circles).
Result<void> Volume::CheckTree() const {
  for (EntryIndex i = 1; i < EntryCount(); i++) {
    EntryIndex at = i;
    for (int depth = 0; at != kRoot; depth++) {
      const EntryIndex parent = Raw(at).Parent;
      if (parent >= EntryCount() || depth > BOOTVOL_MAXIMUM_DEPTH) {
        return Fail(STATUS_FILE_CORRUPT_ERROR);
      }
      const BOOTVOL_ENTRY directory = Raw(parent);
      if ((directory.Attributes & kAttributeDirectory) == 0 || at < directory.Start ||
          at - directory.Start >= directory.Size) {
        return Fail(STATUS_FILE_CORRUPT_ERROR);
      }
      at = parent;
    }
  }
  return {};
}

BOOTVOL_ENTRY Volume::Raw(EntryIndex index) const {
  BOOTVOL_ENTRY entry;
  std::memcpy(&entry, image_.data() + header_.EntryTableOffset + std::size_t{index} * sizeof(entry), sizeof(entry));
  return entry;
}

std::u16string_view Volume::Name(const BOOTVOL_ENTRY &entry) const {
  const std::byte *start = image_.data() + header_.NamesOffset + entry.NameOffset;
  return {reinterpret_cast<const char16_t *>(start), entry.NameLength / sizeof(char16_t)};
}

std::u16string_view Volume::Label() const {
  const std::byte *start = image_.data() + offsetof(BOOTVOL_HEADER, Label);
  return {reinterpret_cast<const char16_t *>(start), header_.LabelLength / sizeof(char16_t)};
}

Entry Volume::At(EntryIndex index) const {
  const BOOTVOL_ENTRY raw = Raw(index);
  Entry entry{};
  entry.index = index;
  entry.parent = raw.Parent;
  entry.name = Name(raw);
  entry.attributes = raw.Attributes;
  entry.creation_time = raw.CreationTime;
  entry.last_write_time = raw.LastWriteTime;
  if (entry.IsDirectory()) {
    entry.first_child = static_cast<EntryIndex>(raw.Start);
    entry.children = static_cast<std::uint32_t>(raw.Size);
  } else {
    entry.data = image_.subspan(static_cast<std::size_t>(raw.Start), static_cast<std::size_t>(raw.Size));
  }
  return entry;
}

Result<Entry> Volume::Lookup(EntryIndex directory, std::u16string_view name) const {
  const BOOTVOL_ENTRY entry = Raw(directory);
  if ((entry.Attributes & kAttributeDirectory) == 0) {
    return Fail(STATUS_OBJECT_PATH_NOT_FOUND);
  }
  auto low = static_cast<EntryIndex>(entry.Start);
  EntryIndex high = low + static_cast<EntryIndex>(entry.Size);
  while (low < high) {
    const EntryIndex middle = low + (high - low) / 2;
    const int order = rtl::CompareNoCase(Name(Raw(middle)), name);
    if (order == 0) {
      return At(middle);
    }
    if (order < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
}

Result<Entry> Volume::Find(EntryIndex directory, std::u16string_view path) const {
  EntryIndex at = directory;
  while (!path.empty()) {
    const std::size_t divider = path.find(u'\\');
    const std::u16string_view name = path.substr(0, divider);
    const bool last = divider == std::u16string_view::npos;
    if (!LegalName(name)) {
      return Fail(STATUS_OBJECT_NAME_INVALID);
    }
    const auto next = Lookup(at, name);
    if (!next) {
      return Fail(last ? next.error().Code() : STATUS_OBJECT_PATH_NOT_FOUND);
    }
    at = next->index;
    path = last ? std::u16string_view() : path.substr(divider + 1);
    if (!last && path.empty()) {
      return Fail(STATUS_OBJECT_NAME_INVALID);
    }
  }
  return At(at);
}

}  // namespace bootvol
