// Opening files by name.

#include <wdm/irp_codes.h>
#include <io/driver_request.hpp>
#include <io/file_object.hpp>
#include <io/services.hpp>
#include <io/volume.hpp>
#include <ob/attributes.hpp>
#include <ps/thread.hpp>

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

// What the name leads to, before anything is opened.
struct Target {
  Ref<Device> device;
  Ref<FileObject> root;  // keeps request.relative alive
  ob::Name text;         // request.path views it, or the caller's name
  OpenRequest request;
  ULONG attributes = 0;  // OBJ_*
};

Result<Target> Resolve(const ob::Request &name, const CreateArguments &arguments) {
  ob::Found found = TRY(ob::CurrentNamespace().Lookup(name));
  const ACCESS_MASK access = ob::MapAccess(FileObject::kType, arguments.access);
  if ((access & ~(FILE_ALL_ACCESS | MAXIMUM_ALLOWED)) != 0) {
    return Fail((access & ACCESS_SYSTEM_SECURITY) != 0 ? STATUS_PRIVILEGE_NOT_HELD : STATUS_ACCESS_DENIED);
  }
  Target target;
  target.request.path = found.remaining;
  target.request.access = access;
  target.request.disposition = arguments.disposition;
  target.request.options = arguments.options;
  target.request.attributes = arguments.file_attributes;
  target.request.share = arguments.share;
  target.attributes = name.attributes;
  if (ob::Is<FileObject>(*found.object)) {
    target.root = found.object.As<FileObject>();
    target.device = target.root->DeviceRef();
    target.request.relative = &target.root->OwnNode();
  } else {
    target.device = TRY(ob::As<Device>(found.object));
  }
  target.text = std::move(found.text);
  return target;
}

// A handle to what was opened.
Answer Deliver(ke::Caller &caller, UserOut<HANDLE> handle, StatusBlock status_block, const Target &target,
               Opened opened, const CreateArguments &arguments) {
  const ACCESS_MASK granted = opened.granted;
  const ULONG information = opened.information;
  const Ref<FileObject> file =
      TRY(FileObject::Create(target.device, std::move(opened), arguments.share, arguments.options));
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

Requestor RequestorOf(ke::Caller &caller) {
  const CLIENT_ID id = static_cast<ps::Thread &>(caller).Id();
  return {static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(id.UniqueProcess)),
          static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(id.UniqueThread))};
}

// Opens on a device of the Executive's own; nothing when a driver answers.
std::optional<Answer> CreateNow(ke::Caller &caller, UserOut<HANDLE> handle, UserIn<OBJECT_ATTRIBUTES> attributes,
                                StatusBlock status_block, const CreateArguments &arguments) {
  bool driven = false;
  const auto done = [&]() -> Answer {
    TRY(Check(arguments));
    const ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes));
    const Target target = TRY(Resolve(captured.For(&FileObject::kType), arguments));
    driven = target.device->Driven();
    if (driven) {
      return STATUS_PENDING;
    }
    return Deliver(caller, handle, status_block, target, TRY(target.device->Open(target.request)), arguments);
  }();
  return driven ? std::nullopt : std::optional(done);
}

coro::Task<Result<Opened>> Open(ke::Caller &caller, const Target &target) {
  if (!target.device->Driven()) {
    co_return target.device->Open(target.request);
  }
  co_return co_await target.device->OpenDriven(target.request, RequestorOf(caller), caller.Wait());
}

coro::Task<Answer> Create(ke::Caller &caller, UserOut<HANDLE> handle, UserIn<OBJECT_ATTRIBUTES> attributes,
                          StatusBlock status_block, CreateArguments arguments) {
  CO_TRY(Check(arguments));
  const ob::CapturedAttributes captured = CO_TRY(ob::Capture(caller, attributes));
  const Target target = CO_TRY(Resolve(captured.For(&FileObject::kType), arguments));
  Opened opened = CO_TRY(co_await Open(caller, target));
  co_return Deliver(caller, handle, status_block, target, std::move(opened), arguments);
}

