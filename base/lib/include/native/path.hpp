#pragma once
// DOS paths as people type them, and the NT paths that services take.

#include <nt/nt_services.h>

#include <native/string.hpp>
#include <rtl/result.hpp>

namespace native {

// An NT path with its OBJECT_ATTRIBUTES.
class NtPath {
 public:
  NtPath(const NtPath &) = delete;
  NtPath &operator=(const NtPath &) = delete;
  NtPath(NtPath &&other) noexcept : name_(other.name_) { other.name_ = {}; }
  ~NtPath();

  // From a DOS path, relative ones to the current directory. STATUS_OBJECT_NAME_INVALID, STATUS_NAME_TOO_LONG.
  static Result<NtPath> FromDos(std::string_view path);

  PUNICODE_STRING Name() { return &name_; }
  // Attributes for the services that open by name; they point into this object.
  OBJECT_ATTRIBUTES Attributes();

 private:
  NtPath() = default;
  UNICODE_STRING name_{};
};

// The current directory, with a backslash at its end.
String CurrentDirectory();

// A path made absolute ("X:\dir\file") by the current directory, "." and ".." resolved.
Result<String> FullPath(std::string_view path);

// Attributes of the file or directory that a DOS path names (FILE_ATTRIBUTE_*).
Result<ULONG> FileAttributes(std::string_view path);

}  // namespace native
