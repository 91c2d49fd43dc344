#include "fake_port.hpp"

#include <wdm/irp_codes.h>

#include <algorithm>
#include <cstring>

using namespace pnp;

namespace pnp_test {

// Waits until its task is dropped.
struct Forever {
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<>) const {}
  void await_resume() const {}
};

std::string Narrow(std::u16string_view text) { return {text.begin(), text.end()}; }

bool FakePort::Called(std::string_view text) const { return std::ranges::find(calls, text) != calls.end(); }

coro::Task<Result<HostId>> FakePort::StartHost(std::u16string_view name) {
  const std::u16string text(name);
  const auto host = static_cast<HostId>(next_++);
  hosts[host] = text;
  calls.push_back("host " + Narrow(text));
  co_return host;
}

void FakePort::StopHost(HostId host) {
  calls.push_back("stop " + Narrow(hosts[host]));
  hosts.erase(host);
}

void FakePort::TerminateHost(HostId host, NTSTATUS) {
  calls.push_back("terminate " + Narrow(hosts[host]));
  Kill(host);
}

coro::Task<Result<DriverId>> FakePort::LoadDriver(HostId host, DriverToLoad driver) {
  const std::u16string service(driver.service);
  const Loaded row{service, std::u16string(driver.object_name), std::u16string(driver.image_path), host, driver.legacy};
  calls.push_back("load " + Narrow(service));
  const DriverKind &kind = kinds[service];
  if (kind.entry_hangs) {
    co_await Forever();
  }
  if (!NT_SUCCESS(kind.entry)) {
    co_return Fail(kind.entry);
  }
  const auto id = static_cast<DriverId>(next_++);
  loaded[id] = row;
  co_return id;
}

coro::Task<Result<void>> FakePort::UnloadDriver(DriverId driver) {
  calls.push_back("unload " + Narrow(loaded[driver].service));
  loaded.erase(driver);
  co_return Result<void>();
}

std::size_t FakePort::DeviceCount(DriverId driver) {
  return static_cast<std::size_t>(
      std::ranges::count_if(devices, [&](const auto &entry) { return entry.second.driver == driver; }));
}

coro::Task<Result<void>> FakePort::AddDevice(DriverId driver, DeviceId pdo) {
  const Loaded row = loaded[driver];
  calls.push_back("add " + Narrow(row.service));
  if (kinds[row.service].add_hangs) {
    co_await Forever();
  }
  if (!NT_SUCCESS(kinds[row.service].add)) {
    co_return Fail(kinds[row.service].add);
  }
  const DeviceId id = NewId();
  devices[id] = {.id = id, .host = row.host, .driver = driver, .service = row.service, .pdo = pdo};
  co_return Result<void>();
}

// The function device of the stack, or the PDO of one without.
FakeDevice &FakePort::Top(DeviceId pdo) {
  for (auto &[id, device] : devices) {
    if (device.pdo == pdo && id != pdo && device.child == nullptr) {
      return device;
    }
  }
  return devices[pdo];
}

PnpAnswer FakePort::AnswerRelations(FakeDevice &device) {
  PnpAnswer answer{.status = STATUS_SUCCESS};
  auto &children = kinds[device.service].children;
  const std::uint64_t count = children.size();
  (void)answer.output.AppendAll(std::as_bytes(std::span(&count, 1)));
  for (Child &child : children) {
    if (child.pdo == DeviceId::kNone) {
      child.pdo = NewId();
      devices[child.pdo] = {.id = child.pdo,
                            .host = device.host,
                            .driver = device.driver,
                            .service = device.service,
                            .pdo = child.pdo,
                            .child = &child,
                            .name = u"\\Device\\" + child.device_id.substr(0, 3)};
    }
    const host::DeviceRelation relation{static_cast<std::uint64_t>(child.pdo), 0};
    (void)answer.output.AppendAll(std::as_bytes(std::span(&relation, 1)));
  }
  return answer;
}

