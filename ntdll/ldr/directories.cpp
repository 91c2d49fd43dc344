// LdrSetDllDirectory, LdrAddDllDirectory and their like, behind SetDllDirectory and AddDllDirectory of Win32.

#include "directories.hpp"

#include "heap.hpp"
#include "module.hpp"

#include <cstring>

namespace {

using ldr::LoaderLock;

// Flags of LoadLibraryEx and SetDefaultDllDirectories.
constexpr ULONG kSearchApplicationDirectory = 0x200;
constexpr ULONG kSearchUserDirectories = 0x400;
constexpr ULONG kSearchSystem32 = 0x800;
constexpr ULONG kSearchDefaultDirectories = 0x1000;
constexpr ULONG kSearchFlags =
    kSearchApplicationDirectory | kSearchUserDirectories | kSearchSystem32 | kSearchDefaultDirectories;

struct Directory {
  LIST_ENTRY links;
  UNICODE_STRING path;
};

LIST_ENTRY added = {&added, &added};
UNICODE_STRING set_directory;
ULONG default_flags;

std::span<const WCHAR> View(const UNICODE_STRING &string) { return {string.Buffer, string.Length / sizeof(WCHAR)}; }

// X:\..., \\server\... or \??\...
bool IsAbsolute(const UNICODE_STRING &path) {
  auto text = View(path);
  bool drive = text.size() >= 3 && text[1] == ':' && (text[2] == '\\' || text[2] == '/');
  return drive || (text.size() >= 2 && text[0] == '\\');
}

// Text that grows at its end, in the process heap: the caller frees it with RtlReleasePath.
class PathList {
 public:
  bool Append(std::span<const WCHAR> directory) {
    size_t needed = (length_ + directory.size() + 2) * sizeof(WCHAR);
    PVOID heap = ntdll::Peb().ProcessHeap;
    PVOID grown = buffer_ == nullptr ? RtlAllocateHeap(heap, 0, needed) : RtlReAllocateHeap(heap, 0, buffer_, needed);
    if (grown == nullptr) {
      return false;
    }
    buffer_ = static_cast<PWSTR>(grown);
    if (length_ != 0) {
      buffer_[length_] = ';';
      length_ += 1;
    }
    std::memcpy(buffer_ + length_, directory.data(), directory.size() * sizeof(WCHAR));
    length_ += directory.size();
    buffer_[length_] = 0;
    return true;
  }
  PWSTR Take() { return buffer_; }
  void Drop() { RtlFreeHeap(ntdll::Peb().ProcessHeap, 0, buffer_); }

 private:
  PWSTR buffer_ = nullptr;
  size_t length_ = 0;
};

// The part of a path before its last separator.
std::span<const WCHAR> DirectoryOf(std::span<const WCHAR> path) {
  size_t length = path.size();
  while (length > 0 && path[length - 1] != '\\' && path[length - 1] != '/') {
    length -= 1;
  }
  return path.first(length == 0 ? 0 : length - 1);
}

bool AppendSystemDirectory(PathList *list) {
  WCHAR path[300];
  size_t length = 0;
  while (length < 260 && USER_SHARED_DATA->NtSystemRoot[length] != 0) {
    path[length] = USER_SHARED_DATA->NtSystemRoot[length];
    length += 1;
  }
  if (length != 0 && path[length - 1] != '\\') {
    path[length] = '\\';
    length += 1;
  }
  constexpr WCHAR kSystem32[] = NT_TEXT("System32");
  std::memcpy(path + length, kSystem32, sizeof(kSystem32));
  return list->Append({path, length + 8});
}

}  // namespace

namespace ldr {

bool ForEachDirectory(bool (*visit)(void *, std::span<const WCHAR>), void *context) {
  if (set_directory.Length != 0 && visit(context, View(set_directory))) {
    return true;
  }
  for (PLIST_ENTRY links = added.Flink; links != &added; links = links->Flink) {
    if (visit(context, View(CONTAINING_RECORD(links, Directory, links)->path))) {
      return true;
    }
  }
  return false;
}

}  // namespace ldr

