// IoCallDriver across hosts: a request of one host becomes the Executive's, and its end goes back.

#include <wdm/message_handlers.hpp>

#include <wdm/irp_codes.h>
#include <wdm/driver_device.hpp>
#include "begin.hpp"

#include <new>

namespace wdm {
namespace {

class Forwarded;
using ForwardedHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;

class Forwarded final : public io::DriverCall::Continuation, public ForwardedHook {
 public:
  Forwarded(Ref<DriverHost> from, std::uint64_t cookie, Ref<io::DriverCall> call)
      : from_(std::move(from)), cookie_(cookie), call_(call.Get()) {}
  void Run(const io::Outcome &outcome) override;
  bool Is(const DriverHost &from, std::uint64_t cookie) const { return from_.Get() == &from && cookie_ == cookie; }
  void Cancel() { call_->Cancel(); }

 private:
  Ref<DriverHost> from_;
  std::uint64_t cookie_;
  io::DriverCall *call_;  // owns this
};

using AllForwarded = boost::intrusive::list<Forwarded, boost::intrusive::constant_time_size<false>>;
alignas(AllForwarded) constinit std::byte forwarded_storage[sizeof(AllForwarded)] = {};
constinit AllForwarded *forwarded = nullptr;

AllForwarded &All() {
  if (forwarded == nullptr) {
    forwarded = new (forwarded_storage) AllForwarded;
  }
  return *forwarded;
}

void Answer(DriverHost &to, std::uint64_t cookie, const io::Outcome &outcome) {
  host::Request done{};
  done.command = host::Command::kDone;
  done.cookie = cookie;
  done.status = outcome.status;
  done.information = outcome.information;
  done.buffer = done.pages = host::kNoBuffer;
  to.Post(done);
}

void Forwarded::Run(const io::Outcome &outcome) { Answer(*from_, cookie_, outcome); }

// A host may call what its own devices stand on, and what it has opened.
bool MayCall(DriverHost &from, DriverDevice &target) {
  for (DriverDevice *upper = target.Upper(); upper != nullptr; upper = upper->Upper()) {
    if (upper->Host().Get() == &from) {
      return true;
    }
  }
  return from.HasOpened(target.Id());
}

Result<Ref<io::DriverCall>> Begin(DriverHost &from, const host::Message &message) {
  Ref<DriverDevice> target = DriverDevice::Find(message.device);
  if (!target) {
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  if (!MayCall(from, *target)) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  io::DriverRequest what;
  what.major = message.major;
  what.minor = message.minor;
  what.irp_flags = message.irp_flags;
  what.stack_flags = message.stack_flags;
  std::copy_n(message.parameters, 4, what.parameters.begin());
  what.space = &from.Space();
  what.owner = Ref<RefCounted>(from.Process());
  if (message.buffer != host::kNoBuffer) {
    if (!Arena::IsHostPart(message.buffer, message.buffer_length)) {
      from.Kill("named a buffer that is not its own", STATUS_INVALID_DEVICE_STATE);
      return Fail(STATUS_INVALID_PARAMETER);
    }
    const UserPointer buffer{&from.Space(), from.ArenaAddress() + message.buffer};
    what.method = io::Method::kBuffered;
    what.input = what.output = buffer;
    what.input_length = what.output_length = message.buffer_length;
  }
  if (message.direct_length != 0) {
    const UserPointer direct{&from.Space(), message.direct_address};
    const bool reads = message.major == IRP_MJ_WRITE ||
                       (message.major != IRP_MJ_READ && (message.parameters[2] & 3) == METHOD_IN_DIRECT);
    what.method = reads ? io::Method::kInDirect : io::Method::kOutDirect;
    (message.major == IRP_MJ_WRITE ? what.input : what.output) = direct;
    (message.major == IRP_MJ_WRITE ? what.input_length : what.output_length) = message.direct_length;
  }
  return BeginOn(*target, what, nullptr, 0);
}

}  // namespace

void ForwardIrp(DriverHost &from, const host::Message &message) {
  Result<Ref<io::DriverCall>> call = Begin(from, message);
  if (!call) {
    Answer(from, message.cookie, {call.error().Code(), 0});
    return;
  }
  if ((*call)->HasEnded()) {
    Answer(from, message.cookie, (*call)->End());
    return;
  }
  auto *end = new (std::nothrow) Forwarded(Ref<DriverHost>(&from), message.cookie, *call);
  if (end == nullptr) {
    (*call)->Cancel();
    Answer(from, message.cookie, {STATUS_INSUFFICIENT_RESOURCES, 0});
    return;
  }
  All().push_back(*end);
  (*call)->Then(std::unique_ptr<io::DriverCall::Continuation>(end));
}

void CancelForwarded(DriverHost &from, std::uint64_t cookie) {
  for (Forwarded &each : All()) {
    if (each.Is(from, cookie)) {
      each.Cancel();
      return;
    }
  }
}

}  // namespace wdm
