#include <wdm/driver_device.hpp>

#include <wdm/irp_codes.h>
#include <wdm/message_handlers.hpp>
#include "begin.hpp"

#include <ob/namespace.hpp>

#include <algorithm>
#include <new>

namespace wdm {
namespace {

struct IdOrder {
  bool operator()(const DriverDevice &a, const DriverDevice &b) const { return a.Id() < b.Id(); }
  bool operator()(const DriverDevice &a, std::uint64_t b) const { return a.Id() < b; }
  bool operator()(std::uint64_t a, const DriverDevice &b) const { return a < b.Id(); }
};
using Devices = boost::intrusive::avl_set<DriverDevice, boost::intrusive::base_hook<DeviceOrder>,
                                          boost::intrusive::compare<IdOrder>>;
alignas(Devices) constinit std::byte devices_storage[sizeof(Devices)] = {};
constinit Devices *devices = nullptr;
constinit std::uint64_t last_id = 0;
constinit LocalPnpHandler local_pnp = nullptr;
constinit DeviceRemoved device_removed = nullptr;

Devices &All() {
  if (devices == nullptr) {
    devices = new (devices_storage) Devices;
  }
  return *devices;
}

// A request to a device of the Executive's own: answered where it stands.
class LocalCall final : public io::DriverCall {
 public:
  static Result<Ref<io::DriverCall>> Answer(DriverDevice &device, const io::DriverRequest &what) {
    auto call = Adopt(new (std::nothrow) LocalCall);
    if (!call) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    call->SetEnded(Run(device, what));
    return Ref<io::DriverCall>(call);
  }
  void Cancel() override {}
  void Abandon() override {}

