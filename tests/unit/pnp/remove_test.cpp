// Devices that go: with and without being asked, and drivers that die.

#include "fixture.hpp"

#include <wdm/irp_codes.h>

using namespace pnp;
using namespace pnp_test;

namespace {

class Remove : public Machine {
 protected:
  // ROOT\BUS with BUS\A (driver dev) and BUS\B (driver other).
  void SetUp() override {
    for (const char16_t *name : {u"bus", u"dev", u"other"}) {
      AddService(name);
    }
    AddRootDevice(u"BUS", u"bus");
    AddMatch(u"BUS\\A", u"dev");
    AddMatch(u"BUS\\B", u"other");
    port.kinds[u"bus"].children = {
        {.device_id = u"BUS\\A", .requirements = RequirementBytes({{NeedPorts(8, 0x3f8, 0x3ff)}})},
        {.device_id = u"BUS\\B", .requirements = RequirementBytes({{NeedPorts(8, 0x2f8, 0x2ff)}})}};
    Boot();
    bus = Node(u"ROOT\\BUS\\0000");
    a = Node(u"BUS\\A\\0");
    b = Node(u"BUS\\B\\0");
    ASSERT_TRUE(bus->Started() && a->Started() && b->Started());
    port.calls.clear();
  }

  Ref<DeviceNode> bus, a, b;
};

TEST_F(Remove, AskedAndStartedAgain) {
  EXPECT_EQ(Do(ActionKind::kRemove, a), STATUS_SUCCESS);
  EXPECT_EQ(port.calls, (std::vector<std::string>{"pnp 1 dev", "pnp 2 dev", "unload dev", "stop dev"}));
  EXPECT_EQ(a->state, NodeState::kRemoved);
  EXPECT_EQ(a->problem, CM_PROB_DISABLED);
  EXPECT_FALSE(port.grants.contains(a->pdo));
  EXPECT_FALSE(HasValue(u"Enum\\BUS\\A\\0\\Control", u"AllocConfig"));
  EXPECT_EQ(Do(ActionKind::kStart, a), STATUS_SUCCESS);
  EXPECT_TRUE(a->Started());
  EXPECT_TRUE(port.grants.contains(a->pdo));
}

TEST_F(Remove, ARefusalLeavesEverythingAsItWas) {
  port.kinds[u"dev"].fails[IRP_MN_QUERY_REMOVE_DEVICE] = STATUS_DEVICE_BUSY;
  const Ref<Action> action = *manager->MakeAction(ActionKind::kRemove);
  action->node = bus;
  manager->Queue(action);
  Run();
  EXPECT_EQ(action->status, STATUS_PLUGPLAY_QUERY_VETOED);
  EXPECT_EQ(action->veto.View(), u"BUS\\A\\0");
  EXPECT_TRUE(bus->Started() && a->Started() && b->Started());
  EXPECT_TRUE(port.Called("pnp 3 other"));  // CANCEL_REMOVE to the one that agreed
  EXPECT_TRUE(port.Called("pnp 3 dev"));
  EXPECT_FALSE(port.Called("pnp 2 other"));
}

TEST_F(Remove, ABusTakesItsChildrenAlong) {
  EXPECT_EQ(Do(ActionKind::kRemove, bus), STATUS_SUCCESS);
  EXPECT_TRUE(a->Deleted());
  EXPECT_TRUE(b->Deleted());
  EXPECT_EQ(bus->state, NodeState::kRemoved);
  EXPECT_TRUE(port.grants.empty());
  EXPECT_TRUE(port.hosts.empty());
  EXPECT_EQ(Do(ActionKind::kStart, bus), STATUS_SUCCESS);
  EXPECT_TRUE(Node(u"BUS\\A\\0")->Started());
  EXPECT_TRUE(Node(u"BUS\\B\\0")->Started());
}

TEST_F(Remove, ADeviceThatIsNotReportedAnyMoreIsSurpriseRemoved) {
  port.kinds[u"bus"].children.erase(port.kinds[u"bus"].children.begin());
  for (auto &[id, device] : port.devices) {
    if (id == b->pdo) {
      device.child = &port.kinds[u"bus"].children[0];
    }
  }
  port.devices[a->pdo].child = nullptr;
  EXPECT_EQ(Do(ActionKind::kEnumerate, bus), STATUS_SUCCESS);
  EXPECT_TRUE(a->Deleted());
  EXPECT_TRUE(b->Started());
  EXPECT_TRUE(port.Called("pnp 23 dev"));
  EXPECT_TRUE(port.Called("pnp 2 dev"));
  EXPECT_FALSE(port.Called("pnp 23 other"));
}

TEST_F(Remove, ANewDeviceIsFoundByInvalidation) {
  AddMatch(u"BUS\\C", u"dev");
  auto &children = port.kinds[u"bus"].children;
  children.reserve(8);
  children.push_back({.device_id = u"BUS\\C"});
  for (Child &child : children) {
    if (child.pdo != DeviceId::kNone) {
      port.devices[child.pdo].child = &child;
    }
  }
  EXPECT_EQ(Do(ActionKind::kEnumerate, bus), STATUS_SUCCESS);
  EXPECT_TRUE(Node(u"BUS\\C\\0")->Started());
  EXPECT_EQ(Node(u"BUS\\C\\0")->host, a->host);
}

TEST_F(Remove, NoAnswerAboutTheChildrenTakesNoneAway) {
  port.kinds[u"bus"].fails[IRP_MN_QUERY_DEVICE_RELATIONS] = STATUS_UNSUCCESSFUL;
  EXPECT_EQ(Do(ActionKind::kEnumerate, bus), STATUS_SUCCESS);
  EXPECT_TRUE(a->Started() && b->Started());
}

TEST_F(Remove, ADeadFunctionDriverIsOneProblemAndCanBeStartedAgain) {
  port.Kill(a->host);
  Run();
  EXPECT_FALSE(a->Deleted());
  EXPECT_EQ(a->problem, CM_PROB_FAILED_POST_START);
  EXPECT_EQ(a->problem_status, STATUS_DRIVER_PROCESS_TERMINATED);
  EXPECT_FALSE(port.grants.contains(a->pdo));
  EXPECT_TRUE(port.Called("pnp 2 BUS\\A"));  // the bus driver hears that its device has been stopped
  EXPECT_TRUE(b->Started());
  EXPECT_EQ(Do(ActionKind::kStart, a), STATUS_SUCCESS);
  EXPECT_TRUE(a->Started());
  EXPECT_EQ(a->problem, 0u);
}

TEST_F(Remove, ADeadBusDriverTakesItsDevicesAlong) {
  port.Kill(bus->host);
  for (Child &child : port.kinds[u"bus"].children) {
    child.pdo = DeviceId::kNone;
  }
  Run();
  EXPECT_TRUE(a->Deleted());
  EXPECT_TRUE(b->Deleted());
  EXPECT_EQ(bus->problem, CM_PROB_FAILED_POST_START);
  EXPECT_EQ(Do(ActionKind::kRestart, bus), STATUS_SUCCESS);
  EXPECT_TRUE(Node(u"BUS\\A\\0")->Started());
}

TEST_F(Remove, ADriverThatDiesWhileItIsRemoved) {
  port.kinds[u"dev"].dies = {IRP_MN_REMOVE_DEVICE};
  EXPECT_EQ(Do(ActionKind::kRemove, a), STATUS_SUCCESS);
  EXPECT_FALSE(a->Deleted());
  EXPECT_FALSE(a->Started());
  port.kinds[u"dev"].dies.clear();
  EXPECT_EQ(Do(ActionKind::kStart, a), STATUS_SUCCESS);
}

TEST_F(Remove, DriversAreLoadedAndUnloadedByName) {
  AddService(u"null");
  EXPECT_EQ(DoText(ActionKind::kLoad, u"null"), STATUS_SUCCESS);
  EXPECT_EQ(DoText(ActionKind::kLoad, u"NULL"), STATUS_IMAGE_ALREADY_LOADED);
  EXPECT_EQ(DoText(ActionKind::kUnload, u"null"), STATUS_SUCCESS);
  EXPECT_EQ(DoText(ActionKind::kUnload, u"null"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(DoText(ActionKind::kLoad, u"nothing"), STATUS_OBJECT_NAME_NOT_FOUND);
  EXPECT_EQ(DoText(ActionKind::kUnload, u"dev"), STATUS_INVALID_DEVICE_REQUEST);
  port.kinds[u"null"].can_unload = false;
  EXPECT_EQ(DoText(ActionKind::kLoad, u"null"), STATUS_SUCCESS);
  EXPECT_EQ(DoText(ActionKind::kUnload, u"null"), STATUS_INVALID_DEVICE_REQUEST);
}

TEST_F(Remove, DmaOfADyingHostEndsAtOnce) {
  a->pci = PciAddress{0, 3, 0};
  const HostId host = a->host;
  manager->HostDying(host);
  EXPECT_EQ(hardware.quiet, (std::vector<PciAddress>{{0, 3, 0}}));
  port.Kill(host);
  Run();
  EXPECT_EQ(hardware.resets, (std::vector<PciAddress>{{0, 3, 0}}));
  EXPECT_EQ(hardware.restored, 0);
  system.Advance(1'000'000);
  EXPECT_EQ(hardware.restored, 1);
  EXPECT_TRUE(manager->Idle());
}

}  // namespace
