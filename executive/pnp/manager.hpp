#pragma once
// The plug and play manager: the one that works on the device tree. It does one thing at a time, as a coroutine on the
// event loop; what comes meanwhile is queued.

#include "device_node.hpp"
#include "hardware.hpp"
#include "hosts.hpp"
#include "interfaces.hpp"
#include "root_enumerator.hpp"
#include "timed.hpp"

#include <wdm/pnp_types.h>
#include <pnp/start.hpp>

namespace pnp {

enum class ActionKind : std::uint8_t {
  kFirstPass,
  kLoad,       // text: service
  kUnload,     // text: service
  kEnumerate,  // node's relations
  kAskState,   // node's PNP_DEVICE_STATE
  kHostGone,   // host
  kRemove,     // node: query-remove and remove
  kStart,      // node: again
  kRestart,    // node: kRemove, kStart
  kPowerDown,  // power: every device
};

using ActionHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>>;

// Something to do; whoever asked for it may wait for `done`.
class Action final : public RefCounted, public ActionHook {
 public:
  explicit Action(ActionKind the_kind) : kind(the_kind) {}
  ActionKind kind;
  Ref<DeviceNode> node;
  Text text;
  HostId host = HostId::kNone;
  POWER_ACTION power = PowerActionNone;
  NTSTATUS status = STATUS_PENDING;
  Text veto;  // kRemove: the instance of the device that refused
  Ref<ke::Standalone<ke::Event>> done;
};

enum class Authority : std::uint8_t {
  kNone,
  kOwnFunction,  // it drives the function
  kBus,          // one of its devices was assigned the bus number
};

class Manager final : public PortEvents, private ke::Runnable {
 public:
  Manager(ke::Dispatcher &dispatcher, DriverPort &port, Hardware &hardware)
      : port_(port), dispatcher_(dispatcher), hardware_(hardware), interfaces_(port) {}
  ~Manager();

  // The root of the tree, and what the machine keeps for itself. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Create();
  Result<void> Start(FirstPassDone done);

  // PortEvents
  void HostDying(HostId host) override;
  void HostGone(HostId host, NTSTATUS status) override;
  void DeviceDeleted(DeviceId device) override;
  PnpAnswer Pnp(DeviceId device, const PnpRequest &request) override { return root_.Answer(device, request); }

  // An action with its event. STATUS_INSUFFICIENT_RESOURCES.
  Result<Ref<Action>> MakeAction(ActionKind kind);
  // Queues it; it is begun from the event loop.
  void Queue(const Ref<Action> &action);
  // Whether the same is to be done for the node anyway.
  bool IsQueued(ActionKind kind, const DeviceNode &node) const;
  // Queues it and waits for its end: its status. STATUS_THREAD_IS_TERMINATING.
  coro::Task<Result<NTSTATUS>> Await(ke::Waiter &waiter, Ref<Action> action);

  DeviceTree &Tree() { return tree_; }
  DriverPort &Port() { return port_; }
  HostTable &Hosts() { return hosts_; }
  Interfaces &DeviceInterfaces() { return interfaces_; }
  // What the host may do with the configuration space of a function.
  Authority OverFunction(HostId host, PciAddress function);
  // Whether nothing is left to do; for tests.
  bool Idle() const { return actions_.empty() && working_.Done() && !Queued(); }

 private:
  using Done = Result<void>;
  using Actions = boost::intrusive::list<Action, boost::intrusive::base_hook<ActionHook>,
                                         boost::intrusive::constant_time_size<false>>;

  // manager.cpp
  void Run() override;
  coro::Task<Done> Work();
  coro::Task<Done> Perform(Ref<Action> action);
  coro::Task<Done> FirstPass();
  coro::Task<Done> Settle();
  Ref<DeviceNode> FindWork();
  void ForgetHost(HostId host, NTSTATUS status);

  // drivers.cpp
  coro::Task<Result<HostId>> HostFor(Text group);
  coro::Task<Result<DriverId>> Load(Text name, HostId host, bool legacy);
  coro::Task<Done> LoadByName(Ref<Action> action);
  coro::Task<Done> UnloadByName(Ref<Action> action);
  coro::Task<Done> UnloadUnused(Array<DriverId> drivers);
  coro::Task<Done> LoadLegacy(std::uint32_t start);

  // enumerate.cpp
  coro::Task<Result<PnpAnswer>> Ask(Ref<DeviceNode> node, PnpRequest request);
  coro::Task<Done> Enumerate(Ref<DeviceNode> node);
  coro::Task<Done> AddChild(Ref<DeviceNode> parent, DeviceId pdo);
  coro::Task<Result<Text>> QueryText(Ref<DeviceNode> node, std::uint8_t minor, std::uint64_t type);
  coro::Task<Done> Identify(Ref<DeviceNode> node);
  coro::Task<Done> Describe(Ref<DeviceNode> node, Key key);
  coro::Task<Done> QueryResources(Ref<DeviceNode> node, Key key);
  Result<Text> InstanceOf(DeviceNode &node, std::u16string_view device_id, std::u16string_view instance_id);
  void FindFunction(DeviceNode &node);

  // start_device.cpp
  coro::Task<Done> AddDrivers(Ref<DeviceNode> node);
  coro::Task<Done> AddStack(Ref<DeviceNode> node, DriverStack stack);
  coro::Task<Done> AssignResources(Ref<DeviceNode> node);
  coro::Task<Done> StartDevice(Ref<DeviceNode> node);
  coro::Task<Done> AskState(Ref<DeviceNode> node);
  coro::Task<Done> Rebalance(Ref<DeviceNode> node);
  Result<Requirements> RequirementsOf(DeviceNode &node);
  Result<void> Grant(DeviceNode &node);
  void ReleaseResources(DeviceNode &node, bool boot);
  void WriteControl(DeviceNode &node);

  // remove.cpp
  coro::Task<Done> Remove(Ref<DeviceNode> top, Ref<Action> action);
  coro::Task<Done> SurpriseRemove(Ref<DeviceNode> top);
  coro::Task<Done> SurpriseRemoveStack(Ref<DeviceNode> top);
  coro::Task<Done> RemoveOne(Ref<DeviceNode> node);
  coro::Task<Done> RemoveByUser(Ref<Action> action);
  coro::Task<Done> StartAgain(Ref<DeviceNode> node);
  coro::Task<Done> Restart(Ref<Action> action);
  coro::Task<Done> HostIsGone(HostId host);

  // power_down.cpp
  coro::Task<Done> PowerDown(Ref<Action> action);

  DriverPort &port_;
  ke::Dispatcher &dispatcher_;
  Hardware &hardware_;
  DeviceTree tree_;
  Arbiters arbiters_{tree_};
  HostTable hosts_;
  RootEnumerator root_{hardware_};
  Interfaces interfaces_;
  Actions actions_;
  coro::Task<Done> working_;
  FirstPassDone first_pass_done_ = nullptr;
};

// The one manager that the services use. STATUS_DEVICE_NOT_READY before Initialise.
Result<Manager *> CurrentManager();
void UseManager(Manager *manager);

}  // namespace pnp
