// The end: every device hears of it, children before their parents, and last the machine's own bus driver, which
// switches off or resets.

#include "manager.hpp"

#include <wdm/irp_codes.h>
#include <wdm/pnp_types.h>
#include <pnp/services.hpp>

namespace pnp {
namespace {

constexpr ke::InterruptTime kPatience = 2 * 10'000'000ull;

PnpRequest SetSystemPower(POWER_ACTION action) {
  // IO_STACK_LOCATION.Parameters.Power: system context, type, state, action.
  return {.major = IRP_MJ_POWER,
          .minor = IRP_MN_SET_POWER,
          .parameters = {0, SystemPowerState, PowerSystemShutdown, static_cast<std::uint64_t>(action)}};
}

}  // namespace

coro::Task<Manager::Done> Manager::PowerDown(Ref<Action> action) {
  Array<Ref<DeviceNode>> nodes = CO_TRY(tree_.BottomUp(tree_.Root()));
  for (const Ref<DeviceNode> &node : nodes) {
    if (node->Started() && node->pdo != DeviceId::kNone) {
      // Nobody can hold the machine up any more: what a driver answers is of no interest.
      (void)co_await Timed(dispatcher_, kPatience, port_.SendPnp(node->pdo, SetSystemPower(action->power)));
    }
  }
  co_return Done();
}

coro::Task<Result<NTSTATUS>> PowerDownDevices(ke::Caller &caller, POWER_ACTION power) {
  Manager *manager = CO_TRY(CurrentManager());
  Ref<Action> action = CO_TRY(manager->MakeAction(ActionKind::kPowerDown));
  action->power = power;
  co_return co_await manager->Await(caller.Wait(), std::move(action));
}

}  // namespace pnp
