#include "hosts.hpp"

#include <rtl/upcase.hpp>

namespace pnp {

std::u16string_view GroupOf(const Service &service) {
  return service.host_group.Empty() ? service.name.View() : service.host_group.View();
}

const DriverHost *HostTable::FindGroup(std::u16string_view group) const {
  for (const DriverHost &host : hosts_) {
    if (rtl::EqualNoCase(host.group.View(), group)) {
      return &host;
    }
  }
  return nullptr;
}

const DriverHost *HostTable::Find(HostId id) const {
  for (const DriverHost &host : hosts_) {
    if (host.id == id) {
      return &host;
    }
  }
  return nullptr;
}

const LoadedDriver *HostTable::FindDriver(std::u16string_view service, HostId host) const {
  for (const LoadedDriver &driver : drivers_) {
    if ((host == HostId::kNone || driver.host == host) && rtl::EqualNoCase(driver.service.View(), service)) {
      return &driver;
    }
  }
  return nullptr;
}

const LoadedDriver *HostTable::FindDriver(DriverId id) const {
  for (const LoadedDriver &driver : drivers_) {
    if (driver.id == id) {
      return &driver;
    }
  }
  return nullptr;
}

bool HostTable::HasDrivers(HostId host) const {
  for (const LoadedDriver &driver : drivers_) {
    if (driver.host == host) {
      return true;
    }
  }
  return false;
}

Result<void> HostTable::AddHost(HostId host, std::u16string_view group) {
  return hosts_.Append({host, TRY(Text::Create(group))});
}

void HostTable::RemoveDriver(DriverId id) {
  for (std::size_t i = drivers_.Size(); i-- > 0;) {
    if (drivers_[i].id == id) {
      drivers_.Remove(i);
    }
  }
}

void HostTable::RemoveHost(HostId id) {
  for (std::size_t i = drivers_.Size(); i-- > 0;) {
    if (drivers_[i].host == id) {
      drivers_.Remove(i);
    }
  }
  for (std::size_t i = hosts_.Size(); i-- > 0;) {
    if (hosts_[i].id == id) {
      hosts_.Remove(i);
    }
  }
}

}  // namespace pnp
