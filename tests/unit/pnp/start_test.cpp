// Boot: legacy drivers, root devices, buses and their children, and what goes wrong with them.

#include "fixture.hpp"

#include <wdm/irp_codes.h>

using namespace pnp;
using namespace pnp_test;

namespace {

class Start : public Machine {};

TEST_F(Start, LegacyDriversStartInTheOrderOfTheirGroups) {
  SetMulti(u"Control\\ServiceGroupOrder", u"List", std::u16string(u"First\0Second\0\0", 14));
  AddService(u"late", 1, u"Second");
  AddService(u"early", 1, u"First");
  AddService(u"boot", 0, u"Second");
  AddService(u"other", 1, u"Unknown");
  AddService(u"demand", 3, u"First");
  Boot();
  const std::vector<std::string> expected = {"host boot", "load boot", "host early", "load early",
                                             "host late", "load late", "host other", "load other"};
  EXPECT_EQ(port.calls, expected);
  EXPECT_EQ(port.loaded.begin()->second.image_path, u"\\SystemRoot\\System32\\drivers\\boot.sys");
  EXPECT_EQ(port.loaded.begin()->second.object_name, u"\\Driver\\boot");
  EXPECT_TRUE(port.loaded.begin()->second.legacy);
}

TEST_F(Start, ADriverEntryThatFailsOrHangsDoesNotStopTheBoot) {
  AddService(u"bad", 1);
  AddService(u"good", 1);
  AddService(u"hang", 1);
  port.kinds[u"bad"].entry = STATUS_UNSUCCESSFUL;
  port.kinds[u"hang"].entry_hangs = true;
  Boot();
  EXPECT_TRUE(port.Called("load good"));
  EXPECT_EQ(port.loaded.size(), 1u);
  EXPECT_TRUE(port.Called("terminate bad"));
  EXPECT_TRUE(port.Called("terminate hang"));
  EXPECT_NE(TakeLog().find("STATUS_IO_TIMEOUT"), std::string::npos);
}

TEST_F(Start, ARootDeviceIsStartedWithItsFirmwareResources) {
  AddService(u"acpi", 0);
  AddRootDevice(u"ACPI_HAL", u"acpi");
  SetText(u"Enum\\Root\\ACPI_HAL\\0000", u"FirmwareTable", u"FACP");
  Boot();
  const auto node = Node(u"ROOT\\ACPI_HAL\\0000");
  ASSERT_TRUE(node);
  EXPECT_EQ(node->state, NodeState::kStarted);
  EXPECT_EQ(node->problem, 0u);
  ASSERT_EQ(port.grants.size(), 1u);
  EXPECT_EQ(port.grants.begin()->second.ports, 1u);
  EXPECT_FALSE(port.loaded.begin()->second.legacy);
  EXPECT_TRUE(HasValue(u"Enum\\Root\\ACPI_HAL\\0000\\Control", u"AllocConfig"));
  EXPECT_EQ(GetText(u"Enum\\Root\\ACPI_HAL\\0000\\Control", u"ActiveService"), u"acpi");
  EXPECT_TRUE(manager->Idle());
}

TEST_F(Start, ChildrenAreMatchedByHardwareThenCompatibleId) {
  AddService(u"bus");
  AddService(u"special");
  AddService(u"general");
  AddRootDevice(u"BUS", u"bus");
  AddMatch(u"BUS\\ONE", u"special", u"{4D36E97D-E325-11CE-BFC1-08002BE10318}");
  AddMatch(u"GENERIC", u"general");
  port.kinds[u"bus"].children = {
      {.device_id = u"BUS\\ONE", .compatible_ids = std::u16string(u"GENERIC\0", 8)},
      {.device_id = u"BUS\\TWO", .compatible_ids = std::u16string(u"GENERIC\0", 8)},
      {.device_id = u"BUS\\THREE"},
      {.device_id = u"BUS\\RAW", .raw = true},
  };
  Boot();
  EXPECT_EQ(Node(u"BUS\\ONE\\0")->service.View(), u"special");
  EXPECT_TRUE(Node(u"BUS\\ONE\\0")->Started());
  EXPECT_EQ(GetText(u"Enum\\BUS\\ONE\\0", u"Driver"), u"{4D36E97D-E325-11CE-BFC1-08002BE10318}\\0000");
  EXPECT_EQ(Node(u"BUS\\TWO\\0")->service.View(), u"general");
  EXPECT_TRUE(Node(u"BUS\\TWO\\0")->Started());
  EXPECT_EQ(Node(u"BUS\\THREE\\0")->problem, CM_PROB_FAILED_INSTALL);
  EXPECT_TRUE(Node(u"BUS\\RAW\\0")->Started());
  EXPECT_TRUE(port.devices[Node(u"BUS\\RAW\\0")->pdo].started);
}

TEST_F(Start, FiltersJoinTheFunctionDriversHostInOrder) {
  const std::u16string guid = u"{4D36E96B-E325-11CE-BFC1-08002BE10318}";
  for (const char16_t *name : {u"port", u"class", u"low", u"devup", u"devlow"}) {
    AddService(name);
  }
  AddRootDevice(u"KEYS", u"port");
  SetText(u"Enum\\Root\\KEYS\\0000", u"ClassGUID", guid);
  SetMulti(u"Enum\\Root\\KEYS\\0000", u"UpperFilters", std::u16string(u"devup\0\0", 7));
  SetMulti(u"Enum\\Root\\KEYS\\0000", u"LowerFilters", std::u16string(u"devlow\0\0", 8));
  SetMulti(u"Control\\Class\\" + guid, u"UpperFilters", std::u16string(u"class\0\0", 7));
  SetMulti(u"Control\\Class\\" + guid, u"LowerFilters", std::u16string(u"low\0\0", 5));
  Boot();
  std::vector<std::string> added;
  for (const std::string &call : port.calls) {
    if (call.starts_with("add ")) {
      added.push_back(call.substr(4));
    }
  }
  EXPECT_EQ(added, (std::vector<std::string>{"devlow", "low", "port", "devup", "class"}));
  EXPECT_EQ(port.hosts.size(), 1u);
  EXPECT_EQ(Node(u"ROOT\\KEYS\\0000")->drivers.Size(), 5u);
}

TEST_F(Start, DriversOfOneGroupShareAHost) {
  AddService(u"kbd", 3, u"", u"i8042");
  AddService(u"mouse", 3, u"", u"i8042");
  AddService(u"alone");
  AddRootDevice(u"A", u"kbd");
  AddRootDevice(u"B", u"mouse");
  AddRootDevice(u"C", u"alone");
  Boot();
  EXPECT_EQ(port.hosts.size(), 2u);
  EXPECT_EQ(Node(u"ROOT\\A\\0000")->host, Node(u"ROOT\\B\\0000")->host);
  EXPECT_NE(Node(u"ROOT\\A\\0000")->host, Node(u"ROOT\\C\\0000")->host);
}

TEST_F(Start, AClassDriverInTwoHostsHasTwoNames) {
  for (const char16_t *name : {u"one", u"two", u"class"}) {
    AddService(name);
  }
  AddRootDevice(u"A", u"one");
  AddRootDevice(u"B", u"two");
  for (const char16_t *name : {u"A", u"B"}) {
    SetMulti(std::u16string(u"Enum\\Root\\") + name + u"\\0000", u"UpperFilters", std::u16string(u"class\0\0", 7));
  }
  Boot();
  std::set<std::u16string> found;
  for (const auto &[id, row] : port.loaded) {
    found.insert(row.object_name);
  }
  EXPECT_TRUE(found.contains(u"\\Driver\\class"));
  EXPECT_TRUE(found.contains(u"\\Driver\\class@two"));
}

struct Problem {
  const char *name;
  void (*spoil)(DriverKind &);
  ULONG problem;
};
class Failure : public Machine, public testing::WithParamInterface<Problem> {};

TEST_P(Failure, MarksTheDeviceAndTheBootGoesOn) {
  AddService(u"bad");
  AddService(u"good");
  AddRootDevice(u"A", u"bad");
  AddRootDevice(u"B", u"good");
  GetParam().spoil(port.kinds[u"bad"]);
  Boot();
  EXPECT_EQ(Node(u"ROOT\\A\\0000")->problem, GetParam().problem);
  EXPECT_FALSE(Node(u"ROOT\\A\\0000")->Started());
  EXPECT_TRUE(Node(u"ROOT\\B\\0000")->Started());
  EXPECT_TRUE(manager->Idle());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, Failure,
    testing::Values(
        Problem{"EntryFails", [](DriverKind &kind) { kind.entry = STATUS_UNSUCCESSFUL; }, CM_PROB_DRIVER_FAILED_LOAD},
        Problem{"EntryHangs", [](DriverKind &kind) { kind.entry_hangs = true; }, CM_PROB_FAILED_DRIVER_ENTRY},
        Problem{"NoAddDevice", [](DriverKind &kind) { kind.has_add = false; }, CM_PROB_FAILED_ADD},
        Problem{"AddFails", [](DriverKind &kind) { kind.add = STATUS_NO_SUCH_DEVICE; }, CM_PROB_FAILED_ADD},
        Problem{"AddHangs", [](DriverKind &kind) { kind.add_hangs = true; }, CM_PROB_FAILED_ADD},
        Problem{"StartFails",
                [](DriverKind &kind) { kind.fails[IRP_MN_START_DEVICE] = STATUS_DEVICE_CONFIGURATION_ERROR; },
                CM_PROB_FAILED_START},
        Problem{"StartHangs", [](DriverKind &kind) { kind.hangs = {IRP_MN_START_DEVICE}; }, CM_PROB_FAILED_START},
        Problem{"StartDies", [](DriverKind &kind) { kind.dies = {IRP_MN_START_DEVICE}; }, CM_PROB_FAILED_START},
        Problem{"SaysFailed", [](DriverKind &kind) { kind.state = PNP_DEVICE_FAILED; }, CM_PROB_FAILED_POST_START}),
    [](const auto &test) { return std::string(test.param.name); });

TEST_F(Start, DisabledDevicesAndServicesAreLeftAlone) {
  AddService(u"off", 4);
  AddService(u"on");
  AddRootDevice(u"A", u"off");
  AddRootDevice(u"B", u"on");
  AddRootDevice(u"C", u"missing");
  SetDword(u"Enum\\Root\\B\\0000", u"ConfigFlags", 1);
  Boot();
  EXPECT_EQ(Node(u"ROOT\\A\\0000")->problem, CM_PROB_DISABLED_SERVICE);
  EXPECT_EQ(Node(u"ROOT\\B\\0000")->problem, CM_PROB_DISABLED);
  EXPECT_EQ(Node(u"ROOT\\C\\0000")->problem, CM_PROB_DRIVER_SERVICE_KEY_INVALID);
  EXPECT_TRUE(port.calls.size() < 100 && port.loaded.empty());
}

TEST_F(Start, AConflictMarksTheSecondDevice) {
  AddService(u"bus");
  AddService(u"dev");
  AddRootDevice(u"BUS", u"bus");
  AddMatch(u"BUS\\A", u"dev");
  AddMatch(u"BUS\\B", u"dev");
  port.kinds[u"bus"].children = {
      {.device_id = u"BUS\\A", .requirements = RequirementBytes({{NeedPorts(8, 0x3f8, 0x3ff)}})},
      {.device_id = u"BUS\\B", .requirements = RequirementBytes({{NeedPorts(8, 0x3f8, 0x3ff)}})},
  };
  Boot();
  EXPECT_TRUE(Node(u"BUS\\A\\0")->Started());
  EXPECT_EQ(Node(u"BUS\\B\\0")->problem, CM_PROB_NORMAL_CONFLICT);
}

TEST_F(Start, BootConfigurationsOfAllChildrenAreReservedFirst) {
  AddService(u"bus");
  AddService(u"dev");
  AddRootDevice(u"BUS", u"bus");
  AddMatch(u"BUS\\A", u"dev");
  AddMatch(u"BUS\\B", u"dev");
  port.kinds[u"bus"].children = {
      {.device_id = u"BUS\\A", .requirements = RequirementBytes({{NeedPorts(8, 0x100, 0x1ff, 0, 8)}})},
      {.device_id = u"BUS\\B", .boot = ResourceBytes({HasPorts(0x100, 8)})},
  };
  Boot();
  EXPECT_EQ(Node(u"BUS\\A\\0")->resources.ports[0].first, 0x108);
  EXPECT_EQ(Node(u"BUS\\B\\0")->resources.ports[0].first, 0x100);
}

TEST_F(Start, MessagesAreForFunctionsOfABusThatAnAncestorHas) {
  AddService(u"acpi");
  AddService(u"pci");
  AddService(u"edu");
  AddRootDevice(u"ACPI", u"acpi");
  AddMatch(u"ACPI\\PNP0A03", u"pci");
  AddMatch(u"PCI\\EDU", u"edu");
  AddMatch(u"ACPI\\FALSE", u"edu");
  const auto messages = RequirementBytes({{NeedMessages(2)}});
  port.kinds[u"acpi"].children = {
      {.device_id = u"ACPI\\PNP0A03", .requirements = RequirementBytes({{NeedBuses(256, 0, 255)}})},
      {.device_id = u"ACPI\\FALSE", .requirements = messages, .address = 5 << 16, .pci_bus = 0},
  };
  port.kinds[u"pci"].children = {
      {.device_id = u"PCI\\EDU", .requirements = messages, .unique = false, .address = 4 << 16, .pci_bus = 0},
  };
  Boot();
  const auto edu = manager->Tree().FindPdo(port.PdoOf(u"PCI\\EDU"));
  ASSERT_TRUE(edu);
  EXPECT_TRUE(edu->Started());
  EXPECT_EQ(edu->pci, (PciAddress{0, 4, 0}));
  ASSERT_EQ(edu->resources.interrupts.Size(), 1u);
  EXPECT_EQ(edu->resources.interrupts[0].message_count, 2u);
  EXPECT_EQ(edu->resources.interrupts[0].vector % 2, 0u);
  EXPECT_GE(edu->resources.interrupts[0].kernel_vector, kPins);
  EXPECT_EQ(hardware.prepared, (std::vector<PciAddress>{{0, 4, 0}}));
  EXPECT_TRUE(edu->Instance().starts_with(u"PCI\\EDU\\2&")) << Narrow(edu->Instance());
  // The one that only says so has no messages: a conflict.
  EXPECT_FALSE(Node(u"ACPI\\FALSE\\0")->pci);
  EXPECT_EQ(Node(u"ACPI\\FALSE\\0")->problem, CM_PROB_NORMAL_CONFLICT);
  EXPECT_EQ(manager->OverFunction(Node(u"ACPI\\PNP0A03\\0")->host, {3, 2, 1}), Authority::kBus);
  EXPECT_EQ(manager->OverFunction(edu->host, {0, 4, 0}), Authority::kOwnFunction);
  EXPECT_EQ(manager->OverFunction(edu->host, {0, 4, 1}), Authority::kNone);
}

TEST_F(Start, MemoryThatRunsOutIsAStatusAnywhere) {
  AddService(u"bus");
  AddService(u"dev");
  AddRootDevice(u"BUS", u"bus");
  AddMatch(u"BUS\\A", u"dev");
  port.kinds[u"bus"].children = {
      {.device_id = u"BUS\\A", .requirements = RequirementBytes({{NeedPorts(8, 0x3f8, 0x3ff)}})}};
  Boot();
  const auto node = Node(u"BUS\\A\\0");
  for (int after = 0; after < 400; after += 7) {
    support::FailAllocationsAfter(after);
    const auto action = manager->MakeAction(ActionKind::kRestart);
    if (action) {
      (*action)->node = node;
      manager->Queue(*action);
      Run();
    }
    support::FailAllocationsAfter(-1);
    Run();
    for (int i = 0; i < 10 && !manager->Idle(); i += 1) {
      system.Advance(kDriverPatience);
    }
    ASSERT_TRUE(manager->Idle()) << after;
  }
  ASSERT_FALSE(node->Deleted());
  EXPECT_EQ(Do(ActionKind::kStart, node), STATUS_SUCCESS);
}

}  // namespace