Result<CreateArguments> ArgumentsOf(ACCESS_MASK access, UserIn<LARGE_INTEGER> allocation_size, ULONG file_attributes,
                                    ULONG share, ULONG disposition, ULONG options, UserPointer ea_buffer,
                                    ULONG ea_length) {
  if (allocation_size && TRY(allocation_size.Read()).QuadPart < 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  if (ea_buffer && ea_length != 0) {
    TRY(ea_buffer.Probe(ea_length, false));
    return Fail(STATUS_EAS_NOT_SUPPORTED);
  }
  return CreateArguments{access, file_attributes, share, disposition, options};
}

constexpr CreateArguments kForFacts = {FILE_READ_ATTRIBUTES, 0, 0, FILE_OPEN, FILE_OPEN_REPARSE_POINT};
constexpr CreateArguments kForDelete = {DELETE, 0, FILE_SHARE_VALID_FLAGS, FILE_OPEN, FILE_DELETE_ON_CLOSE};

// The facts of a file by name, without a file object; nothing when a driver answers.
std::optional<Result<FileFacts>> FactsNow(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes) {
  bool driven = false;
  const auto facts = [&]() -> Result<FileFacts> {
    const ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes));
    const Target target = TRY(Resolve(captured.For(&FileObject::kType), kForFacts));
    driven = target.device->Driven();
    if (driven) {
      return FileFacts{};
    }
    return TRY(target.device->Open(target.request)).node->Facts();
  }();
  return driven ? std::nullopt : std::optional(facts);
}

// The same of a driver's file: opened, asked, closed.
coro::Task<Result<FILE_NETWORK_OPEN_INFORMATION>> FactsLater(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes) {
  const ob::CapturedAttributes captured = CO_TRY(ob::Capture(caller, attributes));
  const Target target = CO_TRY(Resolve(captured.For(&FileObject::kType), kForFacts));
  Opened opened = CO_TRY(co_await Open(caller, target));
  if (!opened.node->Driven()) {
    co_return NetworkOpenInformation(CO_TRY(opened.node->Facts()));
  }
  FILE_NETWORK_OPEN_INFORMATION information{};
  KernelBuffer buffer(std::as_writable_bytes(std::span(&information, 1)));
  DriverRequest what;
  what.major = IRP_MJ_QUERY_INFORMATION;
  what.parameters = {sizeof(information), FileNetworkOpenInformation, 0, 0};
  what.method = Method::kBuffered;
  what.output = buffer.Pointer();
  what.output_length = sizeof(information);
  Ref<DriverCall> call = CO_TRY(opened.node->Begin(what));
  const Outcome outcome = CO_TRY(co_await WaitForDriver(call, caller.Wait(), false));
  opened.node->LastHandleClosed();
  if (NT_ERROR(outcome.status)) {
    co_return Fail(outcome.status);
  }
  co_return information;
}

}  // namespace

Result<Ref<mm::FileBacking>> OpenImage(ke::Caller *, std::u16string_view path) {
  CreateArguments arguments;
  arguments.access = FILE_EXECUTE | SYNCHRONIZE;
  arguments.options = FILE_NON_DIRECTORY_FILE | FILE_SYNCHRONOUS_IO_NONALERT;
  const Target target =
      TRY(Resolve({.name = path, .attributes = OBJ_CASE_INSENSITIVE, .type = &FileObject::kType}, arguments));
  if (target.device->Driven()) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);  // no file system driver gives sections yet
  }
  // The file object lives just as long as NT's: it answers whether somebody forbids reading.
  const Ref<FileObject> file = TRY(FileObject::Create(target.device, TRY(target.device->Open(target.request)),
                                                      FILE_SHARE_READ | FILE_SHARE_DELETE, arguments.options));
  if (file->OwnNode().NodeKind() != Node::Kind::kFile) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  }
  return Ref<mm::FileBacking>(file->NodeRef());
}

std::optional<Answer> TryNtCreateFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                      UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block,
                                      UserIn<LARGE_INTEGER> allocation_size, ULONG file_attributes, ULONG share_access,
                                      ULONG create_disposition, ULONG create_options, UserPointer ea_buffer,
                                      ULONG ea_length) {
  const auto arguments = ArgumentsOf(desired_access, allocation_size, file_attributes, share_access, create_disposition,
                                     create_options, ea_buffer, ea_length);
  if (!arguments) {
    return std::unexpected(arguments.error());
  }
  return CreateNow(caller, handle, attributes, status_block, *arguments);
}

