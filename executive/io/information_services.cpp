// Questions about open files, and device control.

#include <io/services.hpp>

#include "completion.hpp"
#include "directory_query.hpp"
#include "information.hpp"

namespace io {
namespace {

// The checks that come before the handle's: class, buffer length, buffer.
Result<void> CheckBuffer(const ClassNeeds &needs, UserPointer buffer, ULONG length, bool write) {
  if (needs.length == 0) {
    return Fail(STATUS_INVALID_INFO_CLASS);
  }
  if (length < needs.length) {
    return Fail(STATUS_INFO_LENGTH_MISMATCH);
  }
  return buffer.Probe(length, write);
}

struct Opening {
  Ref<FileObject> file;
  ACCESS_MASK granted = 0;
};

Result<Opening> Reference(ke::Caller &caller, HANDLE handle, ACCESS_MASK access) {
  const auto entry = TRY(caller.Handles().Lookup(handle));
  Opening opening{TRY(ob::As<FileObject>(entry.object)), entry.access};
  if ((access & ~entry.access) != 0) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  return opening;
}

// No device here has control codes: what is left are NT's checks. The access bits of the code are the handle's to have
// (CTL_CODE, WDK reference).
Answer Control(ke::Caller &caller, HANDLE file, ULONG control_code, UserPointer input, ULONG input_length,
               UserPointer output, ULONG output_length) {
  const ULONG access = control_code >> 14 & 3;
  const ACCESS_MASK needed = ((access & FILE_READ_ACCESS) != 0 ? FILE_READ_DATA : 0) |
                             ((access & FILE_WRITE_ACCESS) != 0 ? FILE_WRITE_DATA : 0);
  TRY(Reference(caller, file, needed));
  if ((control_code & 3) != METHOD_NEITHER) {
    TRY(input.Probe(input_length, false));
    TRY(output.Probe(output_length, (control_code & 3) != METHOD_IN_DIRECT));
  }
  return Fail(STATUS_INVALID_DEVICE_REQUEST);
}

}  // namespace

Answer NtDeviceIoControlFile(ke::Caller &caller, HANDLE file, HANDLE, UserPointer, UserPointer, StatusBlock,
                             ULONG control_code, UserPointer input, ULONG input_length, UserPointer output,
                             ULONG output_length) {
  return Control(caller, file, control_code, input, input_length, output, output_length);
}

Answer NtFsControlFile(ke::Caller &caller, HANDLE file, HANDLE, UserPointer, UserPointer, StatusBlock,
                       ULONG control_code, UserPointer input, ULONG input_length, UserPointer output,
                       ULONG output_length) {
  return Control(caller, file, control_code, input, input_length, output, output_length);
}

Answer NtQueryDirectoryFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                            UserPointer apc_context, StatusBlock status_block, UserPointer information, ULONG length,
                            FILE_INFORMATION_CLASS information_class, BOOLEAN single_entry,
                            UserIn<UNICODE_STRING> pattern, BOOLEAN restart) {
  TRY(CheckBuffer({ShortestDirectoryBuffer(information_class)}, information, length, true));
  ke::CapturedString text;
  if (pattern) {
    text = TRY(ke::CapturedString::Create(pattern));
  }
  Ref<FileObject> object = TRY(caller.Handles().Reference<FileObject>(file, FILE_LIST_DIRECTORY));
  Request request = TRY(Request::Begin(caller, std::move(object), {event, apc_routine, apc_context, status_block}));
  return request.End(QueryDirectory(request.File(), {.buffer = information,
                                                     .length = length,
                                                     .information_class = information_class,
                                                     .single_entry = single_entry != 0,
                                                     .restart = restart != 0,
                                                     .pattern = text.View()}));
}

Answer NtQueryInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block, UserPointer information,
                              ULONG length, FILE_INFORMATION_CLASS information_class) {
  const ClassNeeds needs = QueryNeeds(information_class);
  TRY(CheckBuffer(needs, information, length, true));
  const Opening opening = TRY(Reference(caller, file, needs.access));
  return Finish(status_block,
                TRY(QueryInformation(*opening.file, opening.granted, information, length, information_class)));
}

Answer NtSetInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block, UserPointer information,
                            ULONG length, FILE_INFORMATION_CLASS information_class) {
  const ClassNeeds needs = SetNeeds(information_class);
  TRY(CheckBuffer(needs, information, length, false));
  const Opening opening = TRY(Reference(caller, file, needs.access));
  return Finish(status_block, TRY(SetInformation(*opening.file, information, information_class)));
}

Answer NtQueryVolumeInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block, UserPointer information,
                                    ULONG length, FS_INFORMATION_CLASS information_class) {
  const ClassNeeds needs = VolumeQueryNeeds(information_class);
  TRY(CheckBuffer(needs, information, length, true));
  const Opening opening = TRY(Reference(caller, file, needs.access));
  return Finish(status_block, TRY(QueryVolume(*opening.file, information, length, information_class)));
}

}  // namespace io
