// Reading and writing.

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

Result<Transfer> Prepare(ke::Caller &caller, FileObject &file, const TransferArguments &arguments, bool write) {
  Transfer transfer;
  transfer.offset = TRY(ResolveOffset(file, arguments.byte_offset, write));
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
  if (const auto done = node.TryRead(read.transfer)) {
    co_return Complete(read.request, read.transfer, *done);
  }
  PendingIo pending;
  pending.waiter = &caller.Wait();
  pending.handles = &caller.Handles();
  pending.status_block = status_block.address;
  read.request.File().AddPending(pending);
  const Result<Outcome> result = co_await node.Read(read.transfer);
  co_return Complete(read.request, read.transfer, result);
}

Answer NtWriteFile(ke::Caller &caller, HANDLE file, HANDLE event, UserPointer apc_routine, UserPointer apc_context,
                   StatusBlock status_block, UserPointer buffer, ULONG length, UserIn<LARGE_INTEGER> byte_offset,
                   UserIn<ULONG>) {
  const auto entry = TRY(caller.Handles().Lookup(file));
  Ref<FileObject> object = TRY(ob::As<FileObject>(entry.object));
  if ((entry.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == 0) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  Transfer transfer = TRY(Prepare(caller, *object, {buffer, length, byte_offset}, true));
  if ((entry.access & FILE_WRITE_DATA) == 0) {
    transfer.offset = object->OwnNode().Size();  // append only
  }
  Request request = TRY(Request::Begin(caller, std::move(object), {event, apc_routine, apc_context, status_block}));
  return Complete(request, transfer, request.File().OwnNode().Write(transfer));
}

Answer NtFlushBuffersFile(ke::Caller &caller, HANDLE file, StatusBlock status_block) {
  const auto entry = TRY(caller.Handles().Lookup(file));
  const Ref<FileObject> object = TRY(ob::As<FileObject>(entry.object));
  if ((entry.access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == 0) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  return Finish(status_block, TRY(object->OwnNode().Flush()));
}

Answer NtCancelIoFile(ke::Caller &caller, HANDLE file, StatusBlock status_block) {
  // Only requests of the calling thread are meant, and that thread is here: it has none that waits.
  TRY(caller.Handles().Reference<FileObject>(file, 0));
  return Finish(status_block, {});
}

Answer NtCancelIoFileEx(ke::Caller &caller, HANDLE file, UserIn<IO_STATUS_BLOCK> request, StatusBlock status_block) {
  const Ref<FileObject> object = TRY(caller.Handles().Reference<FileObject>(file, 0));
  if (!object->CancelPending(&caller.Handles(), request.address)) {
    return Finish(status_block, {STATUS_NOT_FOUND, 0});
  }
  return Finish(status_block, {});
}

}  // namespace io
