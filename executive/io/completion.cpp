#include "completion.hpp"

#include <new>

namespace io {
namespace {

IO_STATUS_BLOCK MakeBlock(NTSTATUS status, ULONG_PTR information) {
  IO_STATUS_BLOCK block{};
  block.Status = status;
  block.Information = information;
  return block;
}

// PIO_APC_ROUTINE(ApcContext, IoStatusBlock, 0).
ke::ApcCall MakeApc(const Notice &notice) {
  return {.normal_routine = reinterpret_cast<PVOID>(notice.apc_routine.address),
          .normal_context = reinterpret_cast<PVOID>(notice.apc_context.address),
          .system_argument1 = reinterpret_cast<PVOID>(notice.status_block.address),
          .system_argument2 = nullptr};
}

}  // namespace

Result<Request> Request::Begin(ke::Caller &caller, Ref<FileObject> file, const Notice &notice) {
  Request request(caller, std::move(file), notice);
  if (notice.event != nullptr) {
    request.event_ = TRY(caller.Handles().Reference<ex::Event>(notice.event, EVENT_MODIFY_STATE));
    request.event_->Reset();
  }
  request.file_->Reset();
  return request;
}

Result<void> Request::Tell(const Outcome &outcome) {
  // As NT: a status block that has become unwritable meanwhile does not undo the request.
  (void)notice_.status_block.Write(MakeBlock(outcome.status, outcome.information));
  file_->Set();
  if (NT_ERROR(outcome.status) && file_->Synchronous()) {
    return {};
  }
  if (event_) {
    event_->Set();
  }
  if (notice_.apc_routine) {
    auto *apc = new (std::nothrow) ke::AllocatedApc(MakeApc(notice_));
    if (apc == nullptr) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    if (!caller_->Wait().QueueApc(*apc)) {
      delete apc;
    }
  }
  return {};
}

Answer Request::End(const Result<Outcome> &result) {
  const Outcome outcome = result ? *result : Outcome{result.error().Code(), 0};
  if (outcome.status == STATUS_THREAD_IS_TERMINATING) {
    return Fail(outcome.status);  // nobody is there to be told
  }
  const bool failed = NT_ERROR(outcome.status);
  if (!failed || file_->Synchronous()) {
    TRY(Tell(outcome));
  }
  if (failed) {
    return Fail(outcome.status);
  }
  return outcome.status;
}

void Request::EndLater(const Outcome &outcome) { (void)Tell(outcome); }

Answer Finish(UserOut<IO_STATUS_BLOCK> status_block, const Outcome &outcome) {
  TRY(status_block.Write(MakeBlock(outcome.status, outcome.information)));
  return outcome.status;
}

}  // namespace io
