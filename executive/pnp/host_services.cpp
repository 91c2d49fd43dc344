// The Wdm* services of plug and play: what drivers ask of the manager.

#include "host_services.hpp"

#include "guid.hpp"

#include <nt/ntregapi.h>
#include <cm/key.hpp>
#include <ob/attributes.hpp>
#include <pnp/services.hpp>

namespace pnp {
namespace {

constexpr ULONG kLongestReference = 256;        // characters
constexpr ULONG kIncludeNonactive = 1;          // DEVICE_INTERFACE_INCLUDE_NONACTIVE
constexpr ULONG kIncludeExisting = 1;           // PNPNOTIFY_DEVICE_INTERFACE_INCLUDE_EXISTING_INTERFACES
constexpr std::size_t kMostRegistrations = 64;  // of one host

Result<NTSTATUS> GiveText(std::u16string_view text, UserPointer to, ULONG length, UserOut<ULONG> return_length) {
  const auto bytes = static_cast<ULONG>(text.size() * sizeof(char16_t));
  TRY(return_length.Write(bytes));
  if (length < bytes) {
    return Fail(STATUS_BUFFER_TOO_SMALL);
  }
  TRY(to.Write(text.data(), bytes));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> QueueFor(Manager &manager, ActionKind kind, const Ref<DeviceNode> &node) {
  // Asking twice is asking once: a driver cannot fill the queue.
  if (!manager.IsQueued(kind, *node)) {
    const Ref<Action> action = TRY(manager.MakeAction(kind));
    action->node = node;
    manager.Queue(action);
  }
  return STATUS_SUCCESS;
}

}  // namespace

Result<HostDevice> FindHostDevice(ke::Caller &caller, ULONGLONG device) {
  Manager *manager = TRY(CurrentManager());
  const HostId host = TRY(manager->Port().HostOf(caller));
  const Ref<DeviceNode> node = manager->Tree().FindPdo(static_cast<DeviceId>(device));
  if (!node) {
    return Fail(STATUS_NO_SUCH_DEVICE);
  }
  if (node->host != host && node->parent_host != host) {
    return Fail(STATUS_ACCESS_DENIED);
  }
  return HostDevice{manager, host, node};
}

Result<NTSTATUS> WdmInvalidateDeviceRelations(ke::Caller &caller, ULONGLONG device, ULONG type) {
  const HostDevice found = TRY(FindHostDevice(caller, device));
  switch (type) {
    case BusRelations:
    case SingleBusRelations:
      return QueueFor(*found.manager, ActionKind::kEnumerate, found.node);
    case EjectionRelations:
    case PowerRelations:
    case RemovalRelations:
      return STATUS_SUCCESS;  // they are not kept: nothing to ask for again
    default:
      return Fail(STATUS_INVALID_PARAMETER);
  }
}

Result<NTSTATUS> WdmInvalidateDeviceState(ke::Caller &caller, ULONGLONG device) {
  const HostDevice found = TRY(FindHostDevice(caller, device));
  return QueueFor(*found.manager, ActionKind::kAskState, found.node);
}

Result<NTSTATUS> WdmRegisterInterface(ke::Caller &caller, ULONGLONG device, UserIn<GUID> interface_class,
                                      UserIn<UNICODE_STRING> reference, UserPointer link_name, ULONG length,
                                      UserOut<ULONG> return_length) {
  const GUID guid = TRY(interface_class.Read());
  ke::CapturedString text;
  if (reference) {
    text = TRY(ke::CapturedString::Create(reference));
  }
  if (text.View().size() > kLongestReference) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  Result<HostDevice> found = FindHostDevice(caller, device);
  if (!found && found.error().Code() == STATUS_NO_SUCH_DEVICE) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);  // IoRegisterDeviceInterface, WDK
  }
  const HostDevice &owner = TRY(std::move(found));
  const DeviceInterface *made = TRY(owner.manager->DeviceInterfaces().Register(*owner.node, guid, text.View()));
  return GiveText(made->link.View(), link_name, length, return_length);
}

Result<NTSTATUS> WdmSetInterfaceState(ke::Caller &caller, UserIn<UNICODE_STRING> link_name, BOOLEAN enable) {
  const auto link = TRY(ke::CapturedString::Create(link_name));
  Manager *manager = TRY(CurrentManager());
  TRY(manager->Port().HostOf(caller));
  const DeviceInterface *found = manager->DeviceInterfaces().Find(link.View());
  if (found == nullptr) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  TRY(FindHostDevice(caller, static_cast<ULONGLONG>(found->pdo)));
  return manager->DeviceInterfaces().SetState(link.View(), enable != FALSE);
}

