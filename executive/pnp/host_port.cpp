#include <pnp/host_port.hpp>

#include <wdm/irp_codes.h>
#include <io/file_object.hpp>
#include <ke/log.hpp>
#include <ob/namespace.hpp>
#include <ps/system_images.hpp>
#include <wdm/image_section.hpp>

#include <algorithm>
#include <new>

namespace pnp {
namespace {

Ref<wdm::DriverHost> FindHost(HostId id) {
  for (wdm::DriverHost &host : wdm::AllHosts()) {
    if (host.Id() == static_cast<std::uint32_t>(id)) {
      return Ref<wdm::DriverHost>(&host);
    }
  }
  return nullptr;
}

HostId IdOf(const wdm::DriverHost &host) { return HostId{host.Id()}; }
Ref<wdm::DriverDevice> FindDevice(DeviceId id) { return wdm::DriverDevice::Find(static_cast<std::uint64_t>(id)); }

// Drops what a request would write when its task is dropped first.
class Guard {
 public:
  explicit Guard(Ref<wdm::HostCall> call) : call_(std::move(call)) {}
  ~Guard() {
    if (!call_->HasEnded()) {
      call_->Abandon();
    }
  }
  wdm::HostCall *operator->() const { return call_.Get(); }
  Ref<io::DriverCall> Call() const { return Ref<io::DriverCall>(call_); }

