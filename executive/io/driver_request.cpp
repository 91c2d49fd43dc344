#include <io/driver_request.hpp>

namespace io {

void DriverCall::SetEnded(const Outcome &outcome) {
  end_ = outcome;
  ended_.Set();
  answered_.Set();
  if (std::unique_ptr<Continuation> continuation = std::move(continuation_)) {
    continuation->Run(outcome);
  }
}

coro::Task<Result<Outcome>> WaitForDriver(Ref<DriverCall> call, ke::Waiter &waiter, bool alertable) {
  if (!call->HasEnded()) {
    NTSTATUS status = co_await ke::WaitOne(call->Ended(), waiter, alertable, ke::kNever);
    if (status != STATUS_WAIT_0) {
      call->Cancel();
      status = co_await ke::WaitOne(call->Ended(), waiter, false, ke::kNever);
      if (status != STATUS_WAIT_0) {
        call->Abandon();
        co_return Fail(NT_SUCCESS(status) ? STATUS_THREAD_IS_TERMINATING : status);
      }
    }
  }
  co_return call->End();
}

}  // namespace io
