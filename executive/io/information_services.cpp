// Questions about open files, and device control.

#include <wdm/irp_codes.h>
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

struct ControlArguments {
  ULONG code = 0;
  UserPointer input;
  ULONG input_length = 0;
  UserPointer output;
  ULONG output_length = 0;
};

// NT's checks. The access bits of the code are the handle's to have (CTL_CODE, WDK reference).
Result<Ref<FileObject>> PrepareControl(ke::Caller &caller, HANDLE file, const ControlArguments &arguments) {
  const ULONG access = arguments.code >> 14 & 3;
  const ACCESS_MASK needed = ((access & FILE_READ_ACCESS) != 0 ? FILE_READ_DATA : 0) |
                             ((access & FILE_WRITE_ACCESS) != 0 ? FILE_WRITE_DATA : 0);
  Opening opening = TRY(Reference(caller, file, needed));
  if ((arguments.code & 3) != METHOD_NEITHER) {
    TRY(arguments.input.Probe(arguments.input_length, false));
    TRY(arguments.output.Probe(arguments.output_length, (arguments.code & 3) != METHOD_IN_DIRECT));
  }
  return std::move(opening.file);
}

// IO_STACK_LOCATION.Parameters of IRP_MJ_DEVICE_CONTROL: OutputBufferLength, InputBufferLength, IoControlCode,
// Type3InputBuffer.
DriverRequest ForDriver(UCHAR major, const ControlArguments &arguments) {
  static constexpr Method kMethods[] = {Method::kBuffered, Method::kInDirect, Method::kOutDirect, Method::kNeither};
  DriverRequest what;
  what.major = major;
  what.parameters = {arguments.output_length, arguments.input_length, arguments.code, 0};
  what.method = kMethods[arguments.code & 3];
  what.input = arguments.input;
  what.input_length = arguments.input_length;
  what.output = arguments.output;
  what.output_length = arguments.output_length;
  return what;
}

std::optional<Answer> TryControl(ke::Caller &caller, HANDLE file, const ControlArguments &arguments) {
  if (IsDriven(caller, file)) {
    return std::nullopt;  // before anything is checked twice
  }
  const auto object = PrepareControl(caller, file, arguments);
  if (!object) {
    return std::unexpected(object.error());
  }
  return Fail(STATUS_INVALID_DEVICE_REQUEST);  // nothing of the Executive's own has control codes
}

coro::Task<Answer> Control(ke::Caller &caller, UCHAR major, HANDLE file, Notice notice, ControlArguments arguments) {
  Ref<FileObject> object = CO_TRY(PrepareControl(caller, file, arguments));
  if (!object->OwnNode().Driven()) {
    co_return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  Request request = CO_TRY(Request::Begin(caller, std::move(object), notice));
  co_return co_await Drive(std::move(request), ForDriver(major, arguments), 0, false);
}

}  // namespace

std::optional<Answer> TryNtDeviceIoControlFile(ke::Caller &caller, HANDLE file, HANDLE, UserPointer, UserPointer,
                                               StatusBlock, ULONG control_code, UserPointer input, ULONG input_length,
                                               UserPointer output, ULONG output_length) {
  return TryControl(caller, file, {control_code, input, input_length, output, output_length});
}

coro::Task<Answer> NtDeviceIoControlFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                         UserPointer apc_context, StatusBlock status_block, ULONG control_code,
                                         UserPointer input, ULONG input_length, UserPointer output,
                                         ULONG output_length) {
  return Control(caller, IRP_MJ_DEVICE_CONTROL, file, {event, apc_routine, apc_context, status_block},
                 {control_code, input, input_length, output, output_length});
}

std::optional<Answer> TryNtFsControlFile(ke::Caller &caller, HANDLE file, HANDLE, UserPointer, UserPointer, StatusBlock,
                                         ULONG control_code, UserPointer input, ULONG input_length, UserPointer output,
                                         ULONG output_length) {
  return TryControl(caller, file, {control_code, input, input_length, output, output_length});
}

