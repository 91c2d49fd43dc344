#include "fake.hpp"

#include <gtest/gtest.h>
#include <pci/config.hpp>

#include <cstring>

#include <initguid.h>
#include <wdmguid.h>

extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

namespace {

using fake::machine;

// A host bridge, a network card at device 3, a bridge to bus 1 at device 4 with a card of one port register behind it.
class PciTest : public testing::Test {
 protected:
  PciTest() {
    fake::Reset();
    machine.functions.emplace(fake::At(0, 0), FakeConfig().Set(0, 4, 0x1237'8086).Set(8, 4, 0x0600'0002));
    machine.functions.emplace(fake::At(0, 3), E1000());
    FakeConfig bridge;
    bridge.Set(0, 4, 0x0001'1B36).Set(8, 4, 0x0604'0000).Set(0x0E, 1, 1).Set(0x18, 4, 0x0001'0100).Set(0x1C, 2, 0xD0D0);
    bridge.Set(0x20, 4, 0xFE90'FE80).Set(4, 2, 7).Writable(4, 2, 0x547);
    machine.functions.emplace(fake::At(0, 4), bridge);
    FakeConfig behind;
    behind.Set(0, 4, 0x0001'1234).Set(8, 4, 0x0700'0001).Set(0x10, 4, 0xD001).Writable(0x10, 4, 0xFFFF'FFF8);
    behind.Writable(4, 2, 0x547).Set(4, 2, 1).Set(0x3C, 4, 0x010A);
    machine.functions.emplace(fake::At(1, 0), behind);
    EXPECT_EQ(DriverEntry(&fake::Driver(), nullptr), STATUS_SUCCESS);
    root_ = fake::RootDevice();
    bus_ = Add(root_);
    EXPECT_EQ(fake::Start(bus_, {fake::Range(CmResourceTypePort, 0, 0xCF8), fake::Buses(0, 256)}), STATUS_SUCCESS);
  }
  ~PciTest() override {
    if (bus_ != nullptr) {
      EXPECT_EQ(fake::Pnp(bus_, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
    }
    EXPECT_EQ(fake::DeviceCount(), 1u);
    fake::Reset();
  }
  static PDEVICE_OBJECT Add(PDEVICE_OBJECT physical) {
    EXPECT_EQ(fake::Driver().DriverExtension->AddDevice(&fake::Driver(), physical), STATUS_SUCCESS);
    return fake::Attached(physical);
  }
  // The function of bus 0 with this device ID.
  PDEVICE_OBJECT Find(std::u16string_view id) {
    for (PDEVICE_OBJECT device : fake::QueryBusRelations(bus_)) {
      if (fake::QueryId(device, BusQueryDeviceID).starts_with(id)) {
        return device;
      }
    }
    return nullptr;
  }
  PDEVICE_OBJECT Network() { return Find(u"PCI\\VEN_8086&DEV_100E"); }
  static ULONG Transfer(PDEVICE_OBJECT device, UCHAR minor, ULONG offset, void *buffer, ULONG length,
                        NTSTATUS &status) {
    IO_STACK_LOCATION stack{};
    stack.MajorFunction = IRP_MJ_PNP;
    stack.MinorFunction = minor;
    stack.Parameters.ReadWriteConfig.Buffer = buffer;
    stack.Parameters.ReadWriteConfig.Offset = offset;
    stack.Parameters.ReadWriteConfig.Length = length;
    const fake::Answer answer = fake::Send(device, stack);
    status = answer.status;
    return static_cast<ULONG>(answer.information);
  }
  static NTSTATUS Write(PDEVICE_OBJECT device, ULONG offset, ULONG value, ULONG length) {
    NTSTATUS status;
    const ULONG done = Transfer(device, IRP_MN_WRITE_CONFIG, offset, &value, length, status);
    EXPECT_EQ(done, NT_SUCCESS(status) ? length : 0);
    return status;
  }

  PDEVICE_OBJECT root_ = nullptr;
  PDEVICE_OBJECT bus_ = nullptr;
};

TEST_F(PciTest, FindsAndDescribes) {
  EXPECT_EQ(fake::QueryBusRelations(bus_).size(), 3u);
  PDEVICE_OBJECT network = Network();
  ASSERT_NE(network, nullptr);
  EXPECT_EQ(network->Flags & DO_DEVICE_INITIALIZING, 0u);
  EXPECT_EQ(fake::QueryId(network, BusQueryDeviceID), u"PCI\\VEN_8086&DEV_100E&SUBSYS_11001AF4&REV_03");
  EXPECT_EQ(fake::QueryId(network, BusQueryHardwareIDs),
            u"PCI\\VEN_8086&DEV_100E&SUBSYS_11001AF4&REV_03|PCI\\VEN_8086&DEV_100E&SUBSYS_11001AF4|"
            u"PCI\\VEN_8086&DEV_100E&CC_020000|PCI\\VEN_8086&DEV_100E&CC_0200");
  EXPECT_EQ(fake::QueryId(network, BusQueryInstanceID), u"18");
  EXPECT_EQ(fake::QueryId(network, BusQueryContainerID), u"(none)");
  EXPECT_EQ(fake::QueryText(network, DeviceTextDescription), u"Ethernet Controller");
  EXPECT_EQ(fake::QueryText(network, DeviceTextLocationInformation), u"PCI bus 0, device 3, function 0");
  DEVICE_CAPABILITIES capabilities{};
  capabilities.Size = sizeof(capabilities);
  capabilities.Version = 1;
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = IRP_MN_QUERY_CAPABILITIES;
  stack.Parameters.DeviceCapabilities.Capabilities = &capabilities;
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_SUCCESS);
  EXPECT_EQ(capabilities.Address, 0x3'0000u);
  EXPECT_FALSE(capabilities.UniqueID);
  EXPECT_EQ(capabilities.DeviceState[PowerSystemSleeping3], PowerDeviceD3);
  capabilities.Version = 2;
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_UNSUCCESSFUL);
  const fake::Answer bus = fake::Pnp(network, IRP_MN_QUERY_BUS_INFORMATION);
  auto *information = reinterpret_cast<PPNP_BUS_INFORMATION>(bus.information);
  EXPECT_EQ(information->LegacyBusType, PCIBus);
  EXPECT_TRUE(IsEqualGUID(information->BusTypeGuid, GUID_BUS_TYPE_PCI));
  ExFreePool(information);
  EXPECT_EQ(fake::Pnp(network, IRP_MN_EJECT).status, STATUS_NOT_SUPPORTED);
}

TEST_F(PciTest, Requirements) {
  PDEVICE_OBJECT network = Network();
  const auto boot = fake::QueryResources(network);
  ASSERT_EQ(boot.size(), 2u);
  EXPECT_EQ(boot[0].Type, CmResourceTypeMemory);
  EXPECT_EQ(+boot[0].u.Memory.Start.QuadPart, 0xFEBC'0000);
  EXPECT_EQ(boot[0].u.Memory.Length, 0x2'0000u);
  EXPECT_EQ(boot[1].Type, CmResourceTypePort);
  EXPECT_EQ(boot[1].u.Port.Length, 64u);
  const auto needs = fake::QueryRequirements(network);
  ASSERT_EQ(needs.size(), 5u);
  EXPECT_EQ(needs[0].Option, IO_RESOURCE_PREFERRED);
  EXPECT_EQ(needs[0].u.Memory.MinimumAddress.QuadPart, 0xFEBC'0000);
  EXPECT_EQ(needs[0].u.Memory.MaximumAddress.QuadPart, 0xFEBD'FFFF);
  EXPECT_EQ(needs[1].Option, IO_RESOURCE_ALTERNATIVE);
  EXPECT_EQ(needs[1].u.Memory.Alignment, 0x2'0000u);
  EXPECT_EQ(needs[1].u.Memory.MaximumAddress.QuadPart, 0xFFFF'FFFF);
  EXPECT_EQ(needs[3].Type, CmResourceTypePort);
  EXPECT_EQ(needs[3].u.Port.MaximumAddress.QuadPart, 0xFFFF);
  EXPECT_EQ(needs[4].Type, CmResourceTypeInterrupt);
  EXPECT_EQ(needs[4].Flags, CM_RESOURCE_INTERRUPT_LEVEL_SENSITIVE);
  EXPECT_EQ(needs[4].ShareDisposition, CmResourceShareShared);
  EXPECT_EQ(needs[4].u.Interrupt.MinimumVector, 11u);
}

TEST_F(PciTest, MessagesFirst) {
  FakeConfig &config = fake::Function(0, 3);
  config.Set(6, 2, 0x10).Set(0x34, 1, 0x40).Set(0x40, 2, 5).Set(0x42, 2, 0x84);  // MSI, four of them
  const auto needs = fake::QueryRequirements(Network());
  ASSERT_EQ(needs.size(), 7u);
  EXPECT_EQ(needs[4].Option, 0);
  EXPECT_EQ(needs[4].Flags, CM_RESOURCE_INTERRUPT_LATCHED | CM_RESOURCE_INTERRUPT_MESSAGE);
  EXPECT_EQ(needs[4].u.Interrupt.MaximumVector, CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN);
  EXPECT_EQ(needs[4].u.Interrupt.MinimumVector, CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN - 3);
  EXPECT_EQ(needs[5].Option, IO_RESOURCE_ALTERNATIVE);
  EXPECT_EQ(needs[5].u.Interrupt.MinimumVector, CM_RESOURCE_INTERRUPT_MESSAGE_TOKEN);
  EXPECT_EQ(needs[6].u.Interrupt.MinimumVector, 11u);
}

TEST_F(PciTest, MsiXTableOutside) {
  FakeConfig &config = fake::Function(0, 3);
  config.Set(6, 2, 0x10).Set(0x34, 1, 0x40).Set(0x40, 2, 0x11).Set(0x42, 2, 0xFFF).Set(0x44, 4, 0x1'F000);
  EXPECT_EQ(fake::QueryRequirements(Network()).size(), 5u) << "the table would leave its register";
}

TEST_F(PciTest, StartAndStop) {
  PDEVICE_OBJECT network = Network();
  FakeConfig &config = fake::Function(0, 3);
  EXPECT_EQ(fake::Start(network, {fake::Range(CmResourceTypeMemory, 0xE000'0000, 0x2'0000),
                                  fake::Range(CmResourceTypePort, 0xE000, 64)}),
            STATUS_SUCCESS);
  EXPECT_EQ(config.Peek(0x10, 4), 0xE000'0000u);
  EXPECT_EQ(config.Peek(0x14, 4), 0xE001u);
  EXPECT_EQ(config.Peek(4, 2) & 0x407, 7u);
  EXPECT_FALSE(config.written_while_decoding);
  EXPECT_EQ(fake::Pnp(network, IRP_MN_QUERY_STOP_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(network, IRP_MN_STOP_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(config.Peek(4, 2) & 7, 0u);
  EXPECT_EQ(fake::Start(network, {fake::Range(CmResourceTypeMemory, 0xE000'0000, 0x1'0000)}),
            STATUS_DEVICE_CONFIGURATION_ERROR);
  EXPECT_EQ(fake::Start(network, {}), STATUS_DEVICE_CONFIGURATION_ERROR);
  EXPECT_EQ(config.Peek(4, 2) & 7, 0u) << "nothing decodes after a start that failed";
  config.gone = true;
  EXPECT_EQ(fake::Start(network, {}), STATUS_NO_SUCH_DEVICE);
  EXPECT_EQ(machine.invalidated, 1u);
}

TEST_F(PciTest, RemoveResets) {
  FakeConfig &config = fake::Function(0, 3);
  config.Set(6, 2, 0x10).Set(0x34, 1, 0x40).Set(0x40, 2, 0x10).Set(0x44, 4, 1u << 28).Writable(0x48, 2, 0x8000);
  PDEVICE_OBJECT network = Network();
  EXPECT_EQ(fake::Start(network, {fake::Range(CmResourceTypeMemory, 0xE000'0000, 0x2'0000),
                                  fake::Range(CmResourceTypePort, 0xE000, 64)}),
            STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(network, IRP_MN_QUERY_REMOVE_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(network, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(config.Peek(4, 2) & 7, 0u);
  EXPECT_EQ(config.Peek(0x48, 2), 0x8000u) << "the reset was asked for";
  EXPECT_GE(machine.slept, 100u);
  EXPECT_EQ(Network(), network) << "it is still on its bus";
}

TEST_F(PciTest, Replug) {
  PDEVICE_OBJECT network = Network();
  FakeConfig card = fake::Function(0, 3);
  machine.functions.erase(fake::At(0, 3));
  EXPECT_EQ(fake::QueryBusRelations(bus_).size(), 2u);
  EXPECT_NE(fake::Pnp(network, IRP_MN_QUERY_PNP_DEVICE_STATE).information & PNP_DEVICE_REMOVED, 0u);
  EXPECT_EQ(fake::Pnp(network, IRP_MN_SURPRISE_REMOVAL).status, STATUS_SUCCESS);
  const std::size_t before = fake::DeviceCount();
  EXPECT_EQ(fake::Pnp(network, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(fake::DeviceCount(), before - 1) << "the device is deleted with its removal";
  card.Set(0, 4, 0x100F'8086);
  machine.functions.emplace(fake::At(0, 3), card);
  EXPECT_NE(Find(u"PCI\\VEN_8086&DEV_100F"), nullptr);
  card.Set(0, 4, 0x1010'8086);
  machine.functions.at(fake::At(0, 3)) = card;
  EXPECT_EQ(Find(u"PCI\\VEN_8086&DEV_100F"), nullptr) << "another one in its place";
  EXPECT_NE(Find(u"PCI\\VEN_8086&DEV_1010"), nullptr);
  fake::Function(0, 3).Set(0x3C, 1, 5);
  EXPECT_EQ(fake::QueryBusRelations(bus_).size(), 3u);
}

TEST_F(PciTest, Bridge) {
  PDEVICE_OBJECT bridge = Find(u"PCI\\VEN_1B36&DEV_0001");
  const auto needs = fake::QueryRequirements(bridge);
  ASSERT_EQ(needs.size(), 3u);
  EXPECT_EQ(needs[0].Type, CmResourceTypeBusNumber);
  EXPECT_EQ(needs[0].u.BusNumber.MinBusNumber, 1u);
  EXPECT_EQ(needs[1].Type, CmResourceTypePort);
  EXPECT_NE(needs[1].Flags & CM_RESOURCE_PORT_WINDOW_DECODE, 0);
  EXPECT_EQ(needs[1].u.Port.Length, 0x1000u);
  EXPECT_NE(needs[2].Flags & CM_RESOURCE_MEMORY_WINDOW_DECODE, 0);
  PDEVICE_OBJECT inner = Add(bridge);
  EXPECT_EQ(fake::Start(inner, {fake::Buses(1, 1), fake::Range(CmResourceTypePort, 0xD000, 0x1000)}), STATUS_SUCCESS);
  EXPECT_EQ(fake::Function(0, 4).Peek(4, 2) & 7, 7u);
  const auto behind = fake::QueryBusRelations(inner);
  ASSERT_EQ(behind.size(), 1u);
  EXPECT_EQ(fake::QueryId(behind[0], BusQueryInstanceID), u"0020");
  EXPECT_EQ(fake::QueryText(behind[0], DeviceTextLocationInformation), u"PCI bus 1, device 0, function 0");
  EXPECT_EQ(fake::QueryRequirements(behind[0]).size(), 3u);
  EXPECT_EQ(fake::Pnp(behind[0], IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(inner, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
}

TEST_F(PciTest, BridgeWithClosedWindow) {
  fake::Function(0, 4).Set(0x1C, 2, 0x00F0);
  PDEVICE_OBJECT bridge = Find(u"PCI\\VEN_1B36&DEV_0001");
  PDEVICE_OBJECT inner = Add(bridge);
  EXPECT_EQ(fake::Start(inner, {fake::Buses(1, 1)}), STATUS_SUCCESS);
  PDEVICE_OBJECT behind = fake::QueryBusRelations(inner).at(0);
  EXPECT_EQ(fake::QueryRequirements(behind).size(), 1u) << "only its interrupt";
  EXPECT_EQ(fake::Start(behind, {}), STATUS_SUCCESS);
  EXPECT_EQ(fake::Function(1, 0).Peek(4, 2) & 1, 0u) << "its ports would be somewhere";
  EXPECT_EQ(fake::Pnp(inner, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
}

TEST_F(PciTest, BridgeWithoutNumbers) {
  fake::Function(0, 4).Set(0x18, 4, 0);
  PDEVICE_OBJECT bridge = Find(u"PCI\\VEN_1B36&DEV_0001");
  EXPECT_TRUE(fake::QueryRequirements(bridge).empty());
  PDEVICE_OBJECT inner = Add(bridge);
  EXPECT_EQ(fake::Start(inner, {}), STATUS_DEVICE_CONFIGURATION_ERROR);
  EXPECT_TRUE(fake::QueryBusRelations(inner).empty());
  EXPECT_EQ(fake::Pnp(inner, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
}

TEST_F(PciTest, Config) {
  FakeConfig &config = fake::Function(0, 3);
  config.Set(6, 2, 0x10).Set(0x34, 1, 0x40).Set(0x40, 2, 5).Set(0x42, 2, 0x80).Writable(0x42, 2, 0x71);
  config.Writable(0x44, 4, 0xFFFF'FFFC).Writable(0x60, 4, UINT32_MAX).Writable(0x3C, 1, 0xFF);
  PDEVICE_OBJECT network = Network();
  ULONG value = 0;
  NTSTATUS status;
  EXPECT_EQ(Transfer(network, IRP_MN_READ_CONFIG, 0, &value, 4, status), 4u);
  EXPECT_EQ(value, 0x100E'8086u);
  EXPECT_EQ(Transfer(network, IRP_MN_READ_CONFIG, 254, &value, 4, status), 0u);
  EXPECT_EQ(status, STATUS_INVALID_PARAMETER);
  EXPECT_EQ(Transfer(network, IRP_MN_READ_CONFIG, MAXULONG, &value, 4, status), 0u);
  EXPECT_EQ(Transfer(network, IRP_MN_READ_CONFIG, 0, nullptr, 4, status), 0u);
  EXPECT_EQ(Write(network, 0x60, 0x1234'5678, 4), STATUS_SUCCESS) << "its own registers";
  EXPECT_EQ(config.Peek(0x60, 4), 0x1234'5678u);
  EXPECT_EQ(Write(network, 0x10, 0xE000'0000, 4), STATUS_ACCESS_DENIED) << "an address";
  EXPECT_EQ(Write(network, 0x13, 0xE0, 1), STATUS_ACCESS_DENIED) << "a byte of an address";
  EXPECT_EQ(Write(network, 0x10, 0xFEBC'0000, 4), STATUS_SUCCESS) << "changes nothing";
  EXPECT_EQ(Write(network, 0x30, 1, 4), STATUS_ACCESS_DENIED) << "the ROM";
  EXPECT_EQ(Write(network, 0x42, 0x81, 2), STATUS_ACCESS_DENIED) << "its messages";
  EXPECT_EQ(Write(network, 0x44, 0xFEE0'0000, 4), STATUS_ACCESS_DENIED);
  EXPECT_EQ(Write(network, 4, 7, 2), STATUS_ACCESS_DENIED) << "decoding before it is started";
  EXPECT_EQ(config.Peek(0x10, 4), 0xFEBC'0000u);
}

TEST_F(PciTest, Interface) {
  PDEVICE_OBJECT network = Network();
  BUS_INTERFACE_STANDARD standard{};
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = IRP_MN_QUERY_INTERFACE;
  stack.Parameters.QueryInterface.InterfaceType = &GUID_BUS_INTERFACE_STANDARD;
  stack.Parameters.QueryInterface.Size = sizeof(standard) - 1;
  stack.Parameters.QueryInterface.Version = 1;
  stack.Parameters.QueryInterface.Interface = reinterpret_cast<PINTERFACE>(&standard);
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_INVALID_PARAMETER);
  stack.Parameters.QueryInterface.Size = sizeof(standard);
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_SUCCESS);
  ULONG value = 0;
  EXPECT_EQ(standard.GetBusData(standard.Context, PCI_WHICHSPACE_CONFIG, &value, 8, 4), 4u);
  EXPECT_EQ(value, 0x0200'0003u);
  EXPECT_EQ(standard.GetBusData(standard.Context, PCI_WHICHSPACE_ROM, &value, 0, 4), 0u);
  EXPECT_EQ(standard.SetBusData(standard.Context, PCI_WHICHSPACE_CONFIG, &value, 0x10, 4), 0u);
  ULONG space = 1;
  PHYSICAL_ADDRESS address{}, translated{};
  address.QuadPart = 0xC000;
  EXPECT_TRUE(standard.TranslateBusAddress(standard.Context, address, 4, &space, &translated));
  EXPECT_EQ(translated.QuadPart, 0xC000);
  standard.InterfaceDereference(standard.Context);
  stack.Parameters.QueryInterface.InterfaceType = &GUID_BUS_TYPE_PCI;
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_NOT_SUPPORTED);
}

TEST_F(PciTest, ReenumeratesItself) {
  PDEVICE_OBJECT network = Network();
  REENUMERATE_SELF_INTERFACE_STANDARD self{};
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_PNP;
  stack.MinorFunction = IRP_MN_QUERY_INTERFACE;
  stack.Parameters.QueryInterface.InterfaceType = &GUID_REENUMERATE_SELF_INTERFACE_STANDARD;
  stack.Parameters.QueryInterface.Size = sizeof(self) - 1;
  stack.Parameters.QueryInterface.Version = 1;
  stack.Parameters.QueryInterface.Interface = reinterpret_cast<PINTERFACE>(&self);
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_INVALID_PARAMETER);
  stack.Parameters.QueryInterface.Size = sizeof(self);
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_SUCCESS);
  self.SurpriseRemoveAndReenumerateSelf(self.Context);
  self.InterfaceDereference(self.Context);
  EXPECT_EQ(machine.invalidated, 1u);
  PDEVICE_OBJECT again = Network();
  EXPECT_NE(again, network) << "a new device for the same function";
  EXPECT_EQ(fake::Pnp(network, IRP_MN_SURPRISE_REMOVAL).status, STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(network, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(Network(), again);
}

TEST_F(PciTest, Power) {
  FakeConfig &config = fake::Function(0, 3);
  config.Set(6, 2, 0x10).Set(0x34, 1, 0x40).Set(0x40, 2, 1).Set(0x42, 2, 2).Writable(0x44, 2, 3);
  PDEVICE_OBJECT network = Network();
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_POWER;
  stack.MinorFunction = IRP_MN_SET_POWER;
  stack.Parameters.Power.Type = DevicePowerState;
  stack.Parameters.Power.State.DeviceState = PowerDeviceD3;
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_SUCCESS);
  EXPECT_EQ(config.Peek(0x44, 2), 3u);
  stack.Parameters.Power.State.DeviceState = PowerDeviceD0;
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_SUCCESS);
  EXPECT_EQ(config.Peek(0x44, 2), 0u);
  stack.Parameters.Power.State.DeviceState = PowerDeviceMaximum;
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_INVALID_PARAMETER);
  stack.MinorFunction = IRP_MN_WAIT_WAKE;
  EXPECT_EQ(fake::Send(network, stack).status, STATUS_NOT_SUPPORTED);
  stack.MinorFunction = IRP_MN_SET_POWER;
  stack.Parameters.Power.Type = SystemPowerState;
  stack.Parameters.Power.State.SystemState = PowerSystemShutdown;
  EXPECT_EQ(fake::Send(bus_, stack).status, STATUS_SUCCESS) << "the drivers below decide";
}

TEST_F(PciTest, OtherRequests) {
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_CREATE;
  EXPECT_EQ(fake::Send(Network(), stack).status, STATUS_INVALID_DEVICE_REQUEST);
  EXPECT_EQ(fake::Send(bus_, stack, STATUS_SUCCESS).status, STATUS_SUCCESS) << "for the device below";
  stack.MajorFunction = IRP_MJ_SYSTEM_CONTROL;
  EXPECT_EQ(fake::Send(Network(), stack).status, STATUS_NOT_SUPPORTED);
  EXPECT_EQ(fake::Pnp(bus_, IRP_MN_QUERY_PNP_DEVICE_STATE).information, 0u) << "unlike on NT it can be restarted";
}

TEST_F(PciTest, WithoutMemory) {
  for (unsigned count = 1;; count += 1) {
    machine.functions.emplace(fake::At(0, 7), E1000());
    fake::FailAfter(count);
    for (PDEVICE_OBJECT device : fake::QueryBusRelations(bus_)) {
      fake::QueryId(device, BusQueryHardwareIDs);
      fake::QueryText(device, DeviceTextLocationInformation);
      fake::QueryRequirements(device);
      fake::QueryResources(device);
    }
    const bool failed = fake::Failed();
    fake::FailAfter(0);
    machine.functions.erase(fake::At(0, 7));
    const auto before = fake::QueryBusRelations(bus_);
    EXPECT_EQ(before.size(), 3u);
    if (!failed) {
      break;
    }
    ASSERT_LT(count, 200u);
  }
}

}  // namespace
