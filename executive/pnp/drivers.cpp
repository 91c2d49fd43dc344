// Loading and unloading of drivers.

#include "manager.hpp"

#include <ke/log.hpp>
#include <rtl/upcase.hpp>

namespace pnp {
namespace {

void SayDriver(std::u16string_view service, std::string_view what, NTSTATUS status) {
  ke::Line line;
  line << "pnp: driver '" << service << "' " << what << ": ";
  ke::Log(line.Status(status));
}

}  // namespace

// The host process of a group, started when there is none.
coro::Task<Result<HostId>> Manager::HostFor(Text group) {
  if (const DriverHost *host = hosts_.FindGroup(group.View())) {
    co_return host->id;
  }
  const HostId host = CO_TRY(co_await Timed(dispatcher_, kDriverPatience, port_.StartHost(group.View())));
  if (const Result<void> added = hosts_.AddHost(host, group.View()); !added) {
    port_.StopHost(host);
    co_return std::unexpected(added.error());
  }
  co_return host;
}

// The driver of a service, loaded if it is not. `host` kNone: in the host of its own group.
coro::Task<Result<DriverId>> Manager::Load(Text name, HostId host, bool legacy) {
  if (const LoadedDriver *driver = hosts_.FindDriver(name.View(), host)) {
    co_return driver->id;
  }
  const Service service = CO_TRY(ReadService(name.View()));
  if (host == HostId::kNone) {
    host = CO_TRY(co_await HostFor(CO_TRY(Text::Create(GroupOf(service)))));
  }
  // A class driver may be loaded in several hosts: only the first has the plain name.
  const bool again = hosts_.FindDriver(name.View()) != nullptr;
  const DriverHost *known = hosts_.Find(host);
  if (known == nullptr) {
    co_return Fail(STATUS_DRIVER_PROCESS_TERMINATED);
  }
  const Text registry_path = CO_TRY(service.RegistryPath());
  const Text object_name =
      CO_TRY(Text::Join({service.type == Service::kFileSystemDriver ? u"\\FileSystem\\" : u"\\Driver\\", name.View(),
                         again ? u"@" : u"", again ? known->group.View() : u""}));
  const Result<DriverId> driver = co_await Timed(
      dispatcher_, kDriverPatience,
      port_.LoadDriver(
          host, {service.name.View(), registry_path.View(), service.image_path.View(), object_name.View(), legacy}));
  if (!driver) {
    SayDriver(name.View(), "cannot be loaded", driver.error().Code());
    if (!hosts_.HasDrivers(host) && hosts_.Find(host) != nullptr) {
      // A process in which DriverEntry has failed, or still runs, serves nobody.
      hosts_.RemoveHost(host);
      port_.TerminateHost(host, driver.error().Code());
    }
    co_return driver;
  }
  LoadedDriver loaded{*driver, host, CO_TRY(name.Copy()), legacy && !port_.HasAddDevice(*driver)};
  CO_TRY(hosts_.AddDriver(std::move(loaded)));
  co_return *driver;
}

// Boot: the drivers that make their devices themselves.
coro::Task<Manager::Done> Manager::LoadLegacy(std::uint32_t start) {
  const Array<Service> services = CO_TRY(LegacyDrivers());
  for (const Service &service : services) {
    if (service.start == start) {
      (void)co_await Load(CO_TRY(service.name.Copy()), HostId::kNone, true);
    }
  }
  co_return Done();
}

coro::Task<Manager::Done> Manager::LoadByName(Ref<Action> action) {
  if (hosts_.FindDriver(action->text.View()) != nullptr) {
    co_return Fail(STATUS_IMAGE_ALREADY_LOADED);
  }
  CO_TRY(co_await Load(CO_TRY(action->text.Copy()), HostId::kNone, true));
  // Devices that have waited for it try again.
  for (DeviceNode *node = &tree_.Root(); node != nullptr; node = tree_.Next(node)) {
    const bool failed_load = node->problem == CM_PROB_DRIVER_FAILED_LOAD || node->problem == CM_PROB_FAILED_ADD;
    if (failed_load && rtl::EqualNoCase(node->service.View(), action->text.View())) {
      node->ClearProblem();
      node->state = NodeState::kInitialized;
    }
  }
  co_return Done();
}

coro::Task<Manager::Done> Manager::UnloadByName(Ref<Action> action) {
  const LoadedDriver *driver = hosts_.FindDriver(action->text.View());
  if (driver == nullptr) {
    co_return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
  }
  const DriverId id = driver->id;
  const HostId host = driver->host;
  for (DeviceNode *node = &tree_.Root(); node != nullptr; node = tree_.Next(node)) {
    for (const DriverId used : node->drivers) {
      if (used == id) {
        co_return Fail(STATUS_INVALID_DEVICE_REQUEST);  // its devices go by plug and play
      }
    }
  }
  if (!port_.CanUnload(id)) {
    co_return Fail(STATUS_INVALID_DEVICE_REQUEST);
  }
  CO_TRY(co_await Timed(dispatcher_, kDriverPatience, port_.UnloadDriver(id)));
  hosts_.RemoveDriver(id);
  if (!hosts_.HasDrivers(host) && hosts_.Find(host) != nullptr) {
    hosts_.RemoveHost(host);
    port_.StopHost(host);
  }
  co_return Done();
}

// Takes those of the drivers out that have no device any more.
coro::Task<Manager::Done> Manager::UnloadUnused(Array<DriverId> drivers) {
  for (const DriverId id : drivers) {
    const LoadedDriver *driver = hosts_.FindDriver(id);
    if (driver == nullptr || driver->legacy || port_.DeviceCount(id) != 0 || !port_.CanUnload(id)) {
      continue;
    }
    const HostId host = driver->host;
    const Done unloaded = co_await Timed(dispatcher_, kDriverPatience, port_.UnloadDriver(id));
    if (!unloaded) {
      continue;
    }
    hosts_.RemoveDriver(id);
    if (!hosts_.HasDrivers(host) && hosts_.Find(host) != nullptr) {
      hosts_.RemoveHost(host);
      port_.StopHost(host);
    }
  }
  co_return Done();
}

}  // namespace pnp
