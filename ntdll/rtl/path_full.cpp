// Full paths: what a DOS path means against the current directory.
#include "path.hpp"

using namespace rtlp;

namespace {

/// Assembles the result: a root that ".." cannot leave, then components one by one.
class Builder {
 public:
  Builder(WCHAR *buffer, size_t capacity) : buffer_(buffer), capacity_(capacity) {}

  /// Appends characters as they are, with backslashes for slashes.
  void Root(const WCHAR *text, size_t count) {
    for (size_t i = 0; i < count; ++i) {
      Put(text[i] == '/' ? WCHAR{'\\'} : text[i]);
    }
    root_ = length_;
  }

  /// Appends a relative path, component by component.
  void Add(const WCHAR *text, size_t count) {
    size_t at = 0;
    while (at < count) {
      while (at < count && IsSeparator(text[at])) {
        ++at;
      }
      size_t end = at;
      while (end < count && !IsSeparator(text[end])) {
        ++end;
      }
      if (end > at) {
        Component(text + at, end - at, end < count);
      }
      at = end;
    }
  }

  /// A separator at the end, unless there is one.
  void Separate() {
    if (length_ > 0 && buffer_[length_ - 1] != '\\') {
      Put('\\');
    }
  }

  /// No separator at the end, but for the root's.
  void DropSeparator() {
    if (length_ > root_ && buffer_[length_ - 1] == '\\') {
      --length_;
    }
  }

  /// No dots and blanks at the end.
  void TrimEnd() {
    while (length_ > root_ && (buffer_[length_ - 1] == '.' || buffer_[length_ - 1] == ' ')) {
      --length_;
    }
  }

  size_t Length() const { return length_; }
  bool Overflowed() const { return overflowed_; }

 private:
  void Put(WCHAR character) {
    if (length_ < capacity_) {
      buffer_[length_++] = character;
    } else {
      overflowed_ = true;
    }
  }

  void Component(const WCHAR *text, size_t count, bool separated) {
    if (count == 1 && text[0] == '.') {
      if (!separated) {
        DropSeparator();
      }
      return;
    }
    if (count == 2 && text[0] == '.' && text[1] == '.') {
      DropSeparator();
      while (length_ > root_ && buffer_[length_ - 1] != '\\') {
        --length_;
      }
      if (!separated) {
        DropSeparator();
      }
      return;
    }
    if (separated && text[count - 1] == '.' && text[count - 2] != '.') {  // one dot goes; it is not the only character
      --count;
    }
    for (size_t i = 0; i < count; ++i) {
      Put(text[i]);
    }
    if (separated && count > 0) {
      Put('\\');
    }
  }

  WCHAR *buffer_;
  size_t capacity_;
  size_t length_ = 0;
  size_t root_ = 0;
  bool overflowed_ = false;
};

/// Length of the part of an absolute path that ".." cannot remove: "X:\", "\\server\share\", "\\.\".
size_t RootLength(const WCHAR *path, size_t count) {
  switch (PathType(path, count)) {
    case RtlPathTypeDriveAbsolute:
      return 3;
    case RtlPathTypeLocalDevice:
      return 4;
    case RtlPathTypeUncAbsolute: {
      size_t at = 2;
      for (int part = 0; part < 2; ++part) {
        while (at < count && !IsSeparator(path[at])) {
          ++at;
        }
        if (at < count && part == 0) {
          ++at;
        }
      }
      return at < count ? at + 1 : count;
    }
    default:
      return 0;
  }
}

WCHAR UpperAscii(WCHAR character) {
  return character >= 'a' && character <= 'z' ? static_cast<WCHAR>(character - ('a' - 'A')) : character;
}

void AddAbsolute(Builder &builder, const WCHAR *path, size_t count) {
  const size_t root = RootLength(path, count);
  builder.Root(path, root);
  builder.Add(path + root, count - root);
}

// The current directory of another drive is kept in the environment variable "=X:", as the shell does.
void AddDriveDirectory(Builder &builder, WCHAR drive, const UNICODE_STRING &current) {
  if (CharCount(current) >= 2 && current.Buffer[1] == ':' && UpperAscii(current.Buffer[0]) == UpperAscii(drive)) {
    AddAbsolute(builder, current.Buffer, CharCount(current));
    return;
  }
  WCHAR name_text[3] = {'=', UpperAscii(drive), ':'};
  const UNICODE_STRING name{sizeof(name_text), sizeof(name_text), name_text};
  PathBuffer buffer;
  UNICODE_STRING value{0, 0, buffer.Data()};
  NTSTATUS status = RtlQueryEnvironmentVariable_U(nullptr, &name, &value);
  if (status == STATUS_BUFFER_TOO_SMALL && buffer.Create(CharCount(value) + 1)) {
    value = {0, static_cast<USHORT>(value.Length + sizeof(WCHAR)), buffer.Data()};
    status = RtlQueryEnvironmentVariable_U(nullptr, &name, &value);
  }
  if (NT_SUCCESS(status) && PathType(value.Buffer, CharCount(value)) == RtlPathTypeDriveAbsolute) {
    AddAbsolute(builder, value.Buffer, CharCount(value));
    return;
  }
  const WCHAR root[3] = {drive, ':', '\\'};
  builder.Root(root, 3);
}

}  // namespace

