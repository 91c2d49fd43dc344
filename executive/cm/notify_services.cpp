// NtNotifyChangeKey.

#include "notifier.hpp"

#include <cm/key.hpp>
#include <cm/services.hpp>
#include <ex/objects.hpp>
#include <ke/dispatcher.hpp>

#include <new>

namespace cm {
namespace {

constexpr ULONG kThreadAgnostic = 0x10000000u;  // REG_NOTIFY_THREAD_AGNOSTIC

IO_STATUS_BLOCK StatusBlock(NTSTATUS status) {
  IO_STATUS_BLOCK block{};
  block.Status = status;
  return block;
}

// A thread that waits in the service; part of its coroutine.
class WaitingRequest final : public Request {
 public:
  WaitingRequest(const ob::HandleTable &from, Ref<ke::Standalone<ke::Event>> done)
      : Request(from), done_(std::move(done)) {}
  ~WaitingRequest() = default;
  NTSTATUS Status() const { return status_; }

 private:
  void Complete(NTSTATUS status) override {
    status_ = status;
    done_->Set();
  }

  Ref<ke::Standalone<ke::Event>> done_;
  NTSTATUS status_ = STATUS_PENDING;
};

// What an asynchronous caller is told with: status block, event, APC. Deletes itself when it is complete.
class PendingRequest final : public Request, private ke::RundownEntry {
 public:
  PendingRequest(ke::Caller &caller, Ref<ex::Event> event, std::unique_ptr<ke::AllocatedApc> apc,
                 UserOut<IO_STATUS_BLOCK> io_status, bool thread_agnostic)
      : Request(caller.Handles()),
        event_(std::move(event)),
        apc_(std::move(apc)),
        thread_(&caller.Wait()),
        io_status_(io_status),
        thread_agnostic_(thread_agnostic) {
    thread_->AddRundown(*this);
  }

  void Complete(NTSTATUS status) override {
    (void)io_status_.Write(StatusBlock(status));  // the program may have taken its memory away
    if (event_) {
      event_->Set();
    }
    if (apc_ != nullptr && thread_ != nullptr && thread_->QueueApc(*apc_)) {
      (void)apc_.release();  // frees itself
    }
    delete this;
  }

 private:
  ~PendingRequest() = default;
  void ThreadEnded() override {
    thread_ = nullptr;
    if (!thread_agnostic_) {
      static_cast<Request *>(this)->unlink();
      Complete(STATUS_NOTIFY_CLEANUP);
    }
  }

  Ref<ex::Event> event_;
  std::unique_ptr<ke::AllocatedApc> apc_;
  ke::Waiter *thread_;
  UserOut<IO_STATUS_BLOCK> io_status_;
  bool thread_agnostic_;
};

struct Arguments {
  Ref<KeyObject> key;
  Ref<ex::Event> event;
  Notifier *notifier = nullptr;
};

Result<Arguments> Capture(ke::Caller &caller, HANDLE key_handle, HANDLE event, ULONG filter, BOOLEAN watch_tree) {
  Arguments arguments;
  if ((filter & ~REG_LEGAL_CHANGE_FILTER) != 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  arguments.key = TRY(caller.Handles().Reference<KeyObject>(key_handle, KEY_NOTIFY));
  if (event != nullptr) {
    arguments.event = TRY(caller.Handles().Reference<ex::Event>(event, EVENT_MODIFY_STATE));
  }
  arguments.notifier = TRY(arguments.key->Notifications(filter, watch_tree != 0));
  return arguments;
}

Result<NTSTATUS> Pend(ke::Caller &caller, const Arguments &arguments, UserPointer apc_routine, UserPointer apc_context,
                      UserOut<IO_STATUS_BLOCK> io_status, ULONG filter) {
  std::unique_ptr<ke::AllocatedApc> apc;
  if (apc_routine) {
    apc.reset(new (std::nothrow) ke::AllocatedApc({.normal_routine = reinterpret_cast<PVOID>(apc_routine.address),
                                                   .normal_context = reinterpret_cast<PVOID>(apc_context.address),
                                                   .system_argument1 = reinterpret_cast<PVOID>(io_status.address)}));
    if (apc == nullptr) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
  }
  auto *request = new (std::nothrow)
      PendingRequest(caller, arguments.event, std::move(apc), io_status, (filter & kThreadAgnostic) != 0);
  if (request == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  if (arguments.event) {
    arguments.event->Reset();
  }
  if (arguments.notifier->TakeChange()) {
    request->Complete(STATUS_NOTIFY_ENUM_DIR);
  } else {
    arguments.notifier->Add(*request);
  }
  return STATUS_PENDING;
}

// The end of a synchronous call.
Result<NTSTATUS> Finish(const Arguments &arguments, UserOut<IO_STATUS_BLOCK> io_status, NTSTATUS status) {
  TRY(io_status.Write(StatusBlock(status)));
  if (arguments.event) {
    arguments.event->Set();
  }
  return status;
}

}  // namespace

std::optional<Result<NTSTATUS>> TryNtNotifyChangeKey(ke::Caller &caller, HANDLE key_handle, HANDLE event,
                                                     UserPointer apc_routine, UserPointer apc_context,
                                                     UserOut<IO_STATUS_BLOCK> io_status, ULONG completion_filter,
                                                     BOOLEAN watch_tree, UserPointer, ULONG, BOOLEAN asynchronous) {
  const auto arguments = Capture(caller, key_handle, event, completion_filter, watch_tree);
  if (!arguments) {
    return std::unexpected(arguments.error());
  }
  if (asynchronous != 0) {
    return Pend(caller, *arguments, apc_routine, apc_context, io_status, completion_filter);
  }
  if (arguments->notifier->TakeChange()) {
    return Finish(*arguments, io_status, STATUS_NOTIFY_ENUM_DIR);
  }
  return std::nullopt;
}

coro::Task<Result<NTSTATUS>> NtNotifyChangeKey(ke::Caller &caller, HANDLE key_handle, HANDLE event,
                                               UserPointer apc_routine, UserPointer apc_context,
                                               UserOut<IO_STATUS_BLOCK> io_status, ULONG completion_filter,
                                               BOOLEAN watch_tree, UserPointer buffer, ULONG buffer_size,
                                               BOOLEAN asynchronous) {
  const auto answer = TryNtNotifyChangeKey(caller, key_handle, event, apc_routine, apc_context, io_status,
                                           completion_filter, watch_tree, buffer, buffer_size, asynchronous);
  if (answer) {
    co_return *answer;
  }
  const Arguments arguments = CO_TRY(Capture(caller, key_handle, event, completion_filter, watch_tree));
  const auto done = Adopt(new (std::nothrow) ke::Standalone<ke::Event>());
  if (!done) {
    co_return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  WaitingRequest request(caller.Handles(), done);
  arguments.notifier->Add(request);
  const NTSTATUS waited = co_await ke::WaitOne(Ref<ke::Waitable>(done), caller.Wait(), false, ke::kNever);
  if (waited != STATUS_SUCCESS) {
    if (NT_ERROR(waited)) {
      co_return Fail(waited);
    }
    co_return waited;
  }
  co_return Finish(arguments, io_status, request.Status());
}

}  // namespace cm