extern "C" {

// An empty or missing path takes the directory away again. STATUS_INVALID_PARAMETER: more than one directory;
// STATUS_NO_MEMORY.
NTSTATUS NTAPI LdrSetDllDirectory(PCUNICODE_STRING Path) {
  UNICODE_STRING copy = {};
  if (Path != nullptr && Path->Length != 0) {
    for (WCHAR character : View(*Path)) {
      if (character == ';') {
        return STATUS_INVALID_PARAMETER;
      }
    }
    auto result = ldr::CopyString(*Path);
    if (!result) {
      return result.error().Code();
    }
    copy = *result;
  }
  LoaderLock lock;
  ldr::Free(set_directory.Buffer);
  set_directory = copy;
  return STATUS_SUCCESS;
}

// STATUS_BUFFER_TOO_SMALL: Length is what it takes, with a terminator.
NTSTATUS NTAPI LdrGetDllDirectory(PUNICODE_STRING Path) {
  LoaderLock lock;
  if (Path->MaximumLength < set_directory.Length + sizeof(WCHAR)) {
    Path->Length = static_cast<USHORT>(set_directory.Length + sizeof(WCHAR));
    return STATUS_BUFFER_TOO_SMALL;
  }
  RtlCopyUnicodeString(Path, &set_directory);
  return STATUS_SUCCESS;
}

// STATUS_INVALID_PARAMETER: not an absolute path; STATUS_NO_MEMORY.
NTSTATUS NTAPI LdrAddDllDirectory(PCUNICODE_STRING NewDirectory, PVOID *Cookie) {
  if (!IsAbsolute(*NewDirectory)) {
    return STATUS_INVALID_PARAMETER;
  }
  auto path = ldr::CopyString(*NewDirectory);
  auto *directory = static_cast<Directory *>(ldr::Allocate(sizeof(Directory)));
  if (!path || directory == nullptr) {
    ldr::Free(path ? path->Buffer : nullptr);
    ldr::Free(directory);
    return STATUS_NO_MEMORY;
  }
  directory->path = *path;
  LoaderLock lock;
  InsertHeadList(&added, &directory->links);
  *Cookie = directory;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI LdrRemoveDllDirectory(PVOID Cookie) {
  LoaderLock lock;
  for (PLIST_ENTRY links = added.Flink; links != &added; links = links->Flink) {
    auto *directory = CONTAINING_RECORD(links, Directory, links);
    if (directory == Cookie) {
      RemoveEntryList(links);
      ldr::Free(directory->path.Buffer);
      ldr::Free(directory);
      return STATUS_SUCCESS;
    }
  }
  return STATUS_INVALID_PARAMETER;
}

// What LdrGetDllPath uses when it is given no flags. STATUS_INVALID_PARAMETER.
NTSTATUS NTAPI LdrSetDefaultDllDirectories(ULONG Flags) {
  if (Flags == 0 || (Flags & ~kSearchFlags) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  LoaderLock lock;
  default_flags = Flags;
  return STATUS_SUCCESS;
}

// The directories that a load with `Flags` searches, separated by `;`, in *Path (RtlReleasePath gives it back).
// STATUS_INVALID_PARAMETER, STATUS_NO_MEMORY.
NTSTATUS NTAPI LdrGetDllPath(PCWSTR Module, ULONG Flags, PWSTR *Path, PWSTR *SearchPaths) {
  (void)Module;
  constexpr ULONG kAlteredSearchPath = 0x8;
  if ((Flags & ~(kSearchFlags | kAlteredSearchPath)) != 0) {
    return STATUS_INVALID_PARAMETER;
  }
  LoaderLock lock;
  ULONG flags = (Flags & kSearchFlags) != 0 ? Flags : default_flags;
  if (flags == 0 || (flags & kSearchDefaultDirectories) != 0) {
    flags |= kSearchApplicationDirectory | kSearchUserDirectories | kSearchSystem32;
  }
  PathList list;
  bool good = true;
  if ((flags & kSearchApplicationDirectory) != 0) {
    good = list.Append(DirectoryOf(View(ntdll::Peb().ProcessParameters->ImagePathName)));
  }
  if (good && (flags & kSearchUserDirectories) != 0) {
    good = !ldr::ForEachDirectory(
        [](void *context, std::span<const WCHAR> directory) {
          return !static_cast<PathList *>(context)->Append(directory);
        },
        &list);
  }
  if (good && (flags & kSearchSystem32) != 0) {
    good = AppendSystemDirectory(&list);
  }
  if (!good) {
    list.Drop();
    return STATUS_NO_MEMORY;
  }
  *Path = list.Take();
  if (SearchPaths != nullptr) {
    *SearchPaths = nullptr;
  }
  return STATUS_SUCCESS;
}

VOID NTAPI RtlReleasePath(PWSTR Path) { RtlFreeHeap(ntdll::Peb().ProcessHeap, 0, Path); }

}  // extern "C"