 private:
  Ref<wdm::HostCall> call_;
};

coro::Task<Result<io::Outcome>> Wait(const Guard &guard) {
  ke::Waiter waiter(ps::SystemDispatcher());
  co_return co_await io::WaitForDriver(guard.Call(), waiter, false);
}

Result<void> Failed(const io::Outcome &outcome) {
  if (NT_SUCCESS(outcome.status)) {
    return {};
  }
  return Fail(NT_ERROR(outcome.status) ? outcome.status : STATUS_UNSUCCESSFUL);
}

// The text of host::DriverStart.
Result<Bytes> StartOf(const DriverToLoad &driver) {
  host::DriverStart start{};
  start.name_length = static_cast<std::uint16_t>(driver.service.size() * sizeof(char16_t));
  start.registry_length = static_cast<std::uint16_t>(driver.registry_path.size() * sizeof(char16_t));
  start.object_length = static_cast<std::uint16_t>(driver.object_name.size() * sizeof(char16_t));
  start.flags = driver.legacy ? 1 : 0;
  Bytes bytes;
  TRY(bytes.AppendAll(std::as_bytes(std::span(&start, 1)).first(offsetof(host::DriverStart, text))));
  for (std::u16string_view text : {driver.service, driver.registry_path, driver.object_name}) {
    TRY(bytes.AppendAll(std::as_bytes(std::span(text))));
  }
  return bytes;
}

constinit HostPort *system_port = nullptr;

}  // namespace

constinit ob::Type DriverObject::kType = {
    .name = u"Driver",
    .mapping = {STANDARD_RIGHTS_READ, STANDARD_RIGHTS_WRITE, STANDARD_RIGHTS_EXECUTE, STANDARD_RIGHTS_ALL},
    .valid_access = STANDARD_RIGHTS_ALL};

Result<Ref<DriverObject>> DriverObject::Create() {
  auto driver = Adopt(new (std::nothrow) DriverObject);
  if (!driver) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return driver;
}

HostPort &SystemPort() {
  alignas(HostPort) static constinit std::byte storage[sizeof(HostPort)] = {};
  if (system_port == nullptr) {
    system_port = new (storage) HostPort;
  }
  return *system_port;
}

void HostPort::Tell(PortEvents &events) {
  events_ = &events;
  wdm::UseHostEnding({[](wdm::DriverHost &host) { SystemPort().HostDies(host); },
                      [](wdm::DriverHost &host, NTSTATUS status) { SystemPort().HostBuried(host, status); }});
  wdm::UseDeviceRemoved([](wdm::DriverDevice &device) { SystemPort().DeviceRemoved(device); });
  wdm::UseLocalPnp([](wdm::DriverDevice &device, wdm::LocalPnp &request) { SystemPort().LocalPnp(device, request); });
}

// ---------------------------------------------------------------------------------------------- hosts

coro::Task<Result<HostId>> HostPort::StartHost(std::u16string_view name) {
  Ref<wdm::DriverHost> host = CO_TRY(wdm::DriverHost::Start(name));
  co_return IdOf(*host);
}

void HostPort::StopHost(HostId id) {
  if (Ref<wdm::DriverHost> host = FindHost(id); host && !host->Dead()) {
    host->Tell(host::Command::kStop, 0, 0);
  }
}

void HostPort::TerminateHost(HostId id, NTSTATUS status) {
  if (Ref<wdm::DriverHost> host = FindHost(id); host && !host->Dead()) {
    host->Process()->Terminate(status);
  }
}

void HostPort::HostDies(wdm::DriverHost &host) { events_->HostDying(IdOf(host)); }

void HostPort::HostBuried(wdm::DriverHost &host, NTSTATUS status) {
  for (Ref<DriverObject> driver = drivers_; driver;) {
    Ref<DriverObject> next = driver->next;
    if (driver->host.Get() == &host) {
      Forget(*driver);
    }
    driver = next;
  }
  events_->HostGone(IdOf(host), status);
}

Result<HostId> HostPort::HostOf(ke::Caller &caller) { return IdOf(*TRY(wdm::HostOf(caller))); }

std::uint64_t HostPort::ProcessOf(HostId id) {
  Ref<wdm::DriverHost> host = FindHost(id);
  return host && host->Process() != nullptr ? host->Process()->Id() : 0;
}

// ---------------------------------------------------------------------------------------------- drivers

Ref<DriverObject> HostPort::Find(DriverId id) const {
  for (Ref<DriverObject> driver = drivers_; driver; driver = driver->next) {
    if (driver->id == id) {
      return driver;
    }
  }
  return nullptr;
}

void HostPort::Forget(DriverObject &driver) {
  Ref<DriverObject> held(&driver);
  for (Ref<DriverObject> *link = &drivers_; *link; link = &(*link)->next) {
    if (link->Get() == &driver) {
      *link = driver.next;
      break;
    }
  }
  driver.next = nullptr;
  if (driver.Parent() != nullptr) {
    driver.MakeTemporary();
  }
}

coro::Task<Result<DriverId>> HostPort::LoadDriver(HostId host_id, DriverToLoad driver) {
  Ref<wdm::DriverHost> host = FindHost(host_id);
  if (!host || host->Dead()) {
    co_return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  Ref<DriverObject> object = CO_TRY(DriverObject::Create());
  object->name = CO_TRY(ob::Name::Create(driver.service));
  object->host = host;
  Bytes start = CO_TRY(StartOf(driver));
  const HANDLE section = CO_TRY(wdm::OpenImageSection(host->Process()->Handles(), driver.image_path));
  Guard call(CO_TRY(wdm::HostCall::Create(host)));
  call->request.command = host::Command::kLoadDriver;
  call->request.information = reinterpret_cast<std::uint64_t>(section);
  io::KernelBuffer buffer(start.Items());
  CO_TRY(call->UseBuffer(buffer.Pointer(), start.Size(), {}, 0));
  const ob::Name object_name = CO_TRY(ob::Name::Create(driver.object_name));
  CO_TRY(call->Post());
  const io::Outcome outcome = CO_TRY(co_await Wait(call));
  CO_TRY(Failed(outcome));
  object->cookie = outcome.information;
  object->can_unload = (call->AnswerWord(0) & 1) != 0;
  object->has_add_device = (call->AnswerWord(0) & 2) != 0;
  last_driver_ += 1;
  object->id = DriverId{last_driver_};
  object->next = drivers_;
  drivers_ = object;
  // A second driver object of the same name (another host has the driver too) goes unlisted.
  (void)ob::CurrentNamespace().Publish(object_name.View(), Ref<ob::Object>(object));
  co_return object->id;
}

coro::Task<Result<void>> HostPort::UnloadDriver(DriverId id) {
  Ref<DriverObject> driver = Find(id);
  if (!driver || driver->host->Dead()) {
    co_return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  Guard call(CO_TRY(wdm::HostCall::Create(driver->host)));
  call->request.command = host::Command::kUnloadDriver;
  call->request.cookie = driver->cookie;
  CO_TRY(call->Post());
  const io::Outcome outcome = CO_TRY(co_await Wait(call));
  CO_TRY(Failed(outcome));
  Forget(*driver);
  co_return Result<void>();
}

bool HostPort::CanUnload(DriverId id) {
  Ref<DriverObject> driver = Find(id);
  return driver && driver->can_unload;
}

bool HostPort::HasAddDevice(DriverId id) {
  Ref<DriverObject> driver = Find(id);
  return driver && driver->has_add_device;
}

std::size_t HostPort::DeviceCount(DriverId id) {
  Ref<DriverObject> driver = Find(id);
  return driver ? wdm::DriverDevice::CountOf(*driver->host, driver->cookie) : 0;
}

std::u16string_view HostPort::NameOf(DriverId id) {
  Ref<DriverObject> driver = Find(id);
  return driver ? driver->name.View() : std::u16string_view();
}

coro::Task<Result<void>> HostPort::AddDevice(DriverId id, DeviceId pdo) {
  Ref<DriverObject> driver = Find(id);
  Ref<wdm::DriverDevice> device = FindDevice(pdo);
  if (!driver || !device) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  if (driver->host->Dead()) {
    co_return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  Guard call(CO_TRY(wdm::HostCall::Create(driver->host)));
  call->request.command = host::Command::kAddDevice;
  call->request.cookie = driver->cookie;
  call->request.device = device->Id();
  host::DeviceDescription description = device->Describe();
  if (device->Host().Get() == driver->host.Get()) {
    call->request.information = device->Cookie();
  } else {
    // IRPs of the stack pass everybody who stands on the device already.
    description.stack_size = device->Top().StackSize();
    io::KernelBuffer buffer(std::as_writable_bytes(std::span(&description, 1)));
    CO_TRY(call->UseBuffer(buffer.Pointer(), sizeof(description), {}, 0));
    CO_TRY(driver->host->AddOpened(device->Id()));
  }
  CO_TRY(call->Post());
  const io::Outcome outcome = CO_TRY(co_await Wait(call));
  co_return Failed(outcome);
}

// ---------------------------------------------------------------------------------------------- devices

coro::Task<Result<PnpAnswer>> HostPort::SendPnp(DeviceId id, PnpRequest request) {
  Ref<wdm::DriverDevice> device = FindDevice(id);
  if (!device) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  Ref<wdm::DriverDevice> top(&device->Top());
  if (!top->Host()) {
    if (request.major != IRP_MJ_PNP) {
      co_return PnpAnswer{.status = STATUS_SUCCESS};
    }
    co_return events_->Pnp(id, request);
  }
  PnpAnswer answer;
  CO_TRY(answer.output.Resize(request.room));
  io::KernelBuffer input(request.input.Items());
  io::KernelBuffer output(answer.output.Items());
  io::DriverRequest what;
  what.major = request.major;
  what.minor = request.minor;
  std::copy_n(request.parameters, 4, what.parameters.begin());
  what.method = io::Method::kBuffered;
  what.input = input.Pointer();
  what.input_length = static_cast<ULONG>(request.input.Size());
  what.output = output.Pointer();
  what.output_length = request.room;
  Guard call(CO_TRY(top->Prepare(what, nullptr, 0)));
  call->request.information = request.information;
  CO_TRY(call->Post());
  const io::Outcome outcome = CO_TRY(co_await Wait(call));
  answer.status = outcome.status;
  answer.information = outcome.information;
  answer.output.Truncate(NT_ERROR(outcome.status) ? 0 : call->AnswerLength());
  co_return answer;
}

void HostPort::LocalPnp(wdm::DriverDevice &device, wdm::LocalPnp &request) {
  PnpRequest asked;
  asked.minor = request.minor;
  std::copy_n(request.parameters, 4, asked.parameters);
  asked.room = static_cast<std::uint32_t>(request.output.size());
  if (!asked.input.AppendAll(request.input)) {
    request.status = STATUS_INSUFFICIENT_RESOURCES;
    return;
  }
  const PnpAnswer answer = events_->Pnp(DeviceId{device.Id()}, asked);
  request.status = answer.status;
  request.information = answer.information;
  request.length = static_cast<std::uint32_t>(std::min(answer.output.Size(), request.output.size()));
  std::copy_n(answer.output.begin(), request.length, request.output.begin());
}

Result<DeviceId> HostPort::MakeDevice(const host::DeviceDescription &description) {
  WDM_DEVICE_CREATE create{};
  create.DeviceType = description.device_type;
  create.Characteristics = description.characteristics;
  create.Flags = description.flags;
  create.StackSize = std::max<std::uint32_t>(description.stack_size, 1);
  create.Alignment = description.alignment;
  Ref<wdm::DriverDevice> device = TRY(wdm::DriverDevice::Create(nullptr, create));
  return DeviceId{device->Id()};
}

void HostPort::DeleteDevice(DeviceId id) { ForgetDevice(id); }

Result<DeviceFacts> HostPort::Describe(DeviceId id) {
  Ref<wdm::DriverDevice> device = FindDevice(id);
  if (!device) {
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  DeviceFacts facts;
  if (device->Host()) {
    facts.host = IdOf(*device->Host());
    for (Ref<DriverObject> driver = drivers_; driver; driver = driver->next) {
      if (driver->host.Get() == device->Host().Get() && driver->cookie == device->Driver()) {
        facts.driver = driver->id;
      }
    }
  }
  if (device->Lower() != nullptr) {
    facts.lower = DeviceId{device->Lower()->Id()};
  }
  const host::DeviceDescription description = device->Describe();
  facts.device_type = description.device_type;
  facts.characteristics = description.characteristics;
  facts.flags = description.flags;
  facts.name = device->DevicePath();
  return facts;
}

void HostPort::ForgetDevice(DeviceId id) {
  if (Ref<wdm::DriverDevice> device = FindDevice(id)) {
    forgetting_ = true;
    device->Remove();
    forgetting_ = false;
  }
}

void HostPort::DeviceRemoved(wdm::DriverDevice &device) {
  // Hosts that stand on it have a proxy of it.
  for (wdm::DriverHost &host : wdm::AllHosts()) {
    if (!host.Dead() && &host != device.Host().Get() && host.HasOpened(device.Id())) {
      host.Tell(host::Command::kForgetDevice, device.Id(), 0);
    }
  }
  if (!forgetting_ && device.Host() && !device.Host()->Dead()) {
    events_->DeviceDeleted(DeviceId{device.Id()});
  }
}

Result<void> HostPort::Grant(HostId id, DeviceId device, const AssignedResources &resources) {
  Ref<wdm::DriverHost> host = FindHost(id);
  if (!host || host->Dead()) {
    return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  wdm::Grants &grants = host->Granted();
  const auto owner = static_cast<std::uint64_t>(device);
  grants.Revoke(owner);
  const auto all = [&]() -> Result<void> {
    for (const AssignedPorts &ports : resources.ports) {
      TRY(grants.AddPorts(owner, ports.first, ports.last));
    }
    for (const AssignedMemory &memory : resources.memory) {
      TRY(grants.AddMemory(owner, memory.start, memory.length, memory.read_only));
    }
    for (const AssignedInterrupt &interrupt : resources.interrupts) {
      for (std::uint32_t i = 0; i < std::max(interrupt.message_count, 1u); i += 1) {
        wdm::InterruptGrant grant;
        grant.vector = interrupt.vector + i;
        grant.kernel_vector = interrupt.kernel_vector + i;
        grant.message = interrupt.message;
        grant.message_number = interrupt.message ? interrupt.first_message + i : ~0u;
        grant.pin = interrupt.pin;
        grant.level = interrupt.level;
        grant.active_low = interrupt.active_low;
        grant.bus = interrupt.source.bus;
        grant.device = interrupt.source.device;
        grant.function = interrupt.source.function;
        TRY(grants.AddInterrupt(owner, grant));
      }
    }
    return {};
  }();
  if (!all) {
    grants.Revoke(owner);
  }
  return all;
}

void HostPort::Revoke(HostId id, DeviceId device) {
  if (Ref<wdm::DriverHost> host = FindHost(id); host && !host->Dead()) {
    host->Granted().Revoke(static_cast<std::uint64_t>(device));
  }
}

void HostPort::Notify(HostId id, std::uint64_t cookie, std::span<const std::byte> notification) {
  Ref<wdm::DriverHost> host = FindHost(id);
  if (!host || host->Dead()) {
    return;
  }
  Result<Ref<wdm::HostCall>> call = wdm::HostCall::Create(host);
  if (!call) {
    return;  // a notification that nobody can be told of
  }
  (*call)->request.command = host::Command::kNotify;
  (*call)->request.cookie = cookie;
  io::KernelBuffer buffer({const_cast<std::byte *>(notification.data()), notification.size()});
  if ((*call)->UseBuffer(buffer.Pointer(), notification.size(), {}, 0)) {
    (void)(*call)->Post();
  }
}

Result<DeviceId> HostPort::DeviceOf(ke::Caller &caller, HANDLE file) {
  const Ref<io::FileObject> object = TRY(caller.Handles().Reference<io::FileObject>(file, 0));
  if (!object->OwnDevice().Driven()) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  return DeviceId{static_cast<wdm::DriverDevice &>(object->OwnDevice()).Id()};
}

}  // namespace pnp
