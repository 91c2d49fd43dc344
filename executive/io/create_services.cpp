// Opening files by name.

#include <io/file_object.hpp>
#include <io/services.hpp>
#include <io/volume.hpp>
#include <ob/attributes.hpp>

#include "information.hpp"

namespace io {
namespace {

struct CreateArguments {
  ACCESS_MASK access = 0;  // as the caller gave it
  ULONG file_attributes = 0;
  ULONG share = 0;
  ULONG disposition = FILE_OPEN;
  ULONG options = 0;
};

constexpr ULONG kSynchronous = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;

// The options that ZwCreateFile's page lists as compatible with FILE_DIRECTORY_FILE, and those that mean nothing to
// directories but are passed by Win32.
constexpr ULONG kDirectoryOptions = FILE_DIRECTORY_FILE | kSynchronous | FILE_WRITE_THROUGH |
                                    FILE_COMPLETE_IF_OPLOCKED | FILE_OPEN_REMOTE_INSTANCE | FILE_DELETE_ON_CLOSE |
                                    FILE_OPEN_BY_FILE_ID | FILE_OPEN_FOR_BACKUP_INTENT | FILE_NO_COMPRESSION |
                                    FILE_OPEN_REPARSE_POINT | FILE_OPEN_FOR_FREE_SPACE_QUERY;

// The combinations that the I/O manager refuses before it looks at the name (ZwCreateFile, WDK reference).
Result<void> Check(const CreateArguments &arguments) {
  const ULONG options = arguments.options;
  const bool directory = (options & FILE_DIRECTORY_FILE) != 0;
  const bool directory_disposition = arguments.disposition == FILE_OPEN || arguments.disposition == FILE_CREATE ||
                                     arguments.disposition == FILE_OPEN_IF;
  const bool bad = (arguments.file_attributes & ~FILE_ATTRIBUTE_VALID_FLAGS) != 0 ||
                   (arguments.share & ~FILE_SHARE_VALID_FLAGS) != 0 ||
                   arguments.disposition > FILE_MAXIMUM_DISPOSITION || (options & ~FILE_VALID_OPTION_FLAGS) != 0 ||
                   (options & kSynchronous) == kSynchronous ||
                   ((options & kSynchronous) != 0 && (arguments.access & SYNCHRONIZE) == 0) ||
                   ((options & FILE_DELETE_ON_CLOSE) != 0 && (arguments.access & DELETE) == 0) ||
                   (directory && (options & FILE_NON_DIRECTORY_FILE) != 0) ||
                   (directory && ((options & ~kDirectoryOptions) != 0 || !directory_disposition)) ||
                   ((options & FILE_COMPLETE_IF_OPLOCKED) != 0 && (options & FILE_RESERVE_OPFILTER) != 0) ||
                   ((options & FILE_NO_INTERMEDIATE_BUFFERING) != 0 && (arguments.access & FILE_APPEND_DATA) != 0) ||
                   (options & (FILE_OPEN_REQUIRING_OPLOCK | FILE_RESERVE_OPFILTER)) != 0;
  if (bad) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return {};
}

struct Target {
  Ref<Device> device;
  Opened opened;
  ULONG attributes = 0;  // OBJ_*
};

// What the name means, opened on its device.
Result<Target> OpenByName(const ob::Request &name, const CreateArguments &arguments) {
  const ob::Found found = TRY(ob::CurrentNamespace().Lookup(name));
  const ACCESS_MASK access = ob::MapAccess(FileObject::kType, arguments.access);
  if ((access & ~(FILE_ALL_ACCESS | MAXIMUM_ALLOWED)) != 0) {
    return Fail((access & ACCESS_SYSTEM_SECURITY) != 0 ? STATUS_PRIVILEGE_NOT_HELD : STATUS_ACCESS_DENIED);
  }
  OpenRequest request;
  request.path = found.remaining;
  request.access = access;
  request.disposition = arguments.disposition;
  request.options = arguments.options;
  request.attributes = arguments.file_attributes;
  Target target;
  Ref<FileObject> root;
  if (ob::Is<FileObject>(*found.object)) {
    root = found.object.As<FileObject>();
    target.device = root->DeviceRef();
    request.relative = &root->OwnNode();
  } else {
    target.device = TRY(ob::As<Device>(found.object));
  }
  target.opened = TRY(target.device->Open(request));
  target.attributes = name.attributes;
  return target;
}

Result<Target> OpenByName(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes, const CreateArguments &arguments) {
  const ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes));
  return OpenByName(captured.For(&FileObject::kType), arguments);
}

