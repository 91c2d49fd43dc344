#include "manager.hpp"

#include <ke/log.hpp>

#include <new>

namespace pnp {
namespace {

constinit Manager *current = nullptr;

}  // namespace

Result<Manager *> CurrentManager() {
  if (current == nullptr) {
    return Fail(STATUS_DEVICE_NOT_READY);
  }
  return current;
}
void UseManager(Manager *manager) { current = manager; }

Manager::~Manager() {
  actions_.clear_and_dispose([](Action *action) { action->Release(); });
}

Result<void> Manager::Create() {
  TRY(tree_.Create());
  return hardware_.Describe(arbiters_);
}

Result<void> Manager::Start(FirstPassDone done) {
  const Ref<Action> action = TRY(MakeAction(ActionKind::kFirstPass));
  first_pass_done_ = done;
  Queue(action);
  return {};
}

Result<Ref<Action>> Manager::MakeAction(ActionKind kind) {
  auto *action = new (std::nothrow) Action(kind);
  auto *event = new (std::nothrow) ke::Standalone<ke::Event>();
  if (action == nullptr || event == nullptr) {
    delete event;
    if (action != nullptr) {
      action->Release();
    }
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  action->done = Adopt(event);
  return Adopt(action);
}

void Manager::Queue(const Ref<Action> &action) {
  Ref<Action> held = action;
  actions_.push_back(*held.Leak());
  dispatcher_.Runs().Push(*this);
}

bool Manager::IsQueued(ActionKind kind, const DeviceNode &node) const {
  for (const Action &action : actions_) {
    if (action.kind == kind && action.node.Get() == &node) {
      return true;
    }
  }
  return false;
}

coro::Task<Result<NTSTATUS>> Manager::Await(ke::Waiter &waiter, Ref<Action> action) {
  Queue(action);
  const NTSTATUS waited = co_await ke::WaitOne(Ref<ke::Waitable>(action->done.Get()), waiter, false, ke::kNever);
  if (waited != STATUS_SUCCESS) {
    co_return Fail(waited);
  }
  if (!NT_SUCCESS(action->status)) {
    co_return Fail(action->status);
  }
  co_return action->status;
}

// From the event loop: goes on with the queue unless something is being worked on.
void Manager::Run() {
  if (working_.Done() && !actions_.empty()) {
    working_ = Work();
    working_.Start();
    if (working_.Done() && !actions_.empty()) {
      dispatcher_.Runs().Push(*this);  // no memory for the coroutine: later perhaps
    }
  }
}

coro::Task<Manager::Done> Manager::Work() {
  while (!actions_.empty()) {
    const Ref<Action> action = Adopt(&actions_.front());
    actions_.pop_front();
    const Done done = co_await Perform(action);
    if (action->status == STATUS_PENDING) {
      action->status = ToNtStatus(done);
    }
    action->done->Set();
    // Whoever waits may look at the outcome before the tree settles; the first pass settles itself.
    (void)co_await Settle();
  }
  co_return Done();
}

coro::Task<Manager::Done> Manager::Perform(Ref<Action> action) {
  switch (action->kind) {
    case ActionKind::kFirstPass:
      return FirstPass();
    case ActionKind::kLoad:
      return LoadByName(action);
    case ActionKind::kUnload:
      return UnloadByName(action);
    case ActionKind::kEnumerate:
      action->node->enumerate = true;
      return Settle();
    case ActionKind::kAskState:
      return AskState(action->node);
    case ActionKind::kHostGone:
      return HostIsGone(action->host);
    case ActionKind::kRemove:
      return RemoveByUser(action);
    case ActionKind::kStart:
      return StartAgain(action->node);
    case ActionKind::kRestart:
      return Restart(action);
    case ActionKind::kPowerDown:
      return PowerDown(action);
  }
  __builtin_unreachable();
}

coro::Task<Manager::Done> Manager::FirstPass() {
  // A failure of one driver is its own; memory that has run out shows at the devices.
  (void)co_await LoadLegacy(Service::kBootStart);
  tree_.Root().enumerate = true;
  (void)co_await Settle();
  (void)co_await LoadLegacy(Service::kSystemStart);
  if (first_pass_done_ != nullptr) {
    first_pass_done_();
    first_pass_done_ = nullptr;
  }
  co_return Done();
}

// The first device that can go a step further; null: the tree is at rest.
Ref<DeviceNode> Manager::FindWork() {
  for (DeviceNode *node = &tree_.Root(); node != nullptr; node = tree_.Next(node)) {
    if (node->enumerate && node->Started()) {
      return Ref<DeviceNode>(node);
    }
    const bool can_go_on = node->state == NodeState::kInitialized || node->state == NodeState::kDriversAdded ||
                           node->state == NodeState::kResourcesAssigned;
    if (can_go_on && !node->HasProblem() && node->parent->Started()) {
      return Ref<DeviceNode>(node);
    }
  }
  return {};
}

// Brings every device as far as it can come. Each step moves a device on or gives it a problem, so this ends.
coro::Task<Manager::Done> Manager::Settle() {
  while (const Ref<DeviceNode> node = FindWork()) {
    Done done;
    ULONG problem = CM_PROB_FAILED_START;
    if (node->Started()) {
      node->enumerate = false;
      done = co_await Enumerate(node);
      problem = 0;
    } else if (node->state == NodeState::kInitialized) {
      done = co_await AddDrivers(node);
      problem = CM_PROB_FAILED_ADD;
    } else if (node->state == NodeState::kDriversAdded) {
      done = co_await AssignResources(node);
      problem = CM_PROB_NORMAL_CONFLICT;
    } else {
      done = co_await StartDevice(node);
    }
    if (!done && problem != 0 && !node->HasProblem() && !node->Deleted() && !node->Started()) {
      node->SetProblem(problem, done.error().Code());
    }
  }
  co_return Done();
}

void Manager::HostDying(HostId host) {
  for (DeviceNode *node = &tree_.Root(); node != nullptr; node = tree_.Next(node)) {
    if (node->host == host && node->pci) {
      hardware_.DisableBusMaster(*node->pci);
    }
  }
}

void Manager::HostGone(HostId host, NTSTATUS status) {
  // At once: nothing is to be asked of it any more, and its group may get a new process.
  ForgetHost(host, status);
  if (const Result<Ref<Action>> action = MakeAction(ActionKind::kHostGone)) {
    (*action)->host = host;
    Queue(*action);
  }
}

// A device that its driver deleted is gone from its bus: asking for the relations again finds that out.
void Manager::DeviceDeleted(DeviceId device) {
  const Ref<DeviceNode> node = tree_.FindPdo(device);
  if (node && node->parent != nullptr && node->parent->Started()) {
    if (const Result<Ref<Action>> action = MakeAction(ActionKind::kEnumerate)) {
      (*action)->node = Ref<DeviceNode>(node->parent);
      Queue(*action);
    }
  }
}

void Manager::ForgetHost(HostId host, NTSTATUS status) {
  const DriverHost *known = hosts_.Find(host);
  if (known == nullptr) {
    return;
  }
  ke::Line line;
  line << "pnp: the driver process '" << known->group.View() << "' has ended: ";
  ke::Log(line.Status(status));
  hosts_.RemoveHost(host);
  interfaces_.HostGone(host);
}

Authority Manager::OverFunction(HostId host, PciAddress function) {
  Authority authority = Authority::kNone;
  for (DeviceNode *node = &tree_.Root(); node != nullptr; node = tree_.Next(node)) {
    if (node->host != host) {
      continue;
    }
    if (node->pci == function) {
      authority = Authority::kOwnFunction;
    }
    for (const AssignedBusNumbers &buses : node->resources.buses) {
      if (function.bus >= buses.first && function.bus <= buses.last) {
        return Authority::kBus;
      }
    }
  }
  return authority;
}

}  // namespace pnp
