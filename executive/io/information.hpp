#pragma once
// The information classes of files and volumes.

#include <io/file_object.hpp>

namespace io {

// What a class needs: at least this buffer, and these rights on the handle. `length` 0: no such class
// (STATUS_INVALID_INFO_CLASS).
struct ClassNeeds {
  ULONG length = 0;
  ACCESS_MASK access = 0;
};
ClassNeeds QueryNeeds(FILE_INFORMATION_CLASS information_class);
ClassNeeds SetNeeds(FILE_INFORMATION_CLASS information_class);
ClassNeeds VolumeQueryNeeds(FS_INFORMATION_CLASS information_class);

// Write the class to a buffer of at least the needed length; STATUS_BUFFER_OVERFLOW when a name is cut off.
Result<Outcome> QueryInformation(FileObject &file, ACCESS_MASK granted, UserPointer buffer, ULONG length,
                                 FILE_INFORMATION_CLASS information_class);
Result<Outcome> QueryVolume(FileObject &file, UserPointer buffer, ULONG length, FS_INFORMATION_CLASS information_class);
Result<Outcome> SetInformation(FileObject &file, UserPointer buffer, FILE_INFORMATION_CLASS information_class);

FILE_BASIC_INFORMATION BasicInformation(const FileFacts &facts);
FILE_NETWORK_OPEN_INFORMATION NetworkOpenInformation(const FileFacts &facts);

}  // namespace io