 private:
  static io::Outcome Run(DriverDevice &device, const io::DriverRequest &what) {
    if (what.major != IRP_MJ_PNP || local_pnp == nullptr) {
      return {what.major == IRP_MJ_POWER ? STATUS_SUCCESS : STATUS_INVALID_DEVICE_REQUEST, 0};
    }
    std::unique_ptr<std::byte[]> room(new (std::nothrow) std::byte[host::kPnpBuffer]{});
    if (!room || what.input_length > host::kPnpBuffer) {
      return {STATUS_INSUFFICIENT_RESOURCES, 0};
    }
    LocalPnp pnp;
    pnp.minor = what.minor;
    pnp.parameters = what.parameters.data();
    if (what.input_length != 0 && !what.input.Read(room.get(), what.input_length)) {
      return {STATUS_ACCESS_VIOLATION, 0};
    }
    pnp.input = {room.get(), what.input_length};
    pnp.output = {room.get(), host::kPnpBuffer};
    local_pnp(device, pnp);
    const std::size_t length = std::min<std::size_t>(pnp.length, what.output_length);
    if (length != 0 && !what.output.Write(room.get(), length)) {
      return {STATUS_ACCESS_VIOLATION, 0};
    }
    return {pnp.status, pnp.information};
  }
};

io::Method Resolve(const io::DriverRequest &what, std::uint32_t flags) {
  if (what.method != io::Method::kDevice) {
    return what.method;
  }
  if ((flags & DO_DIRECT_IO) != 0) {
    return what.major == IRP_MJ_WRITE ? io::Method::kInDirect : io::Method::kOutDirect;
  }
  return (flags & DO_BUFFERED_IO) != 0 ? io::Method::kBuffered : io::Method::kNeither;
}

}  // namespace

void UseLocalPnp(LocalPnpHandler handler) { local_pnp = handler; }
void UseDeviceRemoved(DeviceRemoved removed) { device_removed = removed; }

DriverDevice::DriverDevice(const WDM_DEVICE_CREATE &description)
    : Device({}, description.DeviceType, description.Characteristics),
      cookie_(description.Cookie),
      driver_(description.Driver),
      flags_(description.Flags),
      stack_size_(description.StackSize),
      exclusive_(description.Exclusive != 0) {}

DriverDevice::~DriverDevice() {
  if (DeviceOrder::is_linked()) {
    All().erase(All().iterator_to(*this));
  }
}

Result<Ref<DriverDevice>> DriverDevice::Create(const Ref<DriverHost> &host, const WDM_DEVICE_CREATE &description) {
  auto device = Adopt(new (std::nothrow) DriverDevice(description));
  if (!device) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  device->host_ = host;
  device->id_ = ++last_id;
  All().insert(*device);
  device->AddRef();  // the driver's, until Remove()
  return device;
}

Result<void> DriverDevice::Publish(std::u16string_view name) {
  path_ = TRY(ob::Name::Create(name));
  SetPath(path_.View());
  return ob::CurrentNamespace().Publish(path_.View(), Ref<ob::Object>(this));
}

Ref<DriverDevice> DriverDevice::Find(std::uint64_t id) {
  auto found = All().find(id, IdOrder());
  return found == All().end() ? nullptr : Ref<DriverDevice>(&*found);
}

std::size_t DriverDevice::CountOf(const DriverHost &host, std::uint64_t driver) {
  return static_cast<std::size_t>(std::count_if(All().begin(), All().end(), [&](const DriverDevice &device) {
    return device.Host().Get() == &host && device.Driver() == driver;
  }));
}

host::DeviceDescription DriverDevice::Describe() const {
  return {DeviceType(), Characteristics(), flags_, stack_size_, AlignmentRequirement(), sector_size_};
}

void DriverDevice::Update(const WDM_DEVICE_STATE &state) {
  flags_ = state.Flags;
  stack_size_ = state.StackSize;
  sector_size_ = state.SectorSize;
  SetKind(state.DeviceType, state.Characteristics, state.Alignment);
}

DriverDevice &DriverDevice::Top() {
  DriverDevice *top = this;
  while (top->upper_ != nullptr) {
    top = top->upper_;
  }
  return *top;
}

Result<void> DriverDevice::AttachTo(DriverDevice &lower) {
  // No circles: the one that is attached must stand at the top of another stack.
  if (lower.upper_ != nullptr || lower_ != nullptr || &Top() == &lower || removed_ || lower.removed_) {
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  lower_ = &lower;
  lower.upper_ = this;
  return {};
}

void DriverDevice::Detach() {
  if (lower_ != nullptr) {
    lower_->upper_ = nullptr;
    lower_ = nullptr;
  }
}

void DriverDevice::Remove() {
  if (removed_) {
    return;
  }
  removed_ = true;
  Ref<DriverDevice> self(this);
  if (device_removed != nullptr) {
    device_removed(*this);
  }
  Detach();
  if (upper_ != nullptr) {
    upper_->Detach();
  }
  if (Parent() != nullptr) {
    MakeTemporary();
  }
  All().erase(All().iterator_to(*this));
  Release();
}

Result<Ref<HostCall>> DriverDevice::Prepare(const io::DriverRequest &what, const Ref<RefCounted> &file,
                                            std::uint64_t file_cookie) {
  if (removed_ || host_->Dead()) {
    return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  Ref<HostCall> call = TRY(HostCall::Create(host_));
  host::Request &request = call->request;
  request.command = host::Command::kIrp;
  request.major = what.major;
  request.minor = what.minor;
  request.device = cookie_;
  request.file = file_cookie;
  std::copy(what.parameters.begin(), what.parameters.end(), request.parameters);
  request.process = what.process;
  request.thread = what.thread;
  request.irp_flags = what.irp_flags;
  request.stack_flags = what.stack_flags;
  request.requestor_mode = what.space != nullptr ? 1 : 0;
  call->owner = what.owner;
  call->target = file;
  const bool write = what.major == IRP_MJ_WRITE;
  const UserPointer &direct = write ? what.input : what.output;
  const ULONG direct_length = write ? what.input_length : what.output_length;
  switch (Resolve(what, flags_)) {
    case io::Method::kNone:
    case io::Method::kDevice:
      break;
    case io::Method::kBuffered:
      TRY(call->UseBuffer(what.input, what.input_length, what.output, what.output_length));
      break;
    case io::Method::kInDirect:
    case io::Method::kOutDirect: {
      const bool writes = Resolve(what, flags_) == io::Method::kOutDirect;
      if (what.major != IRP_MJ_READ && !write) {
        TRY(call->UseBuffer(what.input, what.input_length, {}, 0));
      }
      if (what.space != nullptr) {
        TRY(call->UsePages(*what.space, direct, direct_length, writes));
      } else {
        TRY(call->UseKernelPages(writes ? UserPointer{} : direct, writes ? direct : UserPointer{}, direct_length));
      }
      break;
    }
    case io::Method::kNeither:
      if (what.space == nullptr) {
        // The Executive's own buffer has no address that a host could use: it goes through the arena.
        TRY(call->UseBuffer(what.input, what.input_length, what.output, what.output_length));
        break;
      }
      if (write) {
        request.user_buffer = TRY(call->UseAlias(*what.space, what.input, what.input_length, false));
        break;
      }
      request.user_buffer = TRY(call->UseAlias(*what.space, what.output, what.output_length, true));
      if (what.input_length != 0) {
        request.parameters[3] = TRY(call->UseAlias(*what.space, what.input, what.input_length, false));
      }
      break;
  }
  return call;
}

// All devices of a dead host go; what is open on them fails from now on.
void HostGone(DriverHost &host) {
  for (auto it = All().begin(); it != All().end();) {
    DriverDevice &device = *it;
    ++it;
    if (device.Host().Get() == &host) {
      device.Remove();
    }
  }
}

// ---------------------------------------------------------------------------------------------- files

Result<Ref<io::DriverCall>> BeginOn(DriverDevice &device, const io::DriverRequest &what, const Ref<RefCounted> &file,
                                    std::uint64_t cookie) {
  if (!device.Host()) {
    return LocalCall::Answer(device, what);
  }
  Ref<HostCall> call = TRY(device.Prepare(what, file, cookie));
  TRY(call->Post());
  return Ref<io::DriverCall>(call);
}

}  // namespace wdm
