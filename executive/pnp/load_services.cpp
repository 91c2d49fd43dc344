// NtLoadDriver and NtUnloadDriver.

#include "manager.hpp"

#include <pnp/services.hpp>

namespace pnp {
namespace {

// The action for the service that the path names.
Result<Ref<Action>> ActionFor(ActionKind kind, UserIn<UNICODE_STRING> path) {
  Manager *manager = TRY(CurrentManager());
  const auto captured = TRY(ke::CapturedString::Create(path));
  const std::u16string_view service = TRY(ServiceOfPath(captured.View()));
  const Ref<Action> action = TRY(manager->MakeAction(kind));
  action->text = TRY(Text::Create(service));
  return action;
}

coro::Task<Result<NTSTATUS>> Run(ke::Caller &caller, ActionKind kind, UserIn<UNICODE_STRING> path) {
  Ref<Action> action = CO_TRY(ActionFor(kind, path));
  Manager *manager = CO_TRY(CurrentManager());
  co_return co_await manager->Await(caller.Wait(), std::move(action));
}

}  // namespace

coro::Task<Result<NTSTATUS>> NtLoadDriver(ke::Caller &caller, UserIn<UNICODE_STRING> driver_service_name) {
  return Run(caller, ActionKind::kLoad, driver_service_name);
}

coro::Task<Result<NTSTATUS>> NtUnloadDriver(ke::Caller &caller, UserIn<UNICODE_STRING> driver_service_name) {
  return Run(caller, ActionKind::kUnload, driver_service_name);
}

}  // namespace pnp
