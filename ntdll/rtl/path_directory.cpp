// The current directory, and questions to the file system about names.
#include <nt/nt_services.h>

#include "path.hpp"

using namespace rtlp;

namespace {

// The buffer that an earlier change put into the process parameters; the first one belongs to whoever made the process.
WCHAR *own_buffer;

NTSTATUS OpenDirectory(PCWSTR path, HANDLE *handle) {
  UNICODE_STRING nt_path;
  const NTSTATUS converted = RtlDosPathNameToNtPathName_U_WithStatus(path, &nt_path, nullptr, nullptr);
  if (!NT_SUCCESS(converted)) {
    return converted;
  }
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &nt_path, OBJ_CASE_INSENSITIVE | OBJ_INHERIT, nullptr, nullptr);
  IO_STATUS_BLOCK io;
  const NTSTATUS status =
      NtOpenFile(handle, SYNCHRONIZE | FILE_TRAVERSE, &attributes, &io, FILE_SHARE_READ | FILE_SHARE_WRITE,
                 FILE_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT);
  RtlFreeUnicodeString(&nt_path);
  return status;
}

struct Part {
  const WCHAR *text;
  size_t count;
};

// directory [\] name [extension], with terminator.
bool Join(PathBuffer &to, const Part &directory, const Part &name, const Part &extension) {
  if (directory.count + name.count + extension.count + 2 > kMaximumPath ||
      !to.Create(directory.count + name.count + extension.count + 2)) {
    return false;
  }
  WCHAR *cursor = to.Data();
  memcpy(cursor, directory.text, directory.count * sizeof(WCHAR));
  cursor += directory.count;
  if (directory.count != 0 && !IsSeparator(cursor[-1])) {
    *cursor++ = '\\';
  }
  memcpy(cursor, name.text, name.count * sizeof(WCHAR));
  cursor += name.count;
  if (extension.count != 0) {
    memcpy(cursor, extension.text, extension.count * sizeof(WCHAR));
    cursor += extension.count;
  }
  *cursor = 0;
  return true;
}

bool HasExtension(const Part &name) {
  for (size_t i = name.count; i > 0 && !IsSeparator(name.text[i - 1]); --i) {
    if (name.text[i - 1] == '.') {
      return true;
    }
  }
  return false;
}

}  // namespace

extern "C" {

ULONG NTAPI RtlGetCurrentDirectory_U(ULONG size, PWSTR buffer) {
  const PebLockGuard guard;
  const UNICODE_STRING &current = CurrentPeb()->ProcessParameters->CurrentDirectory.DosPath;
  size_t count = CharCount(current);
  // "X:\" keeps its backslash, others are shown without.
  if (count > 1 && current.Buffer[count - 1] == '\\' && current.Buffer[count - 2] != ':') {
    --count;
  }
  const auto bytes = static_cast<ULONG>(count * sizeof(WCHAR));
  if (bytes + sizeof(WCHAR) > size) {
    return bytes + static_cast<ULONG>(sizeof(WCHAR));
  }
  memcpy(buffer, current.Buffer, bytes);
  buffer[count] = 0;
  return bytes;
}

NTSTATUS NTAPI RtlSetCurrentDirectory_U(PCUNICODE_STRING path) {
  PathBuffer terminated;
  const size_t path_count = CharCount(*path);
  if (!terminated.Create(path_count + 1)) {
    return STATUS_NO_MEMORY;
  }
  memcpy(terminated.Data(), path->Buffer, path_count * sizeof(WCHAR));
  terminated.Data()[path_count] = 0;
  for (size_t i = 0; i < path_count; ++i) {
    if (terminated.Data()[i] == 0) {
      return STATUS_OBJECT_NAME_INVALID;
    }
  }
  const PebLockGuard guard;
  PathBuffer full;
  NTSTATUS status = MakeFullPath(terminated.Data(), path_count, full);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  const bool separated = full.Data()[full.count - 1] == '\\';
  const size_t count = full.count + (separated ? 0 : 1);
  if (count >= kMaximumPath) {
    return STATUS_NAME_TOO_LONG;
  }
  HANDLE handle = nullptr;
  status = OpenDirectory(full.Data(), &handle);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  CURDIR &current = CurrentPeb()->ProcessParameters->CurrentDirectory;
  if ((count + 1) * sizeof(WCHAR) > current.DosPath.MaximumLength) {
    auto *const grown = static_cast<WCHAR *>(Allocate((count + 1) * sizeof(WCHAR)));
    if (grown == nullptr) {
      NtClose(handle);
      return STATUS_NO_MEMORY;
    }
    Free(own_buffer);
    own_buffer = grown;
    current.DosPath.Buffer = grown;
    current.DosPath.MaximumLength = static_cast<USHORT>((count + 1) * sizeof(WCHAR));
  }
  memcpy(current.DosPath.Buffer, full.Data(), full.count * sizeof(WCHAR));
  current.DosPath.Buffer[count - 1] = '\\';
  current.DosPath.Buffer[count] = 0;
  current.DosPath.Length = static_cast<USHORT>(count * sizeof(WCHAR));
  HANDLE const old = current.Handle;
  current.Handle = handle;
  if (old != nullptr) {
    NtClose(old);
  }
  return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlDoesFileExists_U(PCWSTR path) {
  UNICODE_STRING nt_path;
  if (!NT_SUCCESS(RtlDosPathNameToNtPathName_U_WithStatus(path, &nt_path, nullptr, nullptr))) {
    return FALSE;
  }
  OBJECT_ATTRIBUTES attributes;
  InitializeObjectAttributes(&attributes, &nt_path, OBJ_CASE_INSENSITIVE, nullptr, nullptr);
  FILE_BASIC_INFORMATION information;
  const NTSTATUS status = NtQueryAttributesFile(&attributes, &information);
  RtlFreeUnicodeString(&nt_path);
  // It is there when it may not be looked at.
  return NT_SUCCESS(status) || status == STATUS_SHARING_VIOLATION || status == STATUS_ACCESS_DENIED;
}

ULONG NTAPI RtlDosSearchPath_U(PCWSTR path, PCWSTR file_name, PCWSTR extension, ULONG size, PWSTR buffer,
                               PWSTR *file_part) {
  const Part name{file_name, WideLength(file_name)};
  if (PathType(name.text, name.count) != RtlPathTypeRelative) {
    return RtlDoesFileExists_U(file_name) ? RtlGetFullPathName_U(file_name, size, buffer, file_part) : 0;
  }
  const bool extend = extension != nullptr && !HasExtension(name);
  const Part tail{extension, extend ? WideLength(extension) : 0};
  PathBuffer candidate;
  for (const WCHAR *at = path; *at != 0;) {
    Part directory{at, 0};
    while (at[directory.count] != 0 && at[directory.count] != ';') {
      ++directory.count;
    }
    at += directory.count + (at[directory.count] == ';' ? 1 : 0);
    if (Join(candidate, directory, name, tail) && RtlDoesFileExists_U(candidate.Data())) {
      return RtlGetFullPathName_U(candidate.Data(), size, buffer, file_part);
    }
  }
  return 0;
}

}  // extern "C"
