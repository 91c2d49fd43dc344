#pragma once
// The end of an I/O request: IO_STATUS_BLOCK, event, APC.

#include <ex/objects.hpp>
#include <io/driver_request.hpp>
#include <io/file_object.hpp>
#include <io/services.hpp>
#include <ke/caller.hpp>
#include <ps/thread.hpp>

namespace io {

// How the caller of NtReadFile and its like wants to hear of the end.
struct Notice {
  HANDLE event = nullptr;
  UserPointer apc_routine;
  UserPointer apc_context;
  UserOut<IO_STATUS_BLOCK> status_block;
};

// One request on a file, from its checks to its end.
class Request {
 public:
  // References the event and resets it and the file. STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
  // STATUS_ACCESS_DENIED.
  static Result<Request> Begin(ke::Caller &caller, Ref<FileObject> file, const Notice &notice);

  ke::Caller &Caller() const { return *caller_; }
  FileObject &File() const { return *file_; }
  ke::UserAddress StatusBlock() const { return notice_.status_block.address; }

  // Tells the caller as NT does: a request that failed on an asynchronous handle leaves status block, event and APC
  // alone. Returns what the service answers.
  Answer End(const Result<Outcome> &result);
  // Tells of a request whose service has answered STATUS_PENDING: whatever the outcome.
  void EndLater(const Outcome &outcome);

 private:
  Request(ke::Caller &caller, Ref<FileObject> file, const Notice &notice)
      : caller_(&caller), file_(std::move(file)), notice_(notice) {}
  Result<void> Tell(const Outcome &outcome);

  ke::Caller *caller_;
  Ref<FileObject> file_;
  Notice notice_;
  Ref<ex::Event> event_;
};

// Writes the status block of a service that has no event and no APC, and answers with the outcome's status.
Answer Finish(UserOut<IO_STATUS_BLOCK> status_block, const Outcome &outcome);

// Whether the handle is a file's that a driver answers for.
bool IsDriven(ke::Caller &caller, HANDLE file);

// Fills in whose request it is.
void Attribute(DriverRequest &what, ke::Caller &caller);

// Sends a request to the driver of the file: waits on a synchronous handle; on another one until the dispatch routine
// has returned, and answers STATUS_PENDING when the request goes on.
coro::Task<Answer> Drive(Request request, DriverRequest what, std::uint64_t position_after_zero, bool moves_position);

// A request without event and APC, always waited for (NtQueryInformationFile and the like).
coro::Task<Result<Outcome>> DriveAndWait(ke::Caller &caller, Ref<FileObject> file, DriverRequest what);

}  // namespace io
