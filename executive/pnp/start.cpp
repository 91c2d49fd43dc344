#include <pnp/start.hpp>

#include "manager.hpp"

#include <new>

namespace pnp {

Result<PortEvents *> Initialise(ke::Dispatcher &dispatcher, DriverPort &port) {
  auto *manager = new (std::nothrow) Manager(dispatcher, port, Machine());
  if (manager == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  if (const Result<void> created = manager->Create(); !created) {
    delete manager;
    return std::unexpected(created.error());
  }
  UseManager(manager);  // for ever
  return manager;
}

Result<void> Start(FirstPassDone done) {
  Manager *manager = TRY(CurrentManager());
  return manager->Start(done);
}

}  // namespace pnp