Result<NTSTATUS> WdmGetInterfaces(ke::Caller &caller, UserIn<GUID> interface_class, ULONGLONG device, ULONG flags,
                                  UserPointer list, ULONG length, UserOut<ULONG> return_length) {
  const GUID guid = TRY(interface_class.Read());
  Manager *manager = TRY(CurrentManager());
  TRY(manager->Port().HostOf(caller));
  const Text names =
      TRY(manager->DeviceInterfaces().List(guid, static_cast<DeviceId>(device), (flags & kIncludeNonactive) != 0));
  return GiveText(names.View(), list, length, return_length);
}

Result<NTSTATUS> WdmOpenDeviceKey(ke::Caller &caller, ULONGLONG device, ULONG key_type, ACCESS_MASK desired_access,
                                  UserOut<HANDLE> key_handle) {
  Result<HostDevice> found = FindHostDevice(caller, device);
  if (!found && found.error().Code() == STATUS_NO_SUCH_DEVICE) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  const HostDevice owner = TRY(std::move(found));
  const Key instance = TRY(owner.node->Registry());
  Key key;
  switch (key_type) {
    case PLUGPLAY_REGKEY_DEVICE:
      key = TRY(instance.Create(u"Device Parameters"));
      break;
    case PLUGPLAY_REGKEY_DRIVER: {
      const Text driver = TRY(instance.ReadText(u"Driver"));
      key = TRY(Key::OpenControlSet({u"Control\\Class", driver.View()}));
      break;
    }
    default:
      // Hardware profiles are not kept.
      return Fail((key_type & PLUGPLAY_REGKEY_CURRENT_HWPROFILE) != 0 ? STATUS_NOT_IMPLEMENTED
                                                                      : STATUS_INVALID_PARAMETER);
  }
  const ACCESS_MASK granted = TRY(ob::GrantAccess(cm::KeyObject::kType, desired_access));
  const Ref<cm::KeyObject> object = TRY(cm::KeyObject::Create(key.Node()));
  const HANDLE handle = TRY(caller.Handles().Insert(object, granted));
  TRY(ob::HandOut(caller, key_handle, handle));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> WdmRegisterNotification(ke::Caller &caller, ULONG category, ULONG flags, UserIn<GUID> interface_class,
                                         HANDLE file, ULONGLONG cookie) {
  Manager *manager = TRY(CurrentManager());
  Registration registration;
  registration.host = TRY(manager->Port().HostOf(caller));
  registration.cookie = cookie;
  registration.category = static_cast<NotificationCategory>(category);
  switch (category) {
    case static_cast<ULONG>(NotificationCategory::kHardwareProfileChange):
      break;  // there is one profile: nothing will ever be told
    case static_cast<ULONG>(NotificationCategory::kDeviceInterfaceChange):
      if (!interface_class) {
        return Fail(STATUS_INVALID_PARAMETER);
      }
      registration.interface_class = TRY(interface_class.Read());
      break;
    case static_cast<ULONG>(NotificationCategory::kTargetDeviceChange): {
      // The file is open on the stack of some PDO.
      DeviceId device = TRY(manager->Port().DeviceOf(caller, file));
      while (!manager->Tree().FindPdo(device)) {
        device = TRY(manager->Port().Describe(device)).lower;
        if (device == DeviceId::kNone) {
          return Fail(STATUS_INVALID_DEVICE_REQUEST);
        }
      }
      registration.target = device;
      break;
    }
    default:
      return Fail(STATUS_INVALID_PARAMETER);
  }
  if (manager->DeviceInterfaces().CountRegistrations(registration.host) >= kMostRegistrations) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  const bool existing =
      registration.category == NotificationCategory::kDeviceInterfaceChange && (flags & kIncludeExisting) != 0;
  TRY(manager->DeviceInterfaces().AddRegistration(registration, existing));
  return STATUS_SUCCESS;
}

Result<NTSTATUS> WdmUnregisterNotification(ke::Caller &caller, ULONGLONG cookie) {
  Manager *manager = TRY(CurrentManager());
  const HostId host = TRY(manager->Port().HostOf(caller));
  TRY(manager->DeviceInterfaces().RemoveRegistration(host, cookie));
  return STATUS_SUCCESS;
}

}  // namespace pnp