Answer Create(ke::Caller &caller, UserOut<HANDLE> handle, UserIn<OBJECT_ATTRIBUTES> attributes,
              StatusBlock status_block, const CreateArguments &arguments) {
  TRY(Check(arguments));
  Target target = TRY(OpenByName(caller, attributes, arguments));
  const ACCESS_MASK granted = target.opened.granted;
  const ULONG information = target.opened.information;
  const Ref<FileObject> file =
      TRY(FileObject::Create(target.device, std::move(target.opened), arguments.share, arguments.options));
  const HANDLE value = TRY(caller.Handles().Insert(file, granted, target.attributes));
  IO_STATUS_BLOCK block{};
  block.Information = information;
  Result<void> told = handle.Write(value);
  if (told) {
    told = status_block.Write(block);
  }
  if (!told) {
    (void)caller.Handles().Close(value);
    return std::unexpected(told.error());
  }
  return STATUS_SUCCESS;
}

// The facts of a file by name, without a file object.
Result<FileFacts> FactsByName(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes) {
  CreateArguments arguments;
  arguments.access = FILE_READ_ATTRIBUTES;
  arguments.options = FILE_OPEN_REPARSE_POINT;
  const Target target = TRY(OpenByName(caller, attributes, arguments));
  return target.opened.node->Facts();
}

}  // namespace

Result<Ref<mm::FileBacking>> OpenImage(ke::Caller *, std::u16string_view path) {
  CreateArguments arguments;
  arguments.access = FILE_EXECUTE | SYNCHRONIZE;
  arguments.options = FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT;
  Target target =
      TRY(OpenByName({.name = path, .attributes = OBJ_CASE_INSENSITIVE, .type = &FileObject::kType}, arguments));
  // The file object lives just as long as NT's: it answers whether somebody forbids reading.
  const Ref<FileObject> file = TRY(FileObject::Create(target.device, std::move(target.opened),
                                                      FILE_SHARE_READ | FILE_SHARE_DELETE, arguments.options));
  if (file->OwnNode().NodeKind() != Node::Kind::kFile) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  }
  return Ref<mm::FileBacking>(file->NodeRef());
}

Answer NtCreateFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                    UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block,
                    UserIn<LARGE_INTEGER> allocation_size, ULONG file_attributes, ULONG share_access,
                    ULONG create_disposition, ULONG create_options, UserPointer ea_buffer, ULONG ea_length) {
  if (allocation_size && TRY(allocation_size.Read()).QuadPart < 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  if (ea_buffer && ea_length != 0) {
    TRY(ea_buffer.Probe(ea_length, false));
    return Fail(STATUS_EAS_NOT_SUPPORTED);
  }
  return Create(caller, handle, attributes, status_block,
                {desired_access, file_attributes, share_access, create_disposition, create_options});
}

Answer NtOpenFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                  UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block, ULONG share_access,
                  ULONG open_options) {
  return Create(caller, handle, attributes, status_block, {desired_access, 0, share_access, FILE_OPEN, open_options});
}

Answer NtDeleteFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes) {
  CreateArguments arguments;
  arguments.access = DELETE;
  arguments.share = FILE_SHARE_VALID_FLAGS;
  arguments.options = FILE_DELETE_ON_CLOSE;
  TRY(OpenByName(caller, attributes, arguments));
  return Fail(STATUS_INVALID_DEVICE_REQUEST);  // a device that has no files to delete
}

Answer NtQueryAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                             UserOut<FILE_BASIC_INFORMATION> information) {
  const FileFacts facts = TRY(FactsByName(caller, attributes));
  TRY(information.Write(BasicInformation(facts)));
  return STATUS_SUCCESS;
}

Answer NtQueryFullAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                 UserOut<FILE_NETWORK_OPEN_INFORMATION> information) {
  const FileFacts facts = TRY(FactsByName(caller, attributes));
  TRY(information.Write(NetworkOpenInformation(facts)));
  return STATUS_SUCCESS;
}

}  // namespace io
