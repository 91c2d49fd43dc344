// Requests on files that a driver answers for: who waits, and who is told later.

#include "completion.hpp"

#include <ps/process.hpp>

#include <new>

namespace io {
namespace {

// The end of a request whose caller was told STATUS_PENDING.
class Later final : public DriverCall::Continuation {
 public:
  Later(Request request, Ref<ps::Thread> thread) : thread_(std::move(thread)), request_(std::move(request)) {}
  PendingIo &Pending() { return pending_; }
  void Run(const Outcome &outcome) override { request_.EndLater(outcome); }

 private:
  Ref<ps::Thread> thread_;  // the request points into it
  Request request_;
  PendingIo pending_;
};

void Note(PendingIo &pending, Request &request, DriverCall *call) {
  pending.waiter = call == nullptr ? &request.Caller().Wait() : nullptr;
  pending.call = call;
  pending.caller = &request.Caller();
  pending.handles = &request.Caller().Handles();
  pending.status_block = request.StatusBlock();
  request.File().AddPending(pending);
}

}  // namespace

bool IsDriven(ke::Caller &caller, HANDLE file) {
  const auto entry = caller.Handles().Lookup(file);
  return entry && ob::Is<FileObject>(*entry->object) && static_cast<FileObject &>(*entry->object).OwnNode().Driven();
}

void Attribute(DriverRequest &what, ke::Caller &caller) {
  auto &thread = static_cast<ps::Thread &>(caller);
  what.space = &static_cast<mm::AddressSpace &>(caller.Space());
  what.process = static_cast<std::uint32_t>(thread.Owner().Id());
  what.thread = static_cast<std::uint32_t>(reinterpret_cast<std::uint64_t>(thread.Id().UniqueThread));
  what.owner = Ref<RefCounted>(static_cast<ob::Object *>(&thread));
}

coro::Task<Answer> Drive(Request request, DriverRequest what, std::uint64_t offset, bool moves_position) {
  FileObject &file = request.File();
  ke::Caller &caller = request.Caller();
  Attribute(what, caller);
  const bool synchronous = file.Synchronous();
  if (synchronous) {
    const NTSTATUS locked = co_await file.Lock(caller.Wait());
    if (locked != STATUS_WAIT_0) {
      co_return NT_SUCCESS(locked) ? Answer(locked) : Answer(Fail(locked));
    }
  }
  Result<Ref<DriverCall>> begun = file.OwnNode().Begin(what);
  if (!begun) {
    if (synchronous) {
      file.Unlock();
    }
    co_return request.End(std::unexpected(begun.error()));
  }
  Ref<DriverCall> call = std::move(*begun);
  if (synchronous) {
    Result<Outcome> result = Fail(STATUS_UNSUCCESSFUL);
    {
      PendingIo pending;
      Note(pending, request, nullptr);
      result = co_await WaitForDriver(call, caller.Wait(), file.Alertable());
    }
    if (result && moves_position && !NT_ERROR(result->status)) {
      file.position = offset + result->information;
    }
    file.Unlock();
    co_return request.End(result);
  }
  if (!call->HasAnswered()) {
    // NT's caller does not come back either before the dispatch routine has returned.
    const NTSTATUS status = co_await ke::WaitOne(call->Answered(), caller.Wait(), false, ke::kNever);
    if (status != STATUS_WAIT_0) {
      call->Cancel();
      call->Abandon();
      co_return Fail(NT_SUCCESS(status) ? STATUS_THREAD_IS_TERMINATING : status);
    }
  }
  if (call->HasEnded()) {
    co_return request.End(call->End());
  }
  std::unique_ptr<Later> later(new (std::nothrow) Later(request, Ref<ps::Thread>(static_cast<ps::Thread *>(&caller))));
  if (!later) {
    call->Cancel();
    call->Abandon();
    co_return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  Note(later->Pending(), request, call.Get());
  call->Then(std::move(later));
  co_return STATUS_PENDING;
}

coro::Task<Result<Outcome>> DriveAndWait(ke::Caller &caller, Ref<FileObject> file, DriverRequest what) {
  Attribute(what, caller);
  Ref<DriverCall> call = CO_TRY(file->OwnNode().Begin(what));
  co_return co_await WaitForDriver(call, caller.Wait(), false);
}

}  // namespace io
