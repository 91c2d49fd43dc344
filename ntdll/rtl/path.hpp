// Shared by the files about paths.
#pragma once
#include <nt/ntrtl_path.h>
#include <nt/ntrtl_process.h>

#include "rtlp.hpp"

namespace rtlp {

inline constexpr size_t kMaximumPath = UNICODE_STRING_MAX_CHARS;  // characters

inline bool IsSeparator(WCHAR character) { return character == '\\' || character == '/'; }

/// The kind of a path of `count` characters.
RTL_PATH_TYPE PathType(const WCHAR *path, size_t count);

struct DeviceName {
  size_t start = 0;
  size_t count = 0;  // 0: none
};

/// A DOS device (NUL, COM1, ...) named by the path's last component.
DeviceName FindDevice(const WCHAR *path, size_t count);

/// A heap buffer of characters that is freed at the end of the scope.
class PathBuffer {
 public:
  PathBuffer() = default;
  ~PathBuffer() { Reset(); }
  PathBuffer(const PathBuffer &) = delete;
  PathBuffer &operator=(const PathBuffer &) = delete;

  bool Create(size_t characters) {
    Reset();
    if (characters > kInline) {
      data_ = static_cast<WCHAR *>(Allocate(characters * sizeof(WCHAR)));
    }
    return data_ != nullptr;
  }
  WCHAR *Data() { return data_; }
  size_t count = 0;

 private:
  // Most paths need no heap.
  static constexpr size_t kInline = 300;
  void Reset() {
    if (data_ != inline_) {
      Free(data_);
    }
    data_ = inline_;
  }
  WCHAR inline_[kInline];
  WCHAR *data_ = inline_;
};

/// Makes `path` absolute and removes "." and "..", doubled separators and trailing dots and blanks. The result has a
/// terminator. STATUS_OBJECT_NAME_INVALID, STATUS_NAME_TOO_LONG, STATUS_NO_MEMORY.
NTSTATUS MakeFullPath(const WCHAR *path, size_t count, PathBuffer &full);

/// Index of the last component; `count` when the path ends with a separator or is a device.
size_t FilePartOf(const WCHAR *path, size_t count);

}  // namespace rtlp
