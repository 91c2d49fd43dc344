#pragma once
// NtQueryDirectoryFile's buffer: entries in the layout of an information class.

#include <io/file_object.hpp>

namespace io {

// The shortest buffer that a query of this class takes (room for a name of one character, rounded up to 8);
// 0 when the class is not one of directories.
ULONG ShortestDirectoryBuffer(FILE_INFORMATION_CLASS information_class);

struct DirectoryQuery {
  UserPointer buffer;
  ULONG length = 0;
  FILE_INFORMATION_CLASS information_class = FileDirectoryInformation;
  bool single_entry = false;
  bool restart = false;
  std::u16string_view pattern;  // of the first query on a file object; empty: everything
};

// Fills the buffer from where the file object's last query ended. Outcomes: STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW (one
// entry, its name cut off), STATUS_NO_MORE_FILES. Failures: STATUS_NO_SUCH_FILE (first query),
// STATUS_OBJECT_NAME_INVALID (the pattern), STATUS_INVALID_PARAMETER (no directory), STATUS_INSUFFICIENT_RESOURCES.
Result<Outcome> QueryDirectory(FileObject &file, const DirectoryQuery &query);

}  // namespace io