coro::Task<Answer> NtFsControlFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                   UserPointer apc_context, StatusBlock status_block, ULONG control_code,
                                   UserPointer input, ULONG input_length, UserPointer output, ULONG output_length) {
  return Control(caller, IRP_MJ_FILE_SYSTEM_CONTROL, file, {event, apc_routine, apc_context, status_block},
                 {control_code, input, input_length, output, output_length});
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

namespace {

// IO_STACK_LOCATION.Parameters of the query and set IRPs: Length, the class.
DriverRequest ForDriver(UCHAR major, UserPointer information, ULONG length, int information_class) {
  DriverRequest what;
  what.major = major;
  what.parameters = {length, static_cast<ULONG>(information_class), 0, 0};
  what.method = Method::kBuffered;
  const bool set = major == IRP_MJ_SET_INFORMATION || major == IRP_MJ_SET_VOLUME_INFORMATION;
  (set ? what.input : what.output) = information;
  (set ? what.input_length : what.output_length) = length;
  return what;
}

// What the I/O manager answers itself, whatever the driver (IoQueryFileInformation and its like never see them).
bool AnsweredHere(FILE_INFORMATION_CLASS information_class) {
  switch (static_cast<int>(information_class)) {
    case FileAccessInformation:
    case FileModeInformation:
    case FileAlignmentInformation:
    case FilePositionInformation:
      return true;
    default:
      return false;
  }
}

bool AskDriver(const FileObject &file, FILE_INFORMATION_CLASS information_class) {
  return file.OwnNode().Driven() && !AnsweredHere(information_class);
}

Result<Opening> PrepareQuery(ke::Caller &caller, HANDLE file, const ClassNeeds &needs, UserPointer information,
                             ULONG length, bool write) {
  TRY(CheckBuffer(needs, information, length, write));
  return Reference(caller, file, needs.access);
}

// What a service of this kind answers at once, or nothing when the driver is to be asked.
template <typename Ask>
std::optional<Answer> Now(const Result<Opening> &opening, StatusBlock status_block, bool driver, Ask ask) {
  if (!opening) {
    return std::unexpected(opening.error());
  }
  if (driver) {
    return std::nullopt;
  }
  Result<Outcome> outcome = ask(*opening->file, opening->granted);
  if (!outcome) {
    return std::unexpected(outcome.error());
  }
  return Finish(status_block, *outcome);
}

coro::Task<Answer> AskTheDriver(ke::Caller &caller, Result<Opening> opening, StatusBlock status_block,
                                DriverRequest what) {
  Opening open = CO_TRY(std::move(opening));
  co_return Finish(status_block, CO_TRY(co_await DriveAndWait(caller, open.file, what)));
}

}  // namespace

std::optional<Answer> TryNtQueryInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                                UserPointer information, ULONG length,
                                                FILE_INFORMATION_CLASS information_class) {
  const auto opening = PrepareQuery(caller, file, QueryNeeds(information_class), information, length, true);
  return Now(opening, status_block, opening && AskDriver(*opening->file, information_class),
             [&](FileObject &object, ACCESS_MASK granted) {
               return QueryInformation(object, granted, information, length, information_class);
             });
}

coro::Task<Answer> NtQueryInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                          UserPointer information, ULONG length,
                                          FILE_INFORMATION_CLASS information_class) {
  if (std::optional<Answer> now =
          TryNtQueryInformationFile(caller, file, status_block, information, length, information_class)) {
    co_return *now;
  }
  co_return co_await AskTheDriver(
      caller, PrepareQuery(caller, file, QueryNeeds(information_class), information, length, true), status_block,
      ForDriver(IRP_MJ_QUERY_INFORMATION, information, length, information_class));
}

std::optional<Answer> TryNtSetInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                              UserPointer information, ULONG length,
                                              FILE_INFORMATION_CLASS information_class) {
  const auto opening = PrepareQuery(caller, file, SetNeeds(information_class), information, length, false);
  return Now(opening, status_block, opening && AskDriver(*opening->file, information_class),
             [&](FileObject &object, ACCESS_MASK) { return SetInformation(object, information, information_class); });
}

coro::Task<Answer> NtSetInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                        UserPointer information, ULONG length,
                                        FILE_INFORMATION_CLASS information_class) {
  if (std::optional<Answer> now =
          TryNtSetInformationFile(caller, file, status_block, information, length, information_class)) {
    co_return *now;
  }
  co_return co_await AskTheDriver(
      caller, PrepareQuery(caller, file, SetNeeds(information_class), information, length, false), status_block,
      ForDriver(IRP_MJ_SET_INFORMATION, information, length, information_class));
}

std::optional<Answer> TryNtQueryVolumeInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                                      UserPointer information, ULONG length,
                                                      FS_INFORMATION_CLASS information_class) {
  const auto opening = PrepareQuery(caller, file, VolumeQueryNeeds(information_class), information, length, true);
  const bool driver = opening && opening->file->OwnNode().Driven() && information_class != FileFsDeviceInformation;
  return Now(opening, status_block, driver, [&](FileObject &object, ACCESS_MASK) {
    return QueryVolume(object, information, length, information_class);
  });
}

coro::Task<Answer> NtQueryVolumeInformationFile(ke::Caller &caller, HANDLE file, StatusBlock status_block,
                                                UserPointer information, ULONG length,
                                                FS_INFORMATION_CLASS information_class) {
  if (std::optional<Answer> now =
          TryNtQueryVolumeInformationFile(caller, file, status_block, information, length, information_class)) {
    co_return *now;
  }
  co_return co_await AskTheDriver(
      caller, PrepareQuery(caller, file, VolumeQueryNeeds(information_class), information, length, true), status_block,
      ForDriver(IRP_MJ_QUERY_VOLUME_INFORMATION, information, length, information_class));
}

}  // namespace io