PnpAnswer FakePort::AnswerAsPdo(FakeDevice &device, const PnpRequest &request) {
  if (device.child == nullptr) {
    return events->Pnp(device.id, request);
  }
  const Child &child = *device.child;
  PnpAnswer answer{.status = STATUS_SUCCESS};
  const auto put = [&](std::u16string text) {
    (void)answer.output.AppendAll(std::as_bytes(std::span(text.c_str(), text.size() + 1)));
  };
  switch (request.minor) {
    case IRP_MN_QUERY_ID:
      switch (request.parameters[0]) {
        case BusQueryDeviceID:
          put(child.device_id);
          break;
        case BusQueryInstanceID:
          put(child.instance_id);
          break;
        case BusQueryHardwareIDs:
          put(child.hardware_ids.empty() ? child.device_id + std::u16string(1, u'\0') : child.hardware_ids);
          break;
        case BusQueryCompatibleIDs:
          put(child.compatible_ids);
          break;
        default:
          answer.status = STATUS_NOT_SUPPORTED;
      }
      break;
    case IRP_MN_QUERY_CAPABILITIES: {
      DEVICE_CAPABILITIES capabilities{};
      std::memcpy(&capabilities, request.input.begin(), sizeof(capabilities));
      capabilities.UniqueID = child.unique ? 1 : 0;
      capabilities.RawDeviceOK = child.raw ? 1 : 0;
      capabilities.Address = child.address;
      (void)answer.output.AppendAll(std::as_bytes(std::span(&capabilities, 1)));
      break;
    }
    case IRP_MN_QUERY_RESOURCES:
      (void)answer.output.AppendAll(child.boot);
      break;
    case IRP_MN_QUERY_RESOURCE_REQUIREMENTS:
      (void)answer.output.AppendAll(child.requirements);
      break;
    case IRP_MN_QUERY_BUS_INFORMATION: {
      if (child.pci_bus < 0) {
        answer.status = STATUS_NOT_SUPPORTED;
        break;
      }
      const PNP_BUS_INFORMATION bus{{}, PCIBus, static_cast<ULONG>(child.pci_bus)};
      (void)answer.output.AppendAll(std::as_bytes(std::span(&bus, 1)));
      break;
    }
    case IRP_MN_START_DEVICE:
      device.started = true;
      break;
    case IRP_MN_REMOVE_DEVICE:
      device.started = false;
      break;
    case IRP_MN_QUERY_DEVICE_TEXT:
      answer.status = STATUS_NOT_SUPPORTED;
      break;
    default:
      break;
  }
  return answer;
}

