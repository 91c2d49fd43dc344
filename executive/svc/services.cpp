#include "services.hpp"

#include "power.hpp"

#include <ke/clock.hpp>
#include <ke/console.hpp>
#include <ke/log.hpp>
#include <pnp/services.hpp>
#include <ps/system_images.hpp>

namespace svc {

Result<NTSTATUS> NtDisplayString(ke::Caller &, UserIn<UNICODE_STRING> string) {
  ke::CapturedString captured = TRY(ke::CapturedString::Create(string));
  std::u16string_view text = captured.View();
  constexpr std::size_t kPiece = 64;  // its UTF-8 fits a line
  while (!text.empty()) {
    std::size_t count = std::min(text.size(), kPiece);
    bool splits_pair = count < text.size() && text[count - 1] >= 0xd800 && text[count - 1] < 0xdc00;
    count -= splits_pair && count > 1 ? 1 : 0;
    ke::Line line;
    line << text.substr(0, count);
    ke::BootConsole().Write(line.View());
    text.remove_prefix(count);
  }
  return STATUS_SUCCESS;
}

Result<NTSTATUS> NtFlushProcessWriteBuffers(ke::Caller &) {
  return STATUS_SUCCESS;
}  // one processor: entering was enough

Result<NTSTATUS> NtGetCurrentProcessorNumber(ke::Caller &) { return NTSTATUS{0}; }

Result<NTSTATUS> NtSetSystemTime(ke::Caller &, UserIn<LARGE_INTEGER> time, UserOut<LARGE_INTEGER> previous) {
  if (!time) {
    return Fail(STATUS_NOT_IMPLEMENTED);  // reading the time anew from the hardware clock
  }
  LARGE_INTEGER value = TRY(time.Read());
  if (value.QuadPart <= 0) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  LARGE_INTEGER before;
  before.QuadPart = static_cast<LONGLONG>(ke::clock::SystemTime());
  TRY(previous.WriteIfGiven(before));
  ke::clock::SetSystemTime(static_cast<std::uint64_t>(value.QuadPart));
  ps::UpdateSharedData();
  return STATUS_SUCCESS;
}

coro::Task<Result<NTSTATUS>> NtShutdownSystem(ke::Caller &caller, SHUTDOWN_ACTION action) {
  // What the drivers leave undone is done here, with what is still the Executive's.
  switch (action) {
    case ShutdownNoReboot:
      (void)co_await pnp::PowerDownDevices(caller, PowerActionShutdown);
      HaltSystem();
    case ShutdownReboot:
      (void)co_await pnp::PowerDownDevices(caller, PowerActionShutdownReset);
      Reboot();
    case ShutdownPowerOff:
      (void)co_await pnp::PowerDownDevices(caller, PowerActionShutdownOff);
      PowerOff();
    default:
      co_return Fail(STATUS_INVALID_PARAMETER);
  }
}

}  // namespace svc
