// From DOS paths to names in the object namespace: \??\X:\..., \??\UNC\server\share\...
#include "path.hpp"

using namespace rtlp;

namespace {

struct Prefixed {
  const WCHAR *prefix;
  size_t prefix_count;
  size_t skipped;  // characters of the full path that the prefix replaces
};

constexpr WCHAR kPlain[] = {'\\', '?', '?', '\\'};
constexpr WCHAR kUnc[] = {'\\', '?', '?', '\\', 'U', 'N', 'C', '\\'};

Prefixed Choose(const WCHAR *path, size_t count) {
  switch (PathType(path, count)) {
    case RtlPathTypeLocalDevice:
      return {kPlain, RTL_NUMBER_OF(kPlain), 4};
    case RtlPathTypeUncAbsolute:
      return {kUnc, RTL_NUMBER_OF(kUnc), 2};
    default:
      return {kPlain, RTL_NUMBER_OF(kPlain), 0};
  }
}

// \\?\ says that the rest is to be taken letter by letter.
bool IsVerbatim(const WCHAR *path, size_t count) {
  return count >= 4 && path[0] == '\\' && path[1] == '\\' && path[2] == '?' && path[3] == '\\';
}

NTSTATUS Convert(PCWSTR dos_path, PUNICODE_STRING nt_path, PWSTR *file_part) {
  if (file_part != nullptr) {
    *file_part = nullptr;
  }
  if (dos_path == nullptr) {
    return STATUS_OBJECT_NAME_INVALID;
  }
  PathBuffer full;
  const WCHAR *text = dos_path;
  size_t count = WideLength(dos_path);
  if (!IsVerbatim(dos_path, count)) {
    const NTSTATUS status = MakeFullPath(dos_path, count, full);
    if (!NT_SUCCESS(status)) {
      return status;
    }
    text = full.Data();
    count = full.count;
  }
  const Prefixed form = Choose(text, count);
  const size_t total = form.prefix_count + count - form.skipped;
  if (count < form.skipped || total >= UNICODE_STRING_MAX_CHARS) {
    return STATUS_NAME_TOO_LONG;
  }
  auto *const buffer = static_cast<WCHAR *>(Allocate((total + 1) * sizeof(WCHAR)));
  if (buffer == nullptr) {
    return STATUS_NO_MEMORY;
  }
  memcpy(buffer, form.prefix, form.prefix_count * sizeof(WCHAR));
  memcpy(buffer + form.prefix_count, text + form.skipped, (count - form.skipped) * sizeof(WCHAR));
  buffer[total] = 0;
  *nt_path = {static_cast<USHORT>(total * sizeof(WCHAR)), static_cast<USHORT>((total + 1) * sizeof(WCHAR)), buffer};
  if (const size_t part = FilePartOf(text, count); file_part != nullptr && part < count && part >= form.skipped) {
    *file_part = buffer + form.prefix_count + part - form.skipped;
  }
  return STATUS_SUCCESS;
}

}  // namespace

extern "C" {

// The relative form is optional for its users: an empty one makes them take the whole name.
NTSTATUS NTAPI RtlDosPathNameToNtPathName_U_WithStatus(PCWSTR dos_path, PUNICODE_STRING nt_path, PWSTR *file_part,
                                                       PRTL_RELATIVE_NAME_U relative) {
  if (relative != nullptr) {
    *relative = {};
  }
  return Convert(dos_path, nt_path, file_part);
}

BOOLEAN NTAPI RtlDosPathNameToNtPathName_U(PCWSTR dos_path, PUNICODE_STRING nt_path, PWSTR *file_part,
                                           PRTL_RELATIVE_NAME_U relative) {
  return NT_SUCCESS(RtlDosPathNameToNtPathName_U_WithStatus(dos_path, nt_path, file_part, relative));
}

NTSTATUS NTAPI RtlDosPathNameToRelativeNtPathName_U_WithStatus(PCWSTR dos_path, PUNICODE_STRING nt_path,
                                                               PWSTR *file_part, PRTL_RELATIVE_NAME_U relative) {
  return RtlDosPathNameToNtPathName_U_WithStatus(dos_path, nt_path, file_part, relative);
}

BOOLEAN NTAPI RtlDosPathNameToRelativeNtPathName_U(PCWSTR dos_path, PUNICODE_STRING nt_path, PWSTR *file_part,
                                                   PRTL_RELATIVE_NAME_U relative) {
  return RtlDosPathNameToNtPathName_U(dos_path, nt_path, file_part, relative);
}

VOID NTAPI RtlReleaseRelativeName(PRTL_RELATIVE_NAME_U relative) { relative->CurDirRef = nullptr; }

}  // extern "C"
