// Devices that go: asked first, or gone already.

#include "manager.hpp"

#include <wdm/irp_codes.h>
#include <ke/log.hpp>

namespace pnp {

// The end of one node's stack: REMOVE_DEVICE, then nothing of it is left. The node stays, for its bus still reports it.
coro::Task<Manager::Done> Manager::RemoveOne(Ref<DeviceNode> node) {
  const bool had_stack = node->state == NodeState::kDriversAdded || node->state == NodeState::kResourcesAssigned ||
                         node->state == NodeState::kStarted;
  Array<DriverId> drivers = std::move(node->drivers);
  if (had_stack) {
    node->state = NodeState::kRemoved;
    interfaces_.DisableAll(*node);
    (void)co_await Ask(node, {.minor = IRP_MN_REMOVE_DEVICE});
  }
  ReleaseResources(*node, false);
  node->host = HostId::kNone;
  WriteControl(*node);
  (void)co_await UnloadUnused(std::move(drivers));
  co_return Done();
}

// Query-remove from the leaves up; one refusal and nothing has happened. Then the whole subtree goes.
coro::Task<Manager::Done> Manager::Remove(Ref<DeviceNode> top, Ref<Action> action) {
  const Array<Ref<DeviceNode>> nodes = CO_TRY(tree_.BottomUp(*top));
  for (std::size_t i = 0; i < nodes.Size(); i += 1) {
    if (!nodes[i]->Started()) {
      continue;
    }
    const Result<PnpAnswer> answer = co_await Ask(nodes[i], {.minor = IRP_MN_QUERY_REMOVE_DEVICE});
    const bool fixed = (nodes[i]->user_flags & PNP_DEVICE_NOT_DISABLEABLE) != 0;
    if (answer && !fixed) {
      continue;
    }
    // Those that were asked hear that it is off; NT tells the one that refused as well.
    for (std::size_t j = 0; j <= i; j += 1) {
      if (nodes[j]->Started()) {
        (void)co_await Ask(nodes[j], {.minor = IRP_MN_CANCEL_REMOVE_DEVICE});
      }
    }
    action->veto = CO_TRY(Text::Create(nodes[i]->Instance()));
    co_return Fail(STATUS_PLUGPLAY_QUERY_VETOED);
  }
  for (const Ref<DeviceNode> &node : nodes) {
    if (node->Deleted()) {
      continue;
    }
    (void)co_await RemoveOne(node);
    if (node.Get() != top.Get() && node->children.empty() && !node->Deleted()) {
      // Its bus driver has gone: nobody reports it until the bus is started again.
      arbiters_.Release(node->owner, true);
      tree_.Remove(*node);
    }
  }
  co_return Done();
}

// A device that is not there any more, with everything below it. Nobody is asked.
coro::Task<Manager::Done> Manager::SurpriseRemove(Ref<DeviceNode> top) {
  (void)co_await SurpriseRemoveStack(top);
  if (!top->Deleted() && top->children.empty()) {
    arbiters_.Release(top->owner, true);
    tree_.Remove(*top);
  }
  co_return Done();
}

// As SurpriseRemove, but the node itself stays.
coro::Task<Manager::Done> Manager::SurpriseRemoveStack(Ref<DeviceNode> top) {
  const Array<Ref<DeviceNode>> nodes = CO_TRY(tree_.BottomUp(*top));
  for (const Ref<DeviceNode> &node : nodes) {
    if (node->Started()) {
      interfaces_.DisableAll(*node);
      (void)co_await Ask(node, {.minor = IRP_MN_SURPRISE_REMOVAL});
    }
  }
  for (const Ref<DeviceNode> &node : nodes) {
    if (node->Deleted()) {
      continue;
    }
    (void)co_await RemoveOne(node);
    if (node.Get() != top.Get() && node->children.empty() && !node->Deleted()) {
      arbiters_.Release(node->owner, true);
      tree_.Remove(*node);
    }
  }
  co_return Done();
}

coro::Task<Manager::Done> Manager::RemoveByUser(Ref<Action> action) {
  const Ref<DeviceNode> node = action->node;
  if (node->Deleted() || node->parent == nullptr) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  CO_TRY(co_await Remove(node, action));
  if (!node->Deleted()) {
    node->state = NodeState::kRemoved;
    node->problem = CM_PROB_DISABLED;
    node->problem_status = STATUS_SUCCESS;
  }
  co_return Done();
}

coro::Task<Manager::Done> Manager::StartAgain(Ref<DeviceNode> node) {
  if (node->Deleted()) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  if (node->Started()) {
    co_return Done();
  }
  if (node->state == NodeState::kDriversAdded || node->state == NodeState::kResourcesAssigned) {
    (void)co_await RemoveOne(node);
  }
  if (node->pci) {
    // What the last driver left behind.
    const std::uint64_t rest = hardware_.ResetFunction(*node->pci);
    co_await Delay(dispatcher_, rest);
    hardware_.RestoreFunction(*node->pci);
  }
  if (node->Deleted()) {
    co_return Fail(STATUS_NO_SUCH_DEVICE);
  }
  node->ClearProblem();
  node->state = NodeState::kInitialized;
  (void)co_await Settle();
  co_return node->Started() ? Done()
                            : Done(Fail(NT_SUCCESS(node->problem_status) ? STATUS_UNSUCCESSFUL : node->problem_status));
}

coro::Task<Manager::Done> Manager::Restart(Ref<Action> action) {
  const Ref<DeviceNode> node = action->node;
  CO_TRY(co_await RemoveByUser(action));
  co_return co_await StartAgain(node);
}

// A process with drivers has ended. Devices that lived in it are gone like pulled-out ones; devices that it drove have
// lost their driver, but their bus has not lost them.
coro::Task<Manager::Done> Manager::HostIsGone(HostId host) {
  for (;;) {
    Ref<DeviceNode> node;
    for (DeviceNode *at = &tree_.Root(); at != nullptr; at = tree_.Next(at)) {
      if (at->host == host || (at->parent_host == host && at->parent_host != HostId::kNone)) {
        node = Ref<DeviceNode>(at);
        break;
      }
    }
    if (!node) {
      co_return Done();
    }
    if (node->parent_host == host) {
      (void)co_await SurpriseRemove(node);
      if (!node->Deleted()) {
        node->parent_host = HostId::kNone;  // cannot be: so that this ends
      }
      continue;
    }
    // The children's devices were in the host, or in ones that heard of it; the node's own stack is gone with the host.
    node->drivers.Clear();
    (void)co_await SurpriseRemoveStack(node);
    node->host = HostId::kNone;
    if (!node->Deleted()) {
      node->SetProblem(CM_PROB_FAILED_POST_START, STATUS_DRIVER_PROCESS_TERMINATED);
      if (node->pci) {
        const PciAddress function = *node->pci;
        co_await Delay(dispatcher_, hardware_.ResetFunction(function));
        hardware_.RestoreFunction(function);
      }
    }
  }
}

}  // namespace pnp
