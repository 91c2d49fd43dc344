#include "driver_database.hpp"

#include <rtl/upcase.hpp>

#include <algorithm>

namespace pnp {
namespace {

constexpr std::u16string_view kServicesPath = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\";
constexpr std::size_t kLongestId = 200;  // MAX_DEVICE_ID_LEN

Text TextOr(const Key &key, std::u16string_view name) { return key.ReadText(name).value_or(Text()); }

// NT takes a path without a leading backslash from the system's root directory.
Result<Text> ImagePathOf(const Key &key, std::u16string_view name) {
  const Text path = TextOr(key, u"ImagePath");
  if (path.Empty()) {
    return Text::Join({u"\\SystemRoot\\System32\\drivers\\", name, u".sys"});
  }
  return path.View().front() == u'\\' ? path.Copy() : Text::Join({u"\\SystemRoot\\", path.View()});
}

// Where a group stands in ServiceGroupOrder; unknown groups and none come last.
std::size_t OrderOf(const MultiString &order, std::u16string_view group) {
  std::size_t position = 0;
  std::size_t index = 0;
  while (const auto next = order.Next(position)) {
    if (rtl::EqualNoCase(*next, group)) {
      return index;
    }
    index += 1;
  }
  return index + (group.empty() ? 1 : 0);
}

// Whether the service drives devices of the tree: some entry of the database names it, or a class has it as a filter.
bool NamedBy(std::u16string_view root, std::u16string_view service, std::initializer_list<std::u16string_view> values) {
  const Result<Key> list = Key::OpenControlSet({u"Control", root});
  for (std::uint32_t i = 0; list; i += 1) {
    const Result<Key> entry = list->ChildAt(i);
    if (!entry) {
      break;
    }
    for (const std::u16string_view value : values) {
      const Result<MultiString> names = entry->ReadMulti(value);
      if (names && names->Contains(service)) {
        return true;
      }
    }
  }
  return false;
}

// Whether some device below Enum\Root, which has been there since the hive was made, names it.
bool DrivesRootDevice(std::u16string_view service) {
  const Result<Key> root = Key::OpenControlSet({u"Enum\\Root"});
  for (std::uint32_t i = 0; root; i += 1) {
    const Result<Key> device = root->ChildAt(i);
    if (!device) {
      break;
    }
    for (std::uint32_t j = 0;; j += 1) {
      const Result<Key> instance = device->ChildAt(j);
      if (!instance) {
        break;
      }
      if (rtl::EqualNoCase(TextOr(*instance, u"Service").View(), service)) {
        return true;
      }
    }
  }
  return false;
}

bool DrivesDevices(std::u16string_view service) {
  return NamedBy(u"CriticalDeviceDatabase", service, {u"Service"}) ||
         NamedBy(u"Class", service, {u"UpperFilters", u"LowerFilters"}) || DrivesRootDevice(service);
}

// Replaces backslashes, which no key name may have.
Result<Text> DatabaseName(std::u16string_view id) {
  Text name = TRY(Text::Create(id));
  std::ranges::replace(name.Units(), u'\\', u'#');
  return name;
}

Result<void> AppendFilters(const Key &key, std::u16string_view value, Array<Text> &to) {
  const Result<MultiString> filters = key.ReadMulti(value);
  if (!filters) {
    return {};
  }
  std::size_t position = 0;
  while (const auto next = filters->Next(position)) {
    TRY(to.Append(TRY(Text::Create(*next))));
  }
  return {};
}

}  // namespace

Result<Text> Service::RegistryPath() const { return Text::Join({kServicesPath, name.View()}); }

Result<Service> ReadService(std::u16string_view name) {
  if (name.empty() || name.find(u'\\') != std::u16string_view::npos) {
    return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  const Key key = TRY(Key::OpenControlSet({u"Services", name}));
  Service service;
  service.name = TRY(Text::Create(name));
  service.type = ReadDwordOr(key, u"Type", 0);
  service.start = ReadDwordOr(key, u"Start", Service::kDemandStart);
  service.tag = ReadDwordOr(key, u"Tag", 0);
  service.group = TextOr(key, u"Group");
  service.host_group = TextOr(key, u"HostGroup");
  service.image_path = TRY(ImagePathOf(key, name));
  if (service.type != Service::kKernelDriver && service.type != Service::kFileSystemDriver) {
    return Fail(STATUS_ILL_FORMED_SERVICE_ENTRY);
  }
  return service;
}

Result<std::u16string_view> ServiceOfPath(std::u16string_view path) {
  if (path.size() <= kServicesPath.size() || !rtl::EqualNoCase(path.substr(0, kServicesPath.size()), kServicesPath)) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  path.remove_prefix(kServicesPath.size());
  if (path.find(u'\\') != std::u16string_view::npos) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  return path;
}

Result<Array<Service>> LegacyDrivers() {
  const Key services = TRY(Key::OpenControlSet({u"Services"}));
  MultiString order;
  if (const Result<Key> key = Key::OpenControlSet({u"Control\\ServiceGroupOrder"})) {
    order = key->ReadMulti(u"List").value_or(MultiString());
  }
  Array<Service> drivers;
  for (std::uint32_t i = 0;; i += 1) {
    const Result<Key> key = services.ChildAt(i);
    if (!key) {
      break;
    }
    const Text name = TRY(key->Name());
    Result<Service> service = ReadService(name.View());
    if (service && service->start <= Service::kSystemStart && !DrivesDevices(name.View())) {
      TRY(drivers.Append(std::move(*service)));
    }
  }
  std::ranges::sort(drivers.Items(), [&](const Service &a, const Service &b) {
    const auto rank = [&](const Service &service) {
      return (std::uint64_t{service.start} << 32) + OrderOf(order, service.group.View());
    };
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.tag < b.tag;
  });
  return drivers;
}

Result<Match> FindDriver(const MultiString &hardware_ids, const MultiString &compatible_ids) {
  for (const MultiString *ids : {&hardware_ids, &compatible_ids}) {
    std::size_t position = 0;
    while (const auto id = ids->Next(position)) {
      if (id->size() > kLongestId) {
        continue;
      }
      const Text name = TRY(DatabaseName(*id));
      const Result<Key> key = Key::OpenControlSet({u"Control\\CriticalDeviceDatabase", name.View()});
      if (!key) {
        continue;
      }
      Match match{TextOr(*key, u"Service"), TextOr(*key, u"ClassGUID"), TRY(Text::Create(*id))};
      if (!match.service.Empty()) {
        return match;
      }
    }
  }
  return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
}

namespace {

// A key of its own for the driver of a device: the first free number below its class.
Result<Text> MakeDriverKey(std::u16string_view class_guid) {
  constexpr unsigned kMostDrivers = 1000;
  const Key class_key = TRY(Key::CreateControlSet({u"Control\\Class", class_guid}));
  for (unsigned i = 0; i < kMostDrivers; i += 1) {
    const char16_t number[] = {u'0', static_cast<char16_t>(u'0' + i / 100), static_cast<char16_t>(u'0' + i / 10 % 10),
                               static_cast<char16_t>(u'0' + i % 10)};
    const std::u16string_view name(number, std::size(number));
    if (class_key.Child(name)) {
      continue;
    }
    TRY(class_key.Create(name));
    return Text::Join({class_guid, u"\\", name});
  }
  return Fail(STATUS_INSUFFICIENT_RESOURCES);
}

}  // namespace

Result<void> InstallDriver(const Key &instance, std::u16string_view hardware_ids, std::u16string_view compatible_ids) {
  if (!instance.Has(u"Service")) {
    const Result<Match> match = FindDriver(MultiString(hardware_ids), MultiString(compatible_ids));
    if (!match) {
      return match.error().Code() == STATUS_OBJECT_NAME_NOT_FOUND ? Result<void>()
                                                                  : Result<void>(std::unexpected(match.error()));
    }
    TRY(instance.WriteText(u"Service", match->service.View()));
    if (!match->class_guid.Empty()) {
      TRY(instance.WriteText(u"ClassGUID", match->class_guid.View()));
    }
  }
  const Text class_guid = TextOr(instance, u"ClassGUID");
  if (class_guid.Empty() || instance.Has(u"Driver")) {
    return {};
  }
  const Text driver = TRY(MakeDriverKey(class_guid.View()));
  TRY(instance.WriteText(u"Driver", driver.View()));
  const Result<Key> class_key = Key::OpenControlSet({u"Control\\Class", class_guid.View()});
  const Text class_name = class_key ? TextOr(*class_key, u"Class") : Text();
  return class_name.Empty() ? Result<void>() : instance.WriteText(u"Class", class_name.View());
}

Result<DriverStack> DriversOf(const Key &instance) {
  DriverStack stack;
  const Text class_guid = TextOr(instance, u"ClassGUID");
  const Key class_key =
      class_guid.Empty() ? Key() : Key::OpenControlSet({u"Control\\Class", class_guid.View()}).value_or(Key());
  TRY(AppendFilters(instance, u"LowerFilters", stack.services));
  if (class_key) {
    TRY(AppendFilters(class_key, u"LowerFilters", stack.services));
  }
  stack.function = stack.services.Size();
  Text function = TextOr(instance, u"Service");
  if (!function.Empty()) {
    TRY(stack.services.Append(std::move(function)));
  }
  const std::size_t lower = stack.services.Size();
  TRY(AppendFilters(instance, u"UpperFilters", stack.services));
  if (class_key) {
    TRY(AppendFilters(class_key, u"UpperFilters", stack.services));
  }
  if (stack.function == lower) {
    stack.function = stack.services.Size();
  }
  return stack;
}

}  // namespace pnp
