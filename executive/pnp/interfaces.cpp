#include "interfaces.hpp"

#include <pnp/interface_observer.hpp>

#include "guid.hpp"

#include <nt/ntregapi.h>
#include <ob/namespace.hpp>
#include <rtl/upcase.hpp>

#include <algorithm>
#include <cstring>

namespace pnp {
namespace {

constexpr std::u16string_view kPrefix = u"\\??\\";
constexpr std::u16string_view kClasses = u"Control\\DeviceClasses";

// wdmguid.h
constexpr GUID kArrival = {0xcb3a4004, 0x46f0, 0x11d0, {0xb0, 0x8f, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3f}};
constexpr GUID kRemoval = {0xcb3a4005, 0x46f0, 0x11d0, {0xb0, 0x8f, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3f}};
constexpr GUID kTargetRemoved = {0xcb3a4008, 0x46f0, 0x11d0, {0xb0, 0x8f, 0x00, 0x60, 0x97, 0x13, 0x05, 0x3f}};

// DEVICE_INTERFACE_CHANGE_NOTIFICATION as it goes to a host: the pointer is null, the name follows.
struct InterfaceChange {
  USHORT version;
  USHORT size;
  GUID event;
  GUID interface_class;
  PVOID name;
};
// TARGET_DEVICE_REMOVAL_NOTIFICATION; the host fills its file object in.
struct TargetRemoval {
  USHORT version;
  USHORT size;
  GUID event;
  PVOID file;
};

Result<Text> Munge(std::u16string_view instance) {
  Text text = TRY(Text::Create(instance));
  std::ranges::replace(text.Units(), u'\\', u'#');
  return text;
}

// The part of a link behind its class, without the backslash.
std::u16string_view ReferenceOf(std::u16string_view link) {
  const std::size_t slash = link.find(u'\\', kPrefix.size());
  return slash == std::u16string_view::npos ? std::u16string_view() : link.substr(slash + 1);
}

// `\??\x` is published as `\GLOBAL??\x`.
Result<Text> GlobalName(std::u16string_view link) { return Text::Join({u"\\GLOBAL??\\", link.substr(kPrefix.size())}); }

// A link with a reference has a backslash in its name, which no object name may have: the link is that of the device,
// and the reference stays in the path that goes to it.
std::u16string_view LinkPart(std::u16string_view link) { return link.substr(0, link.find(u'\\', kPrefix.size())); }

// The key of an interface: DeviceClasses\{guid}\##?#instance#{guid}\#reference
Result<Key> KeyOf(const DeviceInterface &device_interface) {
  const GuidText guid = ToText(device_interface.interface_class);
  const Text munged = TRY(Munge(device_interface.instance.View()));
  const Text name = TRY(Text::Join({u"##?#", munged.View(), u"#", guid.View()}));
  const Key key = TRY(Key::CreateControlSet({kClasses, guid.View(), name.View()}));
  if (!key.Has(u"DeviceInstance")) {
    TRY(key.WriteText(u"DeviceInstance", device_interface.instance.View()));
  }
  const Text reference = TRY(Text::Join({u"#", ReferenceOf(device_interface.link.View())}));
  return key.Create(reference.View());
}

constinit InterfaceObserver observer = nullptr;

}  // namespace

void UseInterfaceObserver(InterfaceObserver used) { observer = used; }

DeviceInterface *Interfaces::Lookup(std::u16string_view link) {
  for (DeviceInterface &device_interface : interfaces_) {
    if (rtl::EqualNoCase(device_interface.link.View(), link)) {
      return &device_interface;
    }
  }
  return nullptr;
}

const DeviceInterface *Interfaces::Find(std::u16string_view link) const {
  return const_cast<Interfaces *>(this)->Lookup(link);
}

Result<const DeviceInterface *> Interfaces::Register(const DeviceNode &node, const GUID &interface_class,
                                                     std::u16string_view reference) {
  if (reference.find(u'\\') != std::u16string_view::npos || reference.find(u'/') != std::u16string_view::npos) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  DeviceInterface made;
  made.interface_class = interface_class;
  made.pdo = node.pdo;
  made.instance = TRY(Text::Create(node.Instance()));
  const Text munged = TRY(Munge(node.Instance()));
  made.link = TRY(Text::Join(
      {kPrefix, munged.View(), u"#", ToText(interface_class).View(), reference.empty() ? u"" : u"\\", reference}));
  if (DeviceInterface *known = Lookup(made.link.View())) {
    known->pdo = node.pdo;
    return known;
  }
  const Key key = TRY(KeyOf(made));
  TRY(key.WriteText(u"SymbolicLink", made.link.View()));
  TRY(interfaces_.Append(std::move(made)));
  return &interfaces_[interfaces_.Size() - 1];
}

Result<void> Interfaces::Enable(DeviceInterface &device_interface) {
  const DeviceFacts facts = TRY(port_.Describe(device_interface.pdo));
  if (facts.name.empty()) {
    return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  const Text name = TRY(GlobalName(LinkPart(device_interface.link.View())));
  // Interfaces that differ in their reference alone share the link.
  const Result<void> linked = ob::CurrentNamespace().MakeLink(name.View(), facts.name);
  return !linked && linked.error().Code() == STATUS_OBJECT_NAME_COLLISION ? Result<void>() : linked;
}

void Interfaces::Disable(DeviceInterface &device_interface) {
  device_interface.enabled = false;
  const std::u16string_view link = LinkPart(device_interface.link.View());
  const bool shared = std::ranges::any_of(interfaces_.Items(), [&](const DeviceInterface &other) {
    return other.enabled && rtl::EqualNoCase(LinkPart(other.link.View()), link);
  });
  const Result<Text> name = GlobalName(link);
  if (shared || !name) {
    return;
  }
  const Result<Ref<ob::Object>> object = ob::CurrentNamespace().Reference(
      {.name = name->View(), .attributes = OBJ_CASE_INSENSITIVE | OBJ_OPENLINK, .type = &ob::SymbolicLink::kType});
  if (object) {
    (*object)->MakeTemporary();
  }
}

void Interfaces::WriteLinked(const DeviceInterface &device_interface) const {
  const Result<Key> key = KeyOf(device_interface);
  if (!key) {
    return;
  }
  if (const Result<Key> control = key->Create(u"Control", true)) {
    (void)control->WriteDword(u"Linked", device_interface.enabled ? 1 : 0);  // for people's eyes
  }
}

Result<NTSTATUS> Interfaces::SetState(std::u16string_view link, bool enable) {
  DeviceInterface *device_interface = Lookup(link);
  if (device_interface == nullptr) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  if (device_interface->enabled == enable) {
    // IoSetDeviceInterfaceState, WDK.
    return enable ? Result<NTSTATUS>(STATUS_OBJECT_NAME_EXISTS) : Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  if (enable) {
    TRY(Enable(*device_interface));
    device_interface->enabled = true;
  } else {
    Disable(*device_interface);
  }
  WriteLinked(*device_interface);
  Tell(*device_interface, enable);
  return STATUS_SUCCESS;
}

void Interfaces::DisableAll(const DeviceNode &node) {
  for (DeviceInterface &device_interface : interfaces_) {
    if (device_interface.pdo == node.pdo && device_interface.enabled) {
      Disable(device_interface);
      WriteLinked(device_interface);
      Tell(device_interface, false);
    }
  }
  TellTargets(node.pdo);
}

Result<Text> Interfaces::List(const GUID &interface_class, DeviceId pdo, bool disabled_too) const {
  Text list;
  for (const DeviceInterface &device_interface : interfaces_) {
    if (SameGuid(device_interface.interface_class, interface_class) &&
        (pdo == DeviceId::kNone || device_interface.pdo == pdo) && (disabled_too || device_interface.enabled)) {
      TRY(list.Append(device_interface.link.View()));
      TRY(list.Append(std::u16string_view(u"\0", 1)));
    }
  }
  TRY(list.Append(std::u16string_view(u"\0", 1)));
  return list;
}

void Interfaces::TellOne(const Registration &registration, const DeviceInterface &device_interface,
                         bool arrival) const {
  const InterfaceChange change{1, sizeof(InterfaceChange), arrival ? kArrival : kRemoval,
                               device_interface.interface_class, nullptr};
  Bytes bytes;
  const std::u16string_view link = device_interface.link.View();
  // Without memory nobody is told: as when the notification came before the registration.
  if (bytes.AppendAll(std::as_bytes(std::span(&change, 1))) &&
      bytes.AppendAll(std::as_bytes(std::span(link.data(), link.size())))) {
    port_.Notify(registration.host, registration.cookie, bytes.Items());
  }
}

void Interfaces::Tell(const DeviceInterface &device_interface, bool arrival) const {
  if (observer != nullptr) {
    observer(device_interface.interface_class, device_interface.link.View(), arrival);
  }
  for (const Registration &registration : registrations_) {
    if (registration.category == NotificationCategory::kDeviceInterfaceChange &&
        SameGuid(registration.interface_class, device_interface.interface_class)) {
      TellOne(registration, device_interface, arrival);
    }
  }
}

void Interfaces::TellTargets(DeviceId pdo) const {
  const TargetRemoval removal{1, sizeof(TargetRemoval), kTargetRemoved, nullptr};
  for (const Registration &registration : registrations_) {
    if (registration.category == NotificationCategory::kTargetDeviceChange && registration.target == pdo) {
      port_.Notify(registration.host, registration.cookie, std::as_bytes(std::span(&removal, 1)));
    }
  }
}

Result<void> Interfaces::AddRegistration(const Registration &registration, bool existing) {
  TRY(registrations_.Append(registration));
  for (const DeviceInterface &device_interface : interfaces_) {
    if (existing && device_interface.enabled &&
        SameGuid(registration.interface_class, device_interface.interface_class)) {
      TellOne(registration, device_interface, true);
    }
  }
  return {};
}

Result<void> Interfaces::RemoveRegistration(HostId host, std::uint64_t cookie) {
  for (std::size_t i = 0; i < registrations_.Size(); i += 1) {
    if (registrations_[i].host == host && registrations_[i].cookie == cookie) {
      registrations_.Remove(i);
      return {};
    }
  }
  return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
}

std::size_t Interfaces::CountRegistrations(HostId host) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      registrations_.Items(), [&](const Registration &registration) { return registration.host == host; }));
}

void Interfaces::HostGone(HostId host) {
  for (std::size_t i = registrations_.Size(); i-- > 0;) {
    if (registrations_[i].host == host) {
      registrations_.Remove(i);
    }
  }
}

}  // namespace pnp
