#include "fake.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "../acpi/tables.hpp"

extern "C" NTSTATUS DriverEntry(PDRIVER_OBJECT driver, PUNICODE_STRING path);

namespace {

using fake::machine;

constexpr ULONG kFacp = 'PCAF', kDsdt = 'TDSD', kHpet = 'TEPH', kMcfg = 'GFCM';

class AcpiTest : public testing::Test {
 protected:
  AcpiTest() {
    fake::Reset();
    machine.tables[kFacp] = PcFadt().Build();
    TableBuilder dsdt("DSDT", 36);
    dsdt.Append({8, '_', 'S', '5', '_', 0x12, 6, 4, 0xA, 5, 0xA, 5, 0, 0});
    dsdt.Append({8, '_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 5, 1}).Append({8, '_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 5, 1});
    dsdt.Append({8, '_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 7, 0});
    machine.tables[kDsdt] = dsdt.Build();
    machine.tables[kHpet] = TableBuilder("HPET", 56).Set(36, 0x8086'A201, 4).Address(40, 0, 0, 0xFED0'0000).Build();
  }
  ~AcpiTest() override {
    if (bus_ != nullptr) {
      EXPECT_EQ(fake::Pnp(bus_, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
    }
    fake::Reset();
  }
  void StartBus() {
    EXPECT_EQ(DriverEntry(&fake::Driver(), nullptr), STATUS_SUCCESS);
    PDEVICE_OBJECT root = fake::RootDevice();
    EXPECT_EQ(fake::Driver().DriverExtension->AddDevice(&fake::Driver(), root), STATUS_SUCCESS);
    bus_ = fake::Attached(root);
    std::vector<CM_PARTIAL_RESOURCE_DESCRIPTOR> resources;
    for (const auto &[first, length] : {std::pair(0x600, 4), std::pair(0x604, 2), std::pair(0xB2, 1)}) {
      resources.push_back(fake::Range(CmResourceTypePort, static_cast<ULONGLONG>(first), static_cast<ULONG>(length)));
    }
    machine.ports = {{0x600, 0}, {0x602, 0x20}, {0x604, control_}, {0xB2, 0}};
    EXPECT_EQ(fake::Start(bus_, resources), STATUS_SUCCESS);
  }
  std::vector<std::u16string> Ids() {
    std::vector<std::u16string> ids;
    for (PDEVICE_OBJECT device : fake::QueryBusRelations(bus_)) {
      ids.push_back(fake::QueryId(device, BusQueryDeviceID) + u"\\" + fake::QueryId(device, BusQueryInstanceID));
    }
    return ids;
  }
  bool Has(std::u16string_view id) { return std::ranges::count(Ids(), id) == 1; }
  PDEVICE_OBJECT Find(std::u16string_view id) {
    for (PDEVICE_OBJECT device : fake::QueryBusRelations(bus_)) {
      if (fake::QueryId(device, BusQueryDeviceID) == id) {
        return device;
      }
    }
    return nullptr;
  }
  NTSTATUS Shutdown(POWER_ACTION action) {
    IO_STACK_LOCATION stack{};
    stack.MajorFunction = IRP_MJ_POWER;
    stack.MinorFunction = IRP_MN_SET_POWER;
    stack.Parameters.Power.Type = SystemPowerState;
    stack.Parameters.Power.State.SystemState = PowerSystemShutdown;
    stack.Parameters.Power.ShutdownType = action;
    return fake::Send(bus_, stack).status;
  }

  PDEVICE_OBJECT bus_ = nullptr;
  ULONG control_ = 1;  // PM1 control: SCI_EN
};

TEST_F(AcpiTest, FindsWhatAPcHas) {
  StartBus();
  for (const std::u16string_view id :
       {u"ACPI\\PNP0303\\0", u"ACPI\\PNP0F13\\0", u"ACPI\\PNP0501\\1", u"ACPI\\PNP0501\\2", u"ACPI\\PNP0800\\0",
        u"ACPI\\PNP0100\\0", u"ACPI\\PNP0200\\0", u"ACPI\\PNP0B00\\0", u"ACPI\\PNP0700\\0", u"ACPI\\PNP0103\\0",
        u"ACPI\\FixedButton\\0", u"ACPI\\PNP0A03\\0"}) {
    EXPECT_TRUE(Has(id)) << std::string(id.begin(), id.end());
  }
  EXPECT_EQ(Ids().size(), 12u);
  PDEVICE_OBJECT keyboard = Find(u"ACPI\\PNP0303");
  EXPECT_EQ(fake::QueryId(keyboard, BusQueryHardwareIDs), u"ACPI\\PNP0303|*PNP0303");
  EXPECT_EQ(fake::QueryId(keyboard, BusQueryCompatibleIDs), u"(none)");
  EXPECT_EQ(fake::QueryText(keyboard, DeviceTextDescription), u"Standard PS/2 Keyboard");
  EXPECT_EQ(fake::QueryText(keyboard, DeviceTextLocationInformation), u"(none)");
  const auto needs = fake::QueryRequirements(keyboard);
  ASSERT_EQ(needs.size(), 3u);
  EXPECT_EQ(needs[0].u.Port.MinimumAddress.QuadPart, 0x60);
  EXPECT_EQ(needs[1].u.Port.MaximumAddress.QuadPart, 0x64);
  EXPECT_EQ(needs[2].u.Interrupt.MinimumVector, 1u);
  EXPECT_EQ(fake::QueryResources(keyboard).size(), 3u);
  EXPECT_TRUE(fake::QueryRequirements(Find(u"ACPI\\FixedButton")).empty());
}

TEST_F(AcpiTest, Root) {
  StartBus();
  const auto windows = fake::QueryRequirements(Find(u"ACPI\\PNP0A03"));
  ASSERT_EQ(windows.size(), 6u);
  EXPECT_EQ(windows[0].u.BusNumber.Length, 256u);
  EXPECT_EQ(windows[1].u.Port.MinimumAddress.QuadPart, 0xD00);
  EXPECT_NE(windows[1].Flags & CM_RESOURCE_PORT_WINDOW_DECODE, 0);
  EXPECT_EQ(windows[3].u.Memory.MinimumAddress.QuadPart, 0x2000'0000) << "behind 400 MiB, in steps of 256";
  EXPECT_EQ(windows[3].u.Memory.MaximumAddress.QuadPart, 0xFEBF'FFFF);
  EXPECT_EQ(windows[4].Type, CmResourceTypeMemoryLarge);
  EXPECT_EQ(windows[4].u.Memory.MinimumAddress.QuadPart, 0x1'0000'0000);
}

TEST_F(AcpiTest, ExpressRoot) {
  machine.tables[kFacp] = Q35Fadt().Build();
  machine.tables[kMcfg] = TableBuilder("MCFG", 60).Set(44, 0xB000'0000, 8).Set(55, 0xFF, 1).Build();
  machine.tables.erase(kDsdt);
  StartBus();
  EXPECT_FALSE(Has(u"ACPI\\PNP0501\\1"));
  PDEVICE_OBJECT root = Find(u"ACPI\\PNP0A08");
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(fake::QueryId(root, BusQueryCompatibleIDs), u"ACPI\\PNP0A03|*PNP0A03");
  const auto windows = fake::QueryRequirements(root);
  ASSERT_EQ(windows.size(), 7u);
  EXPECT_EQ(windows[3].u.Memory.MaximumAddress.QuadPart, 0xAFFF'FFFF) << "the ECAM is left out";
  EXPECT_EQ(windows[4].u.Memory.MinimumAddress.QuadPart, 0xC000'0000);
}

TEST_F(AcpiTest, WithoutTables) {
  machine.tables.clear();
  StartBus();
  EXPECT_TRUE(Has(u"ACPI\\PNP0303\\0"));
  EXPECT_TRUE(Has(u"ACPI\\PNP0A03\\0"));
  EXPECT_FALSE(Has(u"ACPI\\FixedButton\\0"));
  EXPECT_EQ(Shutdown(PowerActionShutdownOff), STATUS_NOT_SUPPORTED);
  EXPECT_EQ(Shutdown(PowerActionShutdownReset), STATUS_NOT_SUPPORTED);
}

TEST_F(AcpiTest, BadTables) {
  for (auto &[id, bytes] : machine.tables) {
    bytes[20] ^= std::byte{1};
  }
  StartBus();
  EXPECT_TRUE(Has(u"ACPI\\PNP0303\\0"));
  EXPECT_FALSE(Has(u"ACPI\\PNP0501\\1"));
  EXPECT_FALSE(Has(u"ACPI\\PNP0103\\0"));
}

TEST_F(AcpiTest, PowerOff) {
  StartBus();
  machine.writes.clear();
  EXPECT_EQ(Shutdown(PowerActionShutdown), STATUS_SUCCESS) << "the machine stays on";
  EXPECT_TRUE(machine.writes.empty());
  EXPECT_EQ(Shutdown(PowerActionShutdownOff), STATUS_UNSUCCESSFUL) << "it came back";
  ASSERT_EQ(machine.writes.size(), 2u);
  EXPECT_EQ(machine.writes[0], (std::pair<ULONG_PTR, ULONG>(0x604, 1 | 5 << 10)));
  EXPECT_EQ(machine.writes[1], (std::pair<ULONG_PTR, ULONG>(0x604, 1 | 5 << 10 | 1 << 13)));
}

TEST_F(AcpiTest, TakesTheHardwareOver) {
  control_ = 0;
  StartBus();
  ASSERT_EQ(machine.writes.size(), 2u);
  EXPECT_EQ(machine.writes[0], (std::pair<ULONG_PTR, ULONG>(0x602, 0))) << "no event before there is a handler";
  EXPECT_EQ(machine.writes[1], (std::pair<ULONG_PTR, ULONG>(0xB2, 0xF1)));
  EXPECT_GE(machine.slept, 300u) << "the firmware never answered, and the start went on";
  EXPECT_EQ(fake::Pnp(bus_, IRP_MN_QUERY_STOP_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(bus_, IRP_MN_STOP_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(Shutdown(PowerActionShutdownOff), STATUS_NOT_SUPPORTED) << "its registers are no longer assigned";
  EXPECT_TRUE(fake::QueryBusRelations(bus_).empty());
}

TEST_F(AcpiTest, ResetNeedsItsPort) {
  machine.tables[kFacp] = Q35Fadt().Build();
  StartBus();
  EXPECT_EQ(Shutdown(PowerActionShutdownReset), STATUS_NOT_SUPPORTED) << "0xcf9 was not assigned";
}

TEST_F(AcpiTest, ResetInConfigurationSpace) {
  machine.tables[kFacp] = Q35Fadt().Address(116, 2, 8, 0x1F'0000'0044).Build();
  machine.functions.emplace(fake::At(0, 31), FakeConfig().Writable(0x44, 1, 0xFF));
  StartBus();
  EXPECT_EQ(Shutdown(PowerActionShutdownReset), STATUS_UNSUCCESSFUL);
  EXPECT_EQ(fake::Function(0, 31).Peek(0x44, 1), 0xFu);
}

TEST_F(AcpiTest, Life) {
  StartBus();
  PDEVICE_OBJECT keyboard = Find(u"ACPI\\PNP0303");
  EXPECT_EQ(fake::Start(keyboard, {}), STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(keyboard, IRP_MN_QUERY_REMOVE_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(fake::Pnp(keyboard, IRP_MN_REMOVE_DEVICE).status, STATUS_SUCCESS);
  EXPECT_EQ(Find(u"ACPI\\PNP0303"), keyboard) << "it is still there";
  EXPECT_EQ(fake::Pnp(keyboard, IRP_MN_READ_CONFIG).status, STATUS_NOT_SUPPORTED);
  EXPECT_EQ(fake::Pnp(keyboard, IRP_MN_EJECT).status, STATUS_NOT_SUPPORTED);
  IO_STACK_LOCATION stack{};
  stack.MajorFunction = IRP_MJ_DEVICE_CONTROL;
  EXPECT_EQ(fake::Send(keyboard, stack).status, STATUS_INVALID_DEVICE_REQUEST);
}

TEST_F(AcpiTest, WithoutMemory) {
  StartBus();
  for (unsigned count = 1;; count += 1) {
    fake::FailAfter(count);
    for (PDEVICE_OBJECT device : fake::QueryBusRelations(bus_)) {
      fake::QueryId(device, BusQueryHardwareIDs);
      fake::QueryRequirements(device);
      fake::QueryResources(device);
    }
    const bool failed = fake::Failed();
    fake::FailAfter(0);
    if (!failed) {
      break;
    }
    ASSERT_LT(count, 200u);
  }
  EXPECT_EQ(Ids().size(), 12u);
}

}  // namespace
