#include "native/directory.hpp"

#include <nt/nt_services.h>

#include "native/path.hpp"
#include "native/utf.hpp"

namespace native {

Result<Handle> OpenFile(std::string_view path, ACCESS_MASK access, ULONG options) {
  NtPath name = TRY(NtPath::FromDos(path));
  OBJECT_ATTRIBUTES attributes = name.Attributes();
  IO_STATUS_BLOCK io{};
  Handle file;
  const NTSTATUS status =
      NtOpenFile(file.Out(), access | SYNCHRONIZE, &attributes, &io,
                 FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, options | FILE_SYNCHRONOUS_IO_NONALERT);
  if (!NT_SUCCESS(status)) {
    return Fail(status);
  }
  return file;
}

namespace detail {
namespace {

// The entries of one answer; offsets that leave it end the walk.
void VisitEntries(const char *buffer, std::size_t size, Visitor visit, void *context) {
  constexpr std::size_t kHeader = offsetof(FILE_DIRECTORY_INFORMATION, FileName);
  for (std::size_t offset = 0; offset + kHeader <= size;) {
    const auto &entry = *reinterpret_cast<const FILE_DIRECTORY_INFORMATION *>(buffer + offset);
    if (entry.FileNameLength > size - offset - kHeader) {
      return;
    }
    visit(context, {ToUtf8(entry.FileName, entry.FileNameLength / sizeof(WCHAR)), entry.FileAttributes,
                    entry.EndOfFile.QuadPart, entry.LastWriteTime.QuadPart});
    if (entry.NextEntryOffset == 0) {
      return;
    }
    offset += entry.NextEntryOffset;
  }
}

}  // namespace

Result<void> ListDirectory(HANDLE directory, std::string_view pattern, Visitor visit, void *context) {
  WideString wide(pattern);
  std::optional<UNICODE_STRING> name = wide.Unicode();
  if (!name) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  constexpr ULONG kBufferSize = 8192;
  Vector<ULONGLONG> buffer(kBufferSize / sizeof(ULONGLONG));  // entries are aligned to 8
  for (BOOLEAN restart = TRUE;; restart = FALSE) {
    IO_STATUS_BLOCK io{};
    const NTSTATUS status = NtQueryDirectoryFile(directory, nullptr, nullptr, nullptr, &io, buffer.data(), kBufferSize,
                                                 FileDirectoryInformation, FALSE, &*name, restart);
    if (status == STATUS_NO_MORE_FILES) {
      return {};
    }
    if (!NT_SUCCESS(status)) {
      return Fail(status);
    }
    VisitEntries(reinterpret_cast<const char *>(buffer.data()),
                 io.Information < kBufferSize ? io.Information : kBufferSize, visit, context);
  }
}

}  // namespace detail
}  // namespace native
