#pragma once
// The device tree.

#include "arbiter.hpp"
#include "registry_key.hpp"

#include <wdm/pnp_types.h>
#include <pnp/driver_port.hpp>
#include <rtl/ref.hpp>

#include <boost/intrusive/list.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace pnp {

// How far a device has come; the names are those of NT's PNP_DEVNODE_STATE without the prefix.
enum class NodeState : std::uint8_t {
  kUninitialized,
  kInitialized,   // identified, in the registry
  kDriversAdded,  // its stack is there
  kResourcesAssigned,
  kStarted,
  kRemoved,  // had a stack and may get one again: its parent still reports it
  kDeleted,  // out of the tree
};

using SiblingHook = boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>>;

// One device: a PDO that a bus reported, or the root. Owned by its parent; whoever works on it across a wait holds a
// Ref and looks at state again afterwards.
class DeviceNode final : public RefCounted, public SiblingHook {
 public:
  using Children = boost::intrusive::list<DeviceNode, boost::intrusive::constant_time_size<false>>;

  DeviceNode(Owner number, DeviceId the_pdo) : owner(number), pdo(the_pdo) {}

  bool HasProblem() const { return problem != 0; }
  // Gives it a problem and says so on the console.
  void SetProblem(ULONG code, NTSTATUS status);
  void ClearProblem() {
    problem = 0;
    problem_status = STATUS_SUCCESS;
  }
  bool Started() const { return state == NodeState::kStarted; }
  bool Deleted() const { return state == NodeState::kDeleted; }
  // The path below Enum: `PCI\VEN_8086&DEV_1237\0`.
  std::u16string_view Instance() const { return instance.View(); }
  // `\Registry\Machine\System\CurrentControlSet\Enum\...`
  Result<Key> Registry() const;

  DeviceNode *parent = nullptr;
  Children children;

  Owner owner;
  DeviceId pdo;
  NodeState state = NodeState::kUninitialized;
  ULONG problem = 0;  // CM_PROB_*
  NTSTATUS problem_status = STATUS_SUCCESS;
  ULONG user_flags = 0;  // PNP_DEVICE_*, what the drivers said last
  bool root_enumerated = false;
  bool reported = true;    // its parent had it in its last relations
  bool enumerate = false;  // its relations are to be asked for
  bool stopped_by_user = false;

  Text instance;
  Text service;                        // the function driver's, empty: none
  HostId host = HostId::kNone;         // where its function driver is
  HostId parent_host = HostId::kNone;  // where its PDO is; kNone: the Executive
  Array<DriverId> drivers;             // of its stack, without the bus driver
  DEVICE_CAPABILITIES capabilities = {};
  PNP_BUS_INFORMATION bus = {};
  bool has_bus = false;
  std::optional<PciAddress> pci;  // set when its bus is one that an ancestor was assigned
  ResourceList boot_resources;
  Bytes boot_list;          // CM_RESOURCE_LIST
  Bytes requirements_list;  // IO_RESOURCE_REQUIREMENTS_LIST
  Bytes raw_list;           // of the assignment
  Bytes translated_list;
  AssignedResources resources;
};

// Owns the nodes. Looks up by number, PDO and name.
class DeviceTree final : public Ancestry {
 public:
  ~DeviceTree();
  // Makes the root `HTREE\ROOT\0`. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Create();

  DeviceNode &Root() { return *root_; }
  // A new last child. STATUS_INSUFFICIENT_RESOURCES.
  Result<Ref<DeviceNode>> Add(DeviceNode &parent, DeviceId pdo);
  // Takes a node without children out of the tree.
  void Remove(DeviceNode &node);

  // Null when there is none.
  Ref<DeviceNode> FindPdo(DeviceId pdo);
  Ref<DeviceNode> FindInstance(std::u16string_view instance);
  // The node after `node` in depth-first order (children before siblings); null at the end.
  DeviceNode *Next(DeviceNode *node);
  // All nodes of the subtree, children before their parents.
  Result<Array<Ref<DeviceNode>>> BottomUp(DeviceNode &top);

  Owner ParentOf(Owner owner) const override;

 private:
  DeviceNode *NextBelow(DeviceNode *node, DeviceNode *top) const;

  Ref<DeviceNode> root_;
  Owner next_owner_ = 1;
};

}  // namespace pnp
