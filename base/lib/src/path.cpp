#include "native/path.hpp"

#include "native/utf.hpp"

namespace native {
namespace {

// Names have no NUL inside: the Rtl routines take zero-terminated text and would see half of it.
bool HasNul(std::string_view path) { return path.find('\0') != std::string_view::npos; }

}  // namespace

NtPath::~NtPath() {
  if (name_.Buffer != nullptr) {
    RtlFreeUnicodeString(&name_);
  }
}

Result<NtPath> NtPath::FromDos(std::string_view path) {
  if (path.empty() || HasNul(path)) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  WideString wide(path);
  if (!wide.Unicode()) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  NtPath result;
  const NTSTATUS status = RtlDosPathNameToNtPathName_U_WithStatus(wide.Data(), &result.name_, nullptr, nullptr);
  if (!NT_SUCCESS(status)) {
    result.name_ = {};
    return Fail(status);
  }
  return result;
}

OBJECT_ATTRIBUTES NtPath::Attributes() {
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &name_, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  return attributes;
}

String CurrentDirectory() {
  const UNICODE_STRING &path = NtCurrentPeb()->ProcessParameters->CurrentDirectory.DosPath;
  return ToUtf8(path.Buffer, path.Length / sizeof(WCHAR));
}

Result<String> FullPath(std::string_view path) {
  if (path.empty() || HasNul(path)) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  WideString wide(path);
  if (!wide.Unicode()) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  Vector<WCHAR> full(UNICODE_STRING_MAX_CHARS + 1);
  const auto room = static_cast<ULONG>(full.size() * sizeof(WCHAR));
  const ULONG bytes = RtlGetFullPathName_U(wide.Data(), room, full.data(), nullptr);
  if (bytes == 0) {
    return Fail(STATUS_OBJECT_NAME_INVALID);
  }
  if (bytes >= room) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  return ToUtf8(full.data(), bytes / sizeof(WCHAR));
}

Result<ULONG> FileAttributes(std::string_view path) {
  NtPath name = TRY(NtPath::FromDos(path));
  OBJECT_ATTRIBUTES attributes = name.Attributes();
  FILE_BASIC_INFORMATION information{};
  const NTSTATUS status = NtQueryAttributesFile(&attributes, &information);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return information.FileAttributes;
}

}  // namespace native
