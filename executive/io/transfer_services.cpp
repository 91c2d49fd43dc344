// Reading and writing.

#include <wdm/irp_codes.h>
#include <io/services.hpp>

#include "completion.hpp"

namespace io {
namespace {

constexpr ULONG kSectorSize = 512;

struct TransferArguments {
  UserPointer buffer;
  ULONG length = 0;
  UserIn<LARGE_INTEGER> byte_offset;
};

// Where a transfer begins (NtReadFile, NtWriteFile: ByteOffset).
Result<std::uint64_t> ResolveOffset(FileObject &file, UserIn<LARGE_INTEGER> byte_offset, bool write) {
  if (!byte_offset) {
    if (!file.Synchronous()) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    return file.position;
  }
  const LARGE_INTEGER offset = TRY(byte_offset.Read());
  if (offset.QuadPart >= 0) {
    return static_cast<std::uint64_t>(offset.QuadPart);
  }
  if (offset.HighPart == -1 && offset.LowPart == FILE_USE_FILE_POINTER_POSITION && file.Synchronous()) {
    return file.position;
  }
  if (write && offset.HighPart == -1 && offset.LowPart == FILE_WRITE_TO_END_OF_FILE) {
    return file.OwnNode().Size();
  }
  return Fail(STATUS_INVALID_PARAMETER);
}

// Where a transfer on a driver's file begins. A handle that is not synchronous needs a ByteOffset only where positions
// mean something (NtReadFile): drivers of streams get 0.
Result<std::uint64_t> ResolveDriverOffset(FileObject &file, UserIn<LARGE_INTEGER> byte_offset, bool write) {
  if (!byte_offset) {
    if (!file.Synchronous()) {
      return Fail(STATUS_INVALID_PARAMETER);
    }
    return file.position;
  }
  const LARGE_INTEGER offset = TRY(byte_offset.Read());
  if (offset.HighPart == -1 && offset.LowPart == FILE_USE_FILE_POINTER_POSITION && file.Synchronous()) {
    return file.position;
  }
  if (offset.QuadPart < 0 && !(write && offset.HighPart == -1 && offset.LowPart == FILE_WRITE_TO_END_OF_FILE)) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return static_cast<std::uint64_t>(offset.QuadPart);
}

Result<Transfer> Prepare(ke::Caller &caller, FileObject &file, const TransferArguments &arguments, bool write) {
  Transfer transfer;
  transfer.offset = TRY(file.OwnNode().Driven() ? ResolveDriverOffset(file, arguments.byte_offset, write)
                                                : ResolveOffset(file, arguments.byte_offset, write));
  transfer.buffer = arguments.buffer;
  transfer.length = arguments.length;
  transfer.waiter = &caller.Wait();
  transfer.alertable = file.Alertable();
  if ((file.Mode() & FILE_NO_INTERMEDIATE_BUFFERING) != 0 && file.OwnNode().HasPosition() &&
      (transfer.offset % kSectorSize != 0 || transfer.length % kSectorSize != 0)) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  TRY(ke::CheckRange(transfer.buffer.address, transfer.length));
  return transfer;
}

// IO_STACK_LOCATION.Parameters of IRP_MJ_READ and IRP_MJ_WRITE: Length, Key, ByteOffset.
DriverRequest ForDriver(const Transfer &transfer, bool write, std::uint64_t offset) {
  DriverRequest what;
  what.major = write ? IRP_MJ_WRITE : IRP_MJ_READ;
  what.parameters = {transfer.length, 0, offset, 0};
  what.method = Method::kDevice;
  (write ? what.input : what.output) = transfer.buffer;
  (write ? what.input_length : what.output_length) = transfer.length;
  return what;
}

// Ends a request and moves the position of a synchronous file.
Answer Complete(Request &request, const Transfer &transfer, const Result<Outcome> &result) {
  FileObject &file = request.File();
  if (result && file.Synchronous() && file.OwnNode().HasPosition()) {
    file.position = transfer.offset + result->information;
  }
  return request.End(result);
}

struct Read {
  Request request;
  Transfer transfer;
};

Result<Read> PrepareRead(ke::Caller &caller, HANDLE handle, const Notice &notice, const TransferArguments &arguments) {
  Ref<FileObject> file = TRY(caller.Handles().Reference<FileObject>(handle, FILE_READ_DATA));
  Transfer transfer = TRY(Prepare(caller, *file, arguments, false));
  Request request = TRY(Request::Begin(caller, std::move(file), notice));
  return Read{std::move(request), transfer};
}

}  // namespace

std::optional<Answer> TryNtReadFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                    UserPointer apc_context, StatusBlock status_block, UserPointer buffer, ULONG length,
                                    UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG>) {
  if (IsDriven(caller, file)) {
    return std::nullopt;
  }
  auto read = PrepareRead(caller, file, {event, apc_routine, apc_context, status_block}, {buffer, length, byte_offset});
  if (!read) {
    return std::unexpected(read.error());
  }
  const auto result = read->request.File().OwnNode().TryRead(read->transfer);
  if (!result) {
    return std::nullopt;
  }
  return Complete(read->request, read->transfer, *result);
}