coro::Task<Result<PnpAnswer>> FakePort::SendPnp(DeviceId id, PnpRequest request) {
  if (!devices.contains(id)) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  FakeDevice &top = Top(id);
  const bool bare = top.id == id;
  calls.push_back("pnp " + std::to_string(request.minor) + " " +
                  (bare ? top.child != nullptr ? Narrow(top.child->device_id) : "root" : Narrow(top.service)));
  if (bare) {
    co_return AnswerAsPdo(top, request);
  }
  const DriverKind &kind = kinds[top.service];
  if (kind.hangs.contains(request.minor)) {
    co_await Forever();
  }
  if (kind.dies.contains(request.minor)) {
    Kill(top.host);
    co_return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  if (const auto failure = kind.fails.find(request.minor); failure != kind.fails.end()) {
    PnpAnswer answer;
    answer.status = failure->second;
    co_return answer;
  }
  if (request.minor == IRP_MN_QUERY_DEVICE_RELATIONS) {
    co_return AnswerRelations(top);
  }
  if (request.minor == IRP_MN_QUERY_PNP_DEVICE_STATE) {
    PnpAnswer answer{.status = STATUS_SUCCESS, .information = kind.state};
    co_return answer;
  }
  PnpAnswer answer = AnswerAsPdo(devices[id], request);
  if (request.minor == IRP_MN_REMOVE_DEVICE) {
    // A bus driver deletes its children's devices with its own.
    for (Child &child : kinds[top.service].children) {
      devices.erase(child.pdo);
      child.pdo = DeviceId::kNone;
    }
    devices.erase(top.id);
  }
  co_return answer;
}

Result<DeviceId> FakePort::MakeDevice(const host::DeviceDescription &) {
  const DeviceId id = NewId();
  devices[id] = {.id = id, .pdo = id};
  return id;
}

Result<DeviceFacts> FakePort::Describe(DeviceId id) {
  const auto found = devices.find(id);
  if (found == devices.end()) {
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  return DeviceFacts{.host = found->second.host, .driver = found->second.driver, .name = found->second.name};
}

Result<void> FakePort::Grant(HostId host, DeviceId device, const AssignedResources &resources) {
  if (!NT_SUCCESS(grant_status)) {
    return Fail(grant_status);
  }
  grants[device] = {host, resources.ports.Size(), resources.memory.Size(), resources.interrupts.Size(),
                    resources.interrupts.Empty() ? 0 : resources.interrupts[0].vector};
  return {};
}

void FakePort::Revoke(HostId, DeviceId device) { grants.erase(device); }

void FakePort::Notify(HostId, std::uint64_t cookie, std::span<const std::byte> bytes) {
  notifications.emplace_back(cookie, std::vector(bytes.begin(), bytes.end()));
}

Result<HostId> FakePort::HostOf(ke::Caller &) {
  if (caller_host == HostId::kNone) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  return caller_host;
}

void FakePort::Kill(HostId host) {
  events->HostDying(host);
  std::erase_if(devices, [&](const auto &entry) { return entry.second.host == host; });
  std::erase_if(loaded, [&](const auto &entry) { return entry.second.host == host; });
  hosts.erase(host);
  events->HostGone(host, STATUS_DRIVER_PROCESS_TERMINATED);
}

DeviceId FakePort::PdoOf(std::u16string_view device_id) {
  for (const auto &[id, device] : devices) {
    if (device.child != nullptr && device.child->device_id == device_id) {
      return id;
    }
  }
  return DeviceId::kNone;
}

HostId FakePort::HostOfDriver(std::u16string_view service) {
  for (const auto &[id, row] : loaded) {
    if (row.service == service) {
      return row.host;
    }
  }
  return HostId::kNone;
}

namespace {

template <typename T>
void Put(std::vector<std::byte> &to, const T &value, std::size_t size = sizeof(T)) {
  const auto *bytes = reinterpret_cast<const std::byte *>(&value);
  to.insert(to.end(), bytes, bytes + size);
}

}  // namespace

std::vector<std::byte> RequirementBytes(const std::vector<std::vector<IO_RESOURCE_DESCRIPTOR>> &lists) {
  IO_RESOURCE_REQUIREMENTS_LIST head{};
  head.InterfaceType = Internal;
  head.AlternativeLists = static_cast<ULONG>(lists.size());
  std::vector<std::byte> bytes;
  Put(bytes, head, offsetof(IO_RESOURCE_REQUIREMENTS_LIST, List));
  for (const auto &list : lists) {
    IO_RESOURCE_LIST list_head{};
    list_head.Version = list_head.Revision = 1;
    list_head.Count = static_cast<ULONG>(list.size());
    Put(bytes, list_head, offsetof(IO_RESOURCE_LIST, Descriptors));
    for (const IO_RESOURCE_DESCRIPTOR &descriptor : list) {
      Put(bytes, descriptor);
    }
  }
  const auto size = static_cast<ULONG>(bytes.size());
  std::memcpy(bytes.data(), &size, sizeof(size));
  return bytes;
}

std::vector<std::byte> ResourceBytes(const std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> &list) {
  CM_RESOURCE_LIST head{};
  head.Count = 1;
  head.List[0].PartialResourceList.Count = static_cast<ULONG>(list.size());
  std::vector<std::byte> bytes;
  Put(bytes, head, sizeof(head) - sizeof(CM_PARTIAL_RESOURCE_DESCRIPTOR));
  for (const CM_PARTIAL_RESOURCE_DESCRIPTOR &descriptor : list) {
    Put(bytes, descriptor);
  }
  return bytes;
}

namespace {

IO_RESOURCE_DESCRIPTOR Need(UCHAR type, UCHAR option) {
  IO_RESOURCE_DESCRIPTOR descriptor{};
  descriptor.Type = type;
  descriptor.Option = option;
  descriptor.ShareDisposition = CmResourceShareDeviceExclusive;
  return descriptor;
}

}  // namespace

IO_RESOURCE_DESCRIPTOR NeedPorts(ULONG length, ULONGLONG minimum, ULONGLONG maximum, UCHAR option, ULONG align) {
  IO_RESOURCE_DESCRIPTOR descriptor = Need(CmResourceTypePort, option);
  descriptor.u.Port.Length = length;
  descriptor.u.Port.Alignment = align;
  descriptor.u.Port.MinimumAddress.QuadPart = static_cast<LONGLONG>(minimum);
  descriptor.u.Port.MaximumAddress.QuadPart = static_cast<LONGLONG>(maximum);
  return descriptor;
}

IO_RESOURCE_DESCRIPTOR NeedMemory(ULONG length, ULONGLONG minimum, ULONGLONG maximum, UCHAR option) {
  IO_RESOURCE_DESCRIPTOR descriptor = NeedPorts(length, minimum, maximum, option, length);
  descriptor.Type = CmResourceTypeMemory;
  return descriptor;
}

IO_RESOURCE_DESCRIPTOR NeedLine(ULONG minimum, ULONG maximum, bool level, bool shared, UCHAR option) {
  IO_RESOURCE_DESCRIPTOR descriptor = Need(CmResourceTypeInterrupt, option);
  descriptor.Flags = level ? CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE : CM_RESOURCE_INTERRUPT_LATCHED;
  descriptor.ShareDisposition = shared ? CmResourceShareShared : CmResourceShareDeviceExclusive;
  descriptor.u.Interrupt.MinimumVector = minimum;
  descriptor.u.Interrupt.MaximumVector = maximum;
  return descriptor;
}

IO_RESOURCE_DESCRIPTOR NeedMessages(ULONG count, UCHAR option) {
  IO_RESOURCE_DESCRIPTOR descriptor = Need(CmResourceTypeInterrupt, option);
  descriptor.Flags = CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE;
  descriptor.u.Interrupt.MaximumVector = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN;
  descriptor.u.Interrupt.MinimumVector = CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN - (count - 1);
  return descriptor;
}

IO_RESOURCE_DESCRIPTOR NeedBuses(ULONG length, ULONG minimum, ULONG maximum) {
  IO_RESOURCE_DESCRIPTOR descriptor = Need(CmResourceTypeBusNumber, 0);
  descriptor.u.BusNumber.Length = length;
  descriptor.u.BusNumber.MinBusNumber = minimum;
  descriptor.u.BusNumber.MaxBusNumber = maximum;
  return descriptor;
}

CM_PARTIAL_RESOURCE_DESCRIPTOR HasPorts(ULONGLONG start, ULONG length) {
  CM_PARTIAL_RESOURCE_DESCRIPTOR descriptor{};
  descriptor.Type = CmResourceTypePort;
  descriptor.u.Port.Start.QuadPart = static_cast<LONGLONG>(start);
  descriptor.u.Port.Length = length;
  return descriptor;
}

}  // namespace pnp_test