coro::Task<Answer> NtCreateFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block,
                                UserIn<LARGE_INTEGER> allocation_size, ULONG file_attributes, ULONG share_access,
                                ULONG create_disposition, ULONG create_options, UserPointer ea_buffer,
                                ULONG ea_length) {
  const CreateArguments arguments = CO_TRY(ArgumentsOf(desired_access, allocation_size, file_attributes, share_access,
                                                       create_disposition, create_options, ea_buffer, ea_length));
  co_return co_await Create(caller, handle, attributes, status_block, arguments);
}

std::optional<Answer> TryNtOpenFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                                    UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block, ULONG share_access,
                                    ULONG open_options) {
  return CreateNow(caller, handle, attributes, status_block,
                   {desired_access, 0, share_access, FILE_OPEN, open_options});
}

coro::Task<Answer> NtOpenFile(ke::Caller &caller, UserOut<HANDLE> handle, ACCESS_MASK desired_access,
                              UserIn<OBJECT_ATTRIBUTES> attributes, StatusBlock status_block, ULONG share_access,
                              ULONG open_options) {
  return Create(caller, handle, attributes, status_block, {desired_access, 0, share_access, FILE_OPEN, open_options});
}

std::optional<Answer> TryNtDeleteFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes) {
  bool driven = false;
  const auto done = [&]() -> Answer {
    const ob::CapturedAttributes captured = TRY(ob::Capture(caller, attributes));
    const Target target = TRY(Resolve(captured.For(&FileObject::kType), kForDelete));
    driven = target.device->Driven();
    if (!driven) {
      TRY(target.device->Open(target.request));
    }
    return Fail(STATUS_INVALID_DEVICE_REQUEST);  // a device that has no files to delete
  }();
  return driven ? std::nullopt : std::optional(done);
}

coro::Task<Answer> NtDeleteFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes) {
  const ob::CapturedAttributes captured = CO_TRY(ob::Capture(caller, attributes));
  const Target target = CO_TRY(Resolve(captured.For(&FileObject::kType), kForDelete));
  // The driver deletes it when it is cleaned up.
  const Opened opened = CO_TRY(co_await Open(caller, target));
  opened.node->LastHandleClosed();
  co_return STATUS_SUCCESS;
}

std::optional<Answer> TryNtQueryAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                               UserOut<FILE_BASIC_INFORMATION> information) {
  const auto facts = FactsNow(caller, attributes);
  if (!facts) {
    return std::nullopt;
  }
  return facts->and_then([&](const FileFacts &found) -> Answer {
    TRY(information.Write(BasicInformation(found)));
    return STATUS_SUCCESS;
  });
}

coro::Task<Answer> NtQueryAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                         UserOut<FILE_BASIC_INFORMATION> information) {
  const FILE_NETWORK_OPEN_INFORMATION facts = CO_TRY(co_await FactsLater(caller, attributes));
  FILE_BASIC_INFORMATION basic{};
  basic.CreationTime = facts.CreationTime;
  basic.LastAccessTime = facts.LastAccessTime;
  basic.LastWriteTime = facts.LastWriteTime;
  basic.ChangeTime = facts.ChangeTime;
  basic.FileAttributes = facts.FileAttributes;
  CO_TRY(information.Write(basic));
  co_return STATUS_SUCCESS;
}

std::optional<Answer> TryNtQueryFullAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                                   UserOut<FILE_NETWORK_OPEN_INFORMATION> information) {
  const auto facts = FactsNow(caller, attributes);
  if (!facts) {
    return std::nullopt;
  }
  return facts->and_then([&](const FileFacts &found) -> Answer {
    TRY(information.Write(NetworkOpenInformation(found)));
    return STATUS_SUCCESS;
  });
}

coro::Task<Answer> NtQueryFullAttributesFile(ke::Caller &caller, UserIn<OBJECT_ATTRIBUTES> attributes,
                                             UserOut<FILE_NETWORK_OPEN_INFORMATION> information) {
  const FILE_NETWORK_OPEN_INFORMATION facts = CO_TRY(co_await FactsLater(caller, attributes));
  CO_TRY(information.Write(facts));
  co_return STATUS_SUCCESS;
}

}  // namespace io