namespace rtlp {

size_t FilePartOf(const WCHAR *path, size_t count) {
  if (PathType(path, count) == RtlPathTypeLocalDevice && FindDevice(path + 4, count - 4).count == count - 4) {
    return count;
  }
  size_t at = count;
  while (at > 0 && path[at - 1] != '\\') {
    --at;
  }
  return at;
}

NTSTATUS MakeFullPath(const WCHAR *path, size_t count, PathBuffer &full) {
  while (count > 0 && path[count - 1] == ' ') {
    --count;
  }
  if (count == 0) {
    return STATUS_OBJECT_NAME_INVALID;
  }
  if (count > kMaximumPath) {
    return STATUS_NAME_TOO_LONG;
  }
  const PebLockGuard guard;
  const UNICODE_STRING &current = CurrentPeb()->ProcessParameters->CurrentDirectory.DosPath;
  const size_t capacity = CharCount(current) + count + 8;
  // A drive's own directory may be longer than the current one: then there is room for the longest path.
  const RTL_PATH_TYPE type = PathType(path, count);
  const size_t room = type == RtlPathTypeDriveRelative ? kMaximumPath + count + 8 : capacity;
  if (!full.Create(room)) {
    return STATUS_NO_MEMORY;
  }
  Builder builder(full.Data(), room - 1);
  if (const DeviceName device = FindDevice(path, count); device.count != 0) {
    builder.Root(NT_TEXT("\\\\.\\"), 4);
    builder.Root(path + device.start, device.count);
  } else {
    switch (type) {
      case RtlPathTypeDriveRelative:
        AddDriveDirectory(builder, path[0], current);
        builder.Separate();
        if (count == 2) {
          builder.DropSeparator();
        }
        builder.Add(path + 2, count - 2);
        break;
      case RtlPathTypeRooted:
        builder.Root(current.Buffer, RootLength(current.Buffer, CharCount(current)));
        builder.Separate();
        builder.Add(path, count);
        break;
      case RtlPathTypeRelative:
        AddAbsolute(builder, current.Buffer, CharCount(current));
        builder.Separate();
        builder.Add(path, count);
        break;
      case RtlPathTypeRootLocalDevice:
        builder.Root(path, count);
        builder.Root(NT_TEXT("\\"), 1);
        break;
      default:
        AddAbsolute(builder, path, count);
        break;
    }
    builder.TrimEnd();
  }
  if (builder.Overflowed() || builder.Length() > kMaximumPath) {
    return STATUS_NAME_TOO_LONG;
  }
  if (builder.Length() == 0) {
    return STATUS_OBJECT_NAME_INVALID;
  }
  full.count = builder.Length();
  full.Data()[full.count] = 0;
  return STATUS_SUCCESS;
}

}  // namespace rtlp

extern "C" {

NTSTATUS NTAPI RtlGetFullPathName_UEx(PCWSTR path, ULONG size, PWSTR buffer, PWSTR *file_part, PULONG required) {
  if (required != nullptr) {
    *required = 0;
  }
  if (file_part != nullptr) {
    *file_part = nullptr;
  }
  if (path == nullptr) {
    return STATUS_OBJECT_NAME_INVALID;
  }
  PathBuffer full;
  const NTSTATUS status = MakeFullPath(path, WideLength(path), full);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  const size_t bytes = full.count * sizeof(WCHAR);
  if (bytes + sizeof(WCHAR) > size) {
    if (required != nullptr) {
      *required = static_cast<ULONG>(bytes + sizeof(WCHAR));
    }
    return STATUS_BUFFER_TOO_SMALL;
  }
  memcpy(buffer, full.Data(), bytes + sizeof(WCHAR));
  if (required != nullptr) {
    *required = static_cast<ULONG>(bytes);
  }
  if (const size_t part = FilePartOf(buffer, full.count); file_part != nullptr && part < full.count) {
    *file_part = buffer + part;
  }
  return STATUS_SUCCESS;
}

ULONG NTAPI RtlGetFullPathName_U(PCWSTR path, ULONG size, PWSTR buffer, PWSTR *file_part) {
  ULONG required = 0;
  const NTSTATUS status = RtlGetFullPathName_UEx(path, size, buffer, file_part, &required);
  return NT_SUCCESS(status) || status == STATUS_BUFFER_TOO_SMALL ? required : 0;
}

}  // extern "C"
