#include "directory_query.hpp"

#include <rtl/checked.hpp>

#include <algorithm>
#include <cstring>

#include "name_expression.hpp"

namespace io {
namespace {

constexpr ULONG kEntryAlignment = 8;
// Longer patterns would cost more time for one name than the Executive may spend in one go.
constexpr std::size_t kLongestPattern = 512;

// The part of an entry in front of its name.
struct Fixed {
  alignas(8) std::byte bytes[0x70];
  ULONG size;
};

LARGE_INTEGER Large(std::uint64_t value) {
  LARGE_INTEGER large;
  large.QuadPart = static_cast<LONGLONG>(value);
  return large;
}

// The fields that all classes but FileNamesInformation begin with.
template <typename Information>
void FillCommon(Information &information, const FileFacts &facts) {
  information.CreationTime.QuadPart = facts.creation_time;
  information.LastAccessTime.QuadPart = facts.last_access_time;
  information.LastWriteTime.QuadPart = facts.last_write_time;
  information.ChangeTime.QuadPart = facts.change_time;
  information.EndOfFile = Large(facts.size);
  information.AllocationSize = Large(facts.allocation);
  information.FileAttributes = facts.attributes != 0 ? facts.attributes : FILE_ATTRIBUTE_NORMAL;
}

template <typename Information>
void Build(const DirectoryEntry &entry, Fixed &fixed) {
  Information information{};
  information.FileNameLength = static_cast<ULONG>(entry.name.size() * sizeof(WCHAR));
  if constexpr (requires { information.CreationTime; }) {
    FillCommon(information, entry.facts);
  }
  if constexpr (requires { information.FileId; }) {
    information.FileId = Large(entry.facts.id);
  }
  fixed.size = offsetof(Information, FileName);
  static_assert(offsetof(Information, FileName) <= sizeof(fixed.bytes));
  std::memcpy(fixed.bytes, &information, fixed.size);
}

void BuildFixed(FILE_INFORMATION_CLASS information_class, const DirectoryEntry &entry, Fixed &fixed) {
  switch (static_cast<int>(information_class)) {
    case FileDirectoryInformation:
      return Build<FILE_DIRECTORY_INFORMATION>(entry, fixed);
    case FileFullDirectoryInformation:
      return Build<FILE_FULL_DIR_INFORMATION>(entry, fixed);
    case FileBothDirectoryInformation:
      return Build<FILE_BOTH_DIR_INFORMATION>(entry, fixed);
    case FileIdBothDirectoryInformation:
      return Build<FILE_ID_BOTH_DIR_INFORMATION>(entry, fixed);
    case FileIdFullDirectoryInformation:
      return Build<FILE_ID_FULL_DIR_INFORMATION>(entry, fixed);
    default:
      return Build<FILE_NAMES_INFORMATION>(entry, fixed);
  }
}

Result<void> StartScan(DirectoryScan &scan, std::u16string_view pattern) {
  if (pattern.size() > kLongestPattern || std::any_of(pattern.begin(), pattern.end(), [](char16_t unit) {
        return unit < u' ' || std::u16string_view(u"\\/:|").contains(unit);
      })) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  scan.pattern = TRY(ob::Name::Create(pattern.empty() ? u"*" : pattern));
  scan.started = true;
  return {};
}

// The next entry that matches; scan.next is then its number. Nothing behind the last one.
Result<std::optional<DirectoryEntry>> NextMatch(FileObject &file) {
  DirectoryScan &scan = file.scan;
  for (;; scan.next++) {
    auto entry = TRY(file.OwnNode().EntryAt(scan.next));
    if (!entry || IsNameInExpression(scan.pattern.View(), entry->name)) {
      return entry;
    }
  }
}

Result<void> WriteEntry(const DirectoryQuery &query, ULONG at, const Fixed &fixed, std::u16string_view name,
                        std::size_t name_bytes) {
  TRY(query.buffer.Write(fixed.bytes, fixed.size, at));
  return query.buffer.Write(name.data(), name_bytes, at + fixed.size);
}

}  // namespace

ULONG ShortestDirectoryBuffer(FILE_INFORMATION_CLASS information_class) {
  switch (static_cast<int>(information_class)) {
    case FileDirectoryInformation:
    case FileFullDirectoryInformation:
    case FileBothDirectoryInformation:
    case FileIdBothDirectoryInformation:
    case FileIdFullDirectoryInformation:
    case FileNamesInformation:
      break;
    default:
      return 0;
  }
  Fixed fixed;
  BuildFixed(information_class, {}, fixed);
  return AlignUp<ULONG>(fixed.size + sizeof(WCHAR), kEntryAlignment);
}

Result<Outcome> QueryDirectory(FileObject &file, const DirectoryQuery &query) {
  if (!file.OwnNode().IsDirectory()) {
    return Fail(file.OwnNode().NodeKind() == Node::Kind::kDevice ? STATUS_INVALID_DEVICE_REQUEST
                                                                 : STATUS_INVALID_PARAMETER);
  }
  DirectoryScan &scan = file.scan;
  const bool first_query = !scan.started;
  if (first_query) {
    TRY(StartScan(scan, query.pattern));
  }
  if (query.restart) {
    scan.next = 0;
  }
  ULONG used = 0;
  ULONG previous = 0;
  Fixed fixed;
  do {
    const auto entry = TRY(NextMatch(file));
    if (!entry) {
      break;
    }
    BuildFixed(query.information_class, *entry, fixed);
    const std::size_t name_bytes = entry->name.size() * sizeof(WCHAR);
    const ULONG at = AlignUp(used, kEntryAlignment);
    if (!RangeInside(at, fixed.size + name_bytes, query.length)) {
      if (used != 0) {
        break;
      }
      TRY(WriteEntry(query, 0, fixed, entry->name, query.length - fixed.size));
      scan.next++;
      return Outcome{STATUS_BUFFER_OVERFLOW, query.length};
    }
    TRY(WriteEntry(query, at, fixed, entry->name, name_bytes));
    if (used != 0) {
      const ULONG distance = at - previous;
      TRY(query.buffer.Write(&distance, sizeof(distance), previous));
    }
    previous = at;
    used = at + fixed.size + static_cast<ULONG>(name_bytes);
    scan.next++;
  } while (!query.single_entry);
  if (used != 0) {
    return Outcome{STATUS_SUCCESS, used};
  }
  if (first_query) {
    return Fail(STATUS_NO_SUCH_FILE);
  }
  return Outcome{STATUS_NO_MORE_FILES, 0};
}

}  // namespace io
