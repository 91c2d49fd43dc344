// Services that may wait, for the parked fibers of a host: Answer::kService.

#include <wdm/host_service.hpp>

#include <wdm/message_handlers.hpp>

#include <coro/detached.hpp>
#include <nt/services.hpp>

namespace wdm {
namespace {

constinit ServiceRunner runner = nullptr;

void Answer(DriverHost &host, std::uint64_t cookie, NTSTATUS status) {
  host::Request done{};
  done.command = host::Command::kDone;
  done.cookie = cookie;
  done.status = status;
  done.buffer = done.pages = host::kNoBuffer;
  host.Post(done);
}

// The words live in the frame for as long as the service runs.
coro::Detached Run(Ref<DriverHost> host, Ref<FiberService> fiber, host::ServiceCall call, std::uint64_t cookie) {
  Result<NTSTATUS> answer = Fail(STATUS_INSUFFICIENT_RESOURCES);
  {
    coro::Task<Result<NTSTATUS>> task = runner(*fiber->thread, call.number, call.words);
    answer = co_await task;
  }
  fiber->Done();
  Answer(*host, cookie, ToNtStatus(answer));
}

}  // namespace

void UseServiceRunner(ServiceRunner run) { runner = run; }

void RunService(DriverHost &host, const host::Message &message) {
  host::ServiceCall call;
  if (message.buffer_length != sizeof(call) || !Arena::IsHostPart(message.buffer, sizeof(call)) ||
      !host.Buffers().Get(message.buffer, &call, sizeof(call))) {
    host.Kill("named a service call that is not there", STATUS_INVALID_DEVICE_STATE);
    return;
  }
  if (call.number >= nt::kServiceCount || call.count != nt::kServices[call.number].Count()) {
    Answer(host, message.cookie, STATUS_INVALID_SYSTEM_SERVICE);
    return;
  }
  Result<Ref<ps::Thread>> thread = ps::Thread::CreateFiber(Ref<ps::Process>(host.Process()));
  auto fiber = Adopt(new (std::nothrow) FiberService);
  if (!thread || !fiber) {
    Answer(host, message.cookie, STATUS_INSUFFICIENT_RESOURCES);
    return;
  }
  fiber->thread = std::move(*thread);
  host.AddFiber(*fiber);
  if (!Run(Ref<DriverHost>(&host), fiber, call, message.cookie).started) {
    fiber->Done();
    Answer(host, message.cookie, STATUS_INSUFFICIENT_RESOURCES);
  }
}

}  // namespace wdm
