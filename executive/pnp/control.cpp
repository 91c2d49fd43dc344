// NtPlugPlayControl: the device tree as programs see it.

#include "manager.hpp"

#include <pnp/services.hpp>

namespace pnp {
namespace {

constexpr std::size_t kLongestInstance = 400;  // bytes of MAX_DEVICE_ID_LEN characters

// The structure at the caller's pointer, and the node that its first member names.
template <typename T>
struct Captured {
  T data;
  Ref<DeviceNode> node;
};

template <typename T>
Result<T> ReadData(UserPointer buffer, ULONG length) {
  if (length < sizeof(T)) {
    return Fail(STATUS_BUFFER_TOO_SMALL);
  }
  return UserIn<T>(buffer).Read();
}

// An empty name is the root.
Result<Ref<DeviceNode>> NodeNamed(ke::Caller &caller, const UNICODE_STRING &name) {
  Manager *manager = TRY(CurrentManager());
  if (name.Length > kLongestInstance) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  const auto instance = TRY(ke::CapturedString::Create(caller.Space(), name));
  if (instance.View().empty()) {
    return Ref<DeviceNode>(&manager->Tree().Root());
  }
  Ref<DeviceNode> node = manager->Tree().FindInstance(instance.View());
  if (!node) {
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  return node;
}

Result<NTSTATUS> GetRelated(ke::Caller &caller, UserPointer buffer, ULONG length) {
  auto data = TRY(ReadData<PLUGPLAY_CONTROL_RELATED_DEVICE_DATA>(buffer, length));
  const Ref<DeviceNode> node = TRY(NodeNamed(caller, data.TargetDeviceInstance));
  const DeviceNode *related = nullptr;
  switch (data.Relation) {
    case PNP_GET_PARENT_DEVICE:
      related = node->parent;
      break;
    case PNP_GET_CHILD_DEVICE:
      related = node->children.empty() ? nullptr : &node->children.front();
      break;
    case PNP_GET_SIBLING_DEVICE:
      if (node->parent != nullptr) {
        auto next = node->parent->children.iterator_to(*node);
        ++next;
        related = next == node->parent->children.end() ? nullptr : &*next;
      }
      break;
    default:
      return Fail(STATUS_INVALID_PARAMETER);
  }
  if (related == nullptr) {
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  const std::u16string_view instance = related->Instance();
  const bool fits = data.RelatedDeviceInstanceLength >= instance.size();
  data.RelatedDeviceInstanceLength = static_cast<ULONG>(instance.size());
  if (fits) {
    const UserPointer to{&caller.Space(), reinterpret_cast<ke::UserAddress>(data.RelatedDeviceInstance)};
    TRY(to.Write(instance.data(), instance.size() * sizeof(char16_t)));
  }
  TRY(buffer.Write(&data, sizeof(data)));
  return fits ? Result<NTSTATUS>(STATUS_SUCCESS) : Fail(STATUS_BUFFER_TOO_SMALL);
}

ULONG StatusOf(const DeviceNode &node) {
  ULONG status = DN_NT_ENUMERATOR | DN_NT_DRIVER | DN_ENUM_LOADED;
  status |= node.root_enumerated ? DN_ROOT_ENUMERATED : 0;
  status |= !node.drivers.Empty() ? DN_DRIVER_LOADED : 0;
  status |= node.Started() ? DN_STARTED : 0;
  status |= node.HasProblem() ? DN_HAS_PROBLEM : 0;
  status |= node.capabilities.Removable ? DN_REMOVABLE : 0;
  status |= (node.user_flags & PNP_DEVICE_NOT_DISABLEABLE) == 0 && node.parent != nullptr ? DN_DISABLEABLE : 0;
  return status;
}

Result<NTSTATUS> GetStatus(ke::Caller &caller, UserPointer buffer, ULONG length) {
  auto data = TRY(ReadData<PLUGPLAY_CONTROL_STATUS_DATA>(buffer, length));
  const Ref<DeviceNode> node = TRY(NodeNamed(caller, data.DeviceInstance));
  if (data.Operation != PNP_GET_DEVICE_STATUS) {
    // Problems are set by what happens to a device, not by programs.
    return Fail(data.Operation > PNP_CLEAR_DEVICE_PROBLEM ? STATUS_INVALID_PARAMETER : STATUS_NOT_IMPLEMENTED);
  }
  data.DeviceStatus = StatusOf(*node);
  data.DeviceProblem = node->problem;
  TRY(buffer.Write(&data, sizeof(data)));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> GetDepth(ke::Caller &caller, UserPointer buffer, ULONG length) {
  auto data = TRY(ReadData<PLUGPLAY_CONTROL_DEPTH_DATA>(buffer, length));
  const Ref<DeviceNode> node = TRY(NodeNamed(caller, data.DeviceInstance));
  data.DeviceDepth = 0;
  for (const DeviceNode *at = node->parent; at != nullptr; at = at->parent) {
    data.DeviceDepth += 1;
  }
  TRY(buffer.Write(&data, sizeof(data)));
  return STATUS_SUCCESS;
}

Result<Ref<Action>> ActionOn(ke::Caller &caller, ActionKind kind, const UNICODE_STRING &name) {
  Manager *manager = TRY(CurrentManager());
  const Ref<DeviceNode> node = TRY(NodeNamed(caller, name));
  if (node->parent == nullptr && kind != ActionKind::kEnumerate) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);  // the root stays
  }
  Ref<Action> action = TRY(manager->MakeAction(kind));
  action->node = node;
  return action;
}

coro::Task<Result<NTSTATUS>> Act(ke::Caller &caller, ActionKind kind, UserPointer buffer, ULONG length) {
  const auto data = CO_TRY(ReadData<PLUGPLAY_CONTROL_DEVICE_CONTROL_DATA>(buffer, length));
  Ref<Action> action = CO_TRY(ActionOn(caller, kind, data.DeviceInstance));
  Manager *manager = CO_TRY(CurrentManager());
  co_return co_await manager->Await(caller.Wait(), std::move(action));
}

coro::Task<Result<NTSTATUS>> QueryAndRemove(ke::Caller &caller, UserPointer buffer, ULONG length) {
  auto data = CO_TRY(ReadData<PLUGPLAY_CONTROL_QUERY_REMOVE_DATA>(buffer, length));
  const Ref<Action> action = CO_TRY(ActionOn(caller, ActionKind::kRemove, data.DeviceInstance));
  Manager *manager = CO_TRY(CurrentManager());
  const Result<NTSTATUS> done = co_await manager->Await(caller.Wait(), action);
  if (!done && done.error().Code() == STATUS_PLUGPLAY_QUERY_VETOED) {
    const std::u16string_view veto = action->veto.View();
    data.VetoType = PNP_VetoDevice;
    if (data.VetoName != nullptr && data.VetoNameLength >= veto.size()) {
      const UserPointer to{&caller.Space(), reinterpret_cast<ke::UserAddress>(data.VetoName)};
      CO_TRY(to.Write(veto.data(), veto.size() * sizeof(char16_t)));
    }
    data.VetoNameLength = static_cast<ULONG>(veto.size());
    CO_TRY(buffer.Write(&data, sizeof(data)));
  }
  co_return done;
}

coro::Task<Result<NTSTATUS>> AtOnce(Result<NTSTATUS> answer) { co_return answer; }

}  // namespace

coro::Task<Result<NTSTATUS>> NtPlugPlayControl(ke::Caller &caller, PLUGPLAY_CONTROL_CLASS control_class,
                                               UserPointer buffer, ULONG length) {
  switch (control_class) {
    case PlugPlayControlEnumerateDevice:
      return Act(caller, ActionKind::kEnumerate, buffer, length);
    case PlugPlayControlStartDevice:
      return Act(caller, ActionKind::kStart, buffer, length);
    case PlugPlayControlResetDevice:
      return Act(caller, ActionKind::kRestart, buffer, length);
    case PlugPlayControlQueryAndRemoveDevice:
      return QueryAndRemove(caller, buffer, length);
    case PlugPlayControlGetRelatedDevice:
      return AtOnce(GetRelated(caller, buffer, length));
    case PlugPlayControlDeviceStatus:
      return AtOnce(GetStatus(caller, buffer, length));
    case PlugPlayControlGetDeviceDepth:
      return AtOnce(GetDepth(caller, buffer, length));
    default:
      return AtOnce(Fail(control_class < MaxPlugPlayControl ? STATUS_NOT_IMPLEMENTED : STATUS_INVALID_PARAMETER));
  }
}

}  // namespace pnp