coro::Task<Answer> NtReadFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                              UserPointer apc_context, StatusBlock status_block, UserPointer buffer, ULONG length,
                              UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG>) {
  Read read =
      CO_TRY(PrepareRead(caller, file, {event, apc_routine, apc_context, status_block}, {buffer, length, byte_offset}));
  Node &node = read.request.File().OwnNode();
  if (node.Driven()) {
    co_return co_await Drive(std::move(read.request), ForDriver(read.transfer, false, read.transfer.offset),
                             read.transfer.offset, true);
  }
  if (const auto done = node.TryRead(read.transfer)) {
    co_return Complete(read.request, read.transfer, *done);
  }
  PendingIo pending;
  pending.waiter = &caller.Wait();
  pending.caller = &caller;
  pending.handles = &caller.Handles();
  pending.status_block = status_block.address;
  read.request.File().AddPending(pending);
  const Result<Outcome> result = co_await node.Read(read.transfer);
  co_return Complete(read.request, read.transfer, result);
}

namespace {

struct Write {
  Request request;
  Transfer transfer;
};

Result<Write> PrepareWrite(ke::Caller &caller, HANDLE handle, const Notice &notice,
                           const TransferArguments &arguments) {
  const auto entry = TRY(caller.Handles().Lookup(handle));
  Ref<FileObject> file = TRY(ob::As<FileObject>(entry.object));
  if ((entry.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == 0) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  Transfer transfer = TRY(Prepare(caller, *file, arguments, true));
  if ((entry.access & FILE_WRITE_DATA) == 0) {
    // Append only; a driver finds the end itself.
    transfer.offset = file->OwnNode().Driven() ? ~std::uint64_t{0} : file->OwnNode().Size();
  }
  Request request = TRY(Request::Begin(caller, std::move(file), notice));
  return Write{std::move(request), transfer};
}

}  // namespace

std::optional<Answer> TryNtWriteFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                                     UserPointer apc_context, StatusBlock status_block, UserPointer buffer,
                                     ULONG length, UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG>) {
  if (IsDriven(caller, file)) {
    return std::nullopt;
  }
  auto write =
      PrepareWrite(caller, file, {event, apc_routine, apc_context, status_block}, {buffer, length, byte_offset});
  if (!write) {
    return std::unexpected(write.error());
  }
  return Complete(write->request, write->transfer, write->request.File().OwnNode().Write(write->transfer));
}

coro::Task<Answer> NtWriteFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine,
                               UserPointer apc_context, StatusBlock status_block, UserPointer buffer, ULONG length,
                               UserIn<LARGE_INTEGER> byte_offset, UserIn<ULONG>) {
  Write write = CO_TRY(
      PrepareWrite(caller, file, {event, apc_routine, apc_context, status_block}, {buffer, length, byte_offset}));
  if (!write.request.File().OwnNode().Driven()) {
    co_return Complete(write.request, write.transfer, write.request.File().OwnNode().Write(write.transfer));
  }
  co_return co_await Drive(std::move(write.request), ForDriver(write.transfer, true, write.transfer.offset),
                           write.transfer.offset, true);
}

namespace {

// The file of a flush, and whether a driver answers.
Result<Ref<FileObject>> PrepareFlush(ke::Caller &caller, HANDLE file) {
  const auto entry = TRY(caller.Handles().Lookup(file));
  Ref<FileObject> object = TRY(ob::As<FileObject>(entry.object));
  if ((entry.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == 0) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  return object;
}

Answer FlushNow(FileObject &file, StatusBlock status_block) {
  return Finish(status_block, TRY(file.OwnNode().Flush()));
}

}  // namespace

std::optional<Answer> TryNtFlushBuffersFile(ke::Caller &caller, HANDLE file, StatusBlock status_block) {
  const auto object = PrepareFlush(caller, file);
  if (!object) {
    return std::unexpected(object.error());
  }
  if ((*object)->OwnNode().Driven()) {
    return std::nullopt;
  }
  return FlushNow(**object, status_block);
}

coro::Task<Answer> NtFlushBuffersFile(ke::Caller &caller, HANDLE file, StatusBlock status_block) {
  Ref<FileObject> object = CO_TRY(PrepareFlush(caller, file));
  if (!object->OwnNode().Driven()) {
    co_return FlushNow(*object, status_block);
  }
  DriverRequest what;
  what.major = IRP_MJ_FLUSH_BUFFERS;
  co_return Finish(status_block, CO_TRY(co_await DriveAndWait(caller, object, what)));
}

Answer NtCancelIoFile(ke::Caller &caller, HANDLE file, StatusBlock status_block) {
  // Requests of the calling thread, which on an asynchronous handle may be under way.
  const Ref<FileObject> object = TRY(caller.Handles().Reference<FileObject>(file, 0));
  (void)object->CancelPending(nullptr, &caller, 0);
  return Finish(status_block, {});
}

Answer NtCancelIoFileEx(ke::Caller &caller, HANDLE file, UserIn<IO_STATUS_BLOCK> request, StatusBlock status_block) {
  const Ref<FileObject> object = TRY(caller.Handles().Reference<FileObject>(file, 0));
  if (!object->CancelPending(&caller.Handles(), nullptr, request.address)) {
    return Finish(status_block, {STATUS_NOT_FOUND, 0});
  }
  return Finish(status_block, {});
}

}  // namespace io
