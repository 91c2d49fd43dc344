// A device's stack, its resources, its start.

#include "manager.hpp"

#include <nt/ntregapi.h>
#include <wdm/irp_codes.h>

#include <cstring>

namespace pnp {
namespace {

constexpr ULONG kConfigDisabled = 0x00000001;  // CONFIGFLAG_DISABLED

template <typename T>
Result<void> AppendValue(Bytes &to, const T &value) {
  return to.AppendAll(std::as_bytes(std::span(&value, 1)));
}

}  // namespace

coro::Task<Manager::Done> Manager::AddDrivers(Ref<DeviceNode> node) {
  const Key key = CO_TRY(node->Registry());
  if ((ReadDwordOr(key, u"ConfigFlags", 0) & kConfigDisabled) != 0) {
    node->SetProblem(CM_PROB_DISABLED, STATUS_SUCCESS);
    co_return Done();
  }
  node->service = key.ReadText(u"Service").value_or(Text());
  DriverStack stack = CO_TRY(DriversOf(key));
  if (node->service.Empty()) {
    if (!node->capabilities.RawDeviceOK) {
      node->problem = CM_PROB_FAILED_INSTALL;  // no driver for it: nothing to make a noise about
      co_return Done();
    }
    if (stack.services.Empty()) {
      node->state = NodeState::kDriversAdded;
      co_return Done();
    }
  } else if (const Result<Service> service = ReadService(node->service.View()); !service) {
    node->SetProblem(CM_PROB_DRIVER_SERVICE_KEY_INVALID, service.error().Code());
    co_return Done();
  } else if (service->start == Service::kDisabled) {
    node->SetProblem(CM_PROB_DISABLED_SERVICE, STATUS_SUCCESS);
    co_return Done();
  }
  CO_TRY(co_await AddStack(node, std::move(stack)));
  co_return Done();
}

// Loads the drivers into the function driver's host and calls AddDevice, bottom up. A filter that fails is left out
// with a problem only if it is the function driver.
coro::Task<Manager::Done> Manager::AddStack(Ref<DeviceNode> node, DriverStack stack) {
  const std::size_t leader = stack.function < stack.services.Size() ? stack.function : 0;
  const Result<DriverId> first = co_await Load(CO_TRY(stack.services[leader].Copy()), HostId::kNone, false);
  if (!first) {
    const bool entry =
        first.error().Code() == STATUS_IO_TIMEOUT || first.error().Code() == STATUS_DRIVER_PROCESS_TERMINATED;
    node->SetProblem(entry ? CM_PROB_FAILED_DRIVER_ENTRY : CM_PROB_DRIVER_FAILED_LOAD, first.error().Code());
    co_return Done();
  }
  const LoadedDriver *leading = hosts_.FindDriver(*first);
  if (leading == nullptr) {
    co_return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  node->host = leading->host;
  Array<DriverId> drivers;
  for (std::size_t i = 0; i < stack.services.Size(); i += 1) {
    Result<DriverId> driver = i == leader ? first : co_await Load(CO_TRY(stack.services[i].Copy()), node->host, false);
    Done added;
    if (driver && !port_.HasAddDevice(*driver)) {
      driver = Fail(STATUS_INVALID_DEVICE_REQUEST);
    }
    if (driver) {
      added = co_await Timed(dispatcher_, kDriverPatience, port_.AddDevice(*driver, node->pdo));
    } else {
      added = std::unexpected(driver.error());
    }
    if (node->state != NodeState::kInitialized) {
      co_return Done();  // its host or its bus went meanwhile
    }
    if (added) {
      CO_TRY(drivers.Append(*driver));
    } else if (i == stack.function) {
      // The stack that is there already goes as it would after a start.
      node->drivers = std::move(drivers);
      const NTSTATUS status = added.error().Code();
      node->state = NodeState::kDriversAdded;
      (void)co_await RemoveOne(node);
      if (!node->Deleted()) {
        node->SetProblem(CM_PROB_FAILED_ADD, status);
      }
      co_return Done();
    } else {
      node->SetProblem(CM_PROB_FAILED_FILTER, added.error().Code());
      node->ClearProblem();  // said on the console; the device goes without it
    }
  }
  node->drivers = std::move(drivers);
  node->state = NodeState::kDriversAdded;
  co_return Done();
}

Result<Requirements> Manager::RequirementsOf(DeviceNode &node) {
  const INTERFACE_TYPE interface_type = node.has_bus ? node.bus.LegacyBusType : Internal;
  const ULONG bus = node.has_bus ? node.bus.BusNumber : 0;
  if (node.requirements_list.Empty()) {
    return RequireExactly(node.boot_resources, interface_type, bus);
  }
  return ParseRequirements(node.requirements_list.Items());
}

// Lets the stack filter what the bus asked for, and finds it.
coro::Task<Manager::Done> Manager::AssignResources(Ref<DeviceNode> node) {
  Requirements requirements = CO_TRY(RequirementsOf(*node));
  if (!node->requirements_list.Empty() && !node->drivers.Empty()) {
    PnpRequest request{.minor = IRP_MN_FILTER_RESOURCE_REQUIREMENTS, .room = host::kPnpBuffer};
    CO_TRY(request.input.AppendAll(node->requirements_list.Items()));
    const Result<PnpAnswer> filtered = co_await Ask(node, std::move(request));
    if (node->state != NodeState::kDriversAdded) {
      co_return Done();
    }
    if (filtered && !filtered->output.Empty()) {
      Result<Requirements> better = ParseRequirements(filtered->output.Items());
      if (!better) {
        node->SetProblem(CM_PROB_INVALID_DATA, better.error().Code());
        co_return Done();
      }
      requirements = std::move(*better);
    }
  }
  Result<Assignment> assignment = Assign(arbiters_, node->owner, requirements, node->pci);
  if (!assignment) {
    node->SetProblem(CM_PROB_NORMAL_CONFLICT, assignment.error().Code());
    co_return Done();
  }
  const INTERFACE_TYPE interface_type = node->has_bus ? node->bus.LegacyBusType : Internal;
  const ULONG bus = node->has_bus ? node->bus.BusNumber : 0;
  Result<Bytes> raw = WriteResources(assignment->raw.Items(), interface_type, bus);
  Result<Bytes> translated = WriteResources(assignment->translated.Items(), interface_type, bus);
  if (!raw || !translated) {
    arbiters_.Release(node->owner, false);
    co_return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  node->raw_list = std::move(*raw);
  node->translated_list = std::move(*translated);
  node->resources = std::move(assignment->resources);
  node->state = NodeState::kResourcesAssigned;
  co_return Done();
}

// What the driver may touch, and its messages, before it hears of them.
Result<void> Manager::Grant(DeviceNode &node) {
  if (node.host == HostId::kNone || node.resources.Empty()) {
    return {};
  }
  if (node.pci) {
    TRY(hardware_.KeepMessageTable(*node.pci, node.resources));
  }
  TRY(port_.Grant(node.host, node.pdo, node.resources));
  return node.pci ? hardware_.PrepareInterrupts(*node.pci, node.resources) : Result<void>();
}

void Manager::ReleaseResources(DeviceNode &node, bool boot) {
  if (node.pci && node.host != HostId::kNone) {
    // What the driver should have switched off itself.
    hardware_.DisableMessages(*node.pci);
    hardware_.DisableBusMaster(*node.pci);
  }
  if (node.host != HostId::kNone && !node.resources.Empty()) {
    port_.Revoke(node.host, node.pdo);
  }
  arbiters_.Release(node.owner, boot);
  node.resources = AssignedResources();
  node.raw_list.Clear();
  node.translated_list.Clear();
}

// What devtree shows: the volatile key Control of the device.
void Manager::WriteControl(DeviceNode &node) {
  const Result<Key> key = node.Registry();
  if (!key) {
    return;
  }
  const Result<Key> control = key->Create(u"Control", true);
  if (!control) {
    return;
  }
  // For people's eyes: that one of these cannot be written changes nothing for the device.
  if (node.raw_list.Empty()) {
    control->Delete(u"AllocConfig");
  } else {
    (void)control->WriteBytes(u"AllocConfig", REG_RESOURCE_LIST, node.raw_list.Items());
  }
  if (node.host == HostId::kNone) {
    control->Delete(u"ActiveService");
    control->Delete(u"ProcessId");
  } else {
    (void)control->WriteText(u"ActiveService", node.service.View());
    (void)control->WriteDword(u"ProcessId", static_cast<std::uint32_t>(port_.ProcessOf(node.host)));
  }
}

coro::Task<Manager::Done> Manager::StartDevice(Ref<DeviceNode> node) {
  if (const Result<void> granted = Grant(*node); !granted) {
    const NTSTATUS status = granted.error().Code();
    const ULONG problem = hardware_.UsesConsole(node->resources) ? CM_PROB_USED_BY_DEBUGGER : CM_PROB_NORMAL_CONFLICT;
    (void)co_await RemoveOne(node);
    if (!node->Deleted()) {
      node->SetProblem(problem, status);
    }
    co_return Done();
  }
  PnpRequest request{.minor = IRP_MN_START_DEVICE};
  CO_TRY(AppendValue(request.input, static_cast<std::uint32_t>(node->raw_list.Size())));
  CO_TRY(AppendValue(request.input, static_cast<std::uint32_t>(node->translated_list.Size())));
  CO_TRY(request.input.AppendAll(node->raw_list.Items()));
  CO_TRY(request.input.AppendAll(node->translated_list.Items()));
  const Result<PnpAnswer> answer = co_await Ask(node, std::move(request));
  if (node->state != NodeState::kResourcesAssigned) {
    co_return Done();
  }
  if (!answer) {
    const NTSTATUS status = answer.error().Code();
    (void)co_await RemoveOne(node);
    if (!node->Deleted()) {
      node->SetProblem(CM_PROB_FAILED_START, status);
    }
    co_return Done();
  }
  node->state = NodeState::kStarted;
  node->enumerate = true;
  WriteControl(*node);
  (void)co_await AskState(node);
  co_return Done();
}

// IRP_MN_QUERY_PNP_DEVICE_STATE, after the start and after IoInvalidateDeviceState.
coro::Task<Manager::Done> Manager::AskState(Ref<DeviceNode> node) {
  if (!node->Started() || node->pdo == DeviceId::kNone) {
    co_return Done();
  }
  const Result<PnpAnswer> answer = co_await Ask(node, {.minor = IRP_MN_QUERY_PNP_DEVICE_STATE});
  if (!answer || !node->Started()) {
    co_return Done();
  }
  node->user_flags = static_cast<ULONG>(answer->information);
  if ((node->user_flags & (PNP_DEVICE_FAILED | PNP_DEVICE_REMOVED | PNP_DEVICE_DISABLED)) != 0) {
    const bool disabled = (node->user_flags & PNP_DEVICE_DISABLED) != 0;
    (void)co_await SurpriseRemoveStack(node);
    if (!node->Deleted()) {
      node->SetProblem(disabled ? CM_PROB_HARDWARE_DISABLED : CM_PROB_FAILED_POST_START, STATUS_SUCCESS);
    }
  } else if ((node->user_flags & PNP_DEVICE_RESOURCE_REQUIREMENTS_CHANGED) != 0) {
    co_return co_await Rebalance(node);
  }
  co_return Done();
}

// The device wants other resources: it is stopped, assigned again and started.
coro::Task<Manager::Done> Manager::Rebalance(Ref<DeviceNode> node) {
  if (!co_await Ask(node, {.minor = IRP_MN_QUERY_STOP_DEVICE})) {
    (void)co_await Ask(node, {.minor = IRP_MN_CANCEL_STOP_DEVICE});
    co_return Done();
  }
  (void)co_await Ask(node, {.minor = IRP_MN_STOP_DEVICE});
  if (!node->Started()) {
    co_return Done();
  }
  ReleaseResources(*node, false);
  node->state = NodeState::kDriversAdded;
  const Key key = CO_TRY(node->Registry());
  co_return co_await QueryResources(node, key);
}

}  // namespace pnp
