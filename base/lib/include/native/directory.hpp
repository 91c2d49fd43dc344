#pragma once
// Files and directories.

#include <native/handle.hpp>
#include <native/string.hpp>
#include <rtl/result.hpp>

namespace native {

struct DirectoryEntry {
  String name;
  ULONG attributes;
  LONGLONG size;        // end of file
  LONGLONG write_time;  // 100 ns since 1601
  bool IsDirectory() const { return (attributes & FILE_ATTRIBUTE_DIRECTORY) != 0; }
};

// Opens a file or directory that exists. `access` gets SYNCHRONIZE, `options` FILE_SYNCHRONOUS_IO_NONALERT.
Result<Handle> OpenFile(std::string_view path, ACCESS_MASK access, ULONG options);

namespace detail {
using Visitor = void (*)(void *context, const DirectoryEntry &entry);
Result<void> ListDirectory(HANDLE directory, std::string_view pattern, Visitor visit, void *context);
}  // namespace detail

// Calls `visit(entry)` for each entry of an open directory whose name matches `pattern` (* and ?).
// STATUS_NO_SUCH_FILE when there is none.
template <typename F>
Result<void> ListDirectory(HANDLE directory, std::string_view pattern, F &&visit) {
  return detail::ListDirectory(
      directory, pattern,
      [](void *context, const DirectoryEntry &entry) { (*static_cast<std::remove_reference_t<F> *>(context))(entry); },
      const_cast<void *>(static_cast<const void *>(&visit)));
}

template <typename F>
Result<void> ListDirectory(std::string_view path, std::string_view pattern, F &&visit) {
  const Handle directory = TRY(OpenFile(path, FILE_LIST_DIRECTORY, FILE_DIRECTORY_FILE));
  return ListDirectory(directory.Get(), pattern, visit);
}

}  // namespace native
