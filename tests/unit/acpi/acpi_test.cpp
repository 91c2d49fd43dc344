#include "tables.hpp"

#include <gtest/gtest.h>
#include <acpi/dsdt.hpp>
#include <acpi/fadt.hpp>
#include <acpi/hpet.hpp>
#include <acpi/madt.hpp>
#include <acpi/mcfg.hpp>

namespace {

using acpi::Block;

template <typename T>
NTSTATUS StatusOf(const Result<T> &result) {
  return result ? STATUS_SUCCESS : result.error().Code();
}

TEST(Table, RefusesWhatIsWrong) {
  TableBuilder builder("TEST", 40);
  std::vector<std::byte> good = builder.Build();
  EXPECT_EQ(acpi::Table::Check(good, "TEST")->Length(), 40u);
  EXPECT_EQ(StatusOf(acpi::Table::Check(good, "TESS")), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::Table::Check(good, "")), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::Table::Check({}, "TEST")), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::Table::Check(std::span(good).first(39), "TEST")), STATUS_ACPI_INVALID_TABLE) << "cut";
  for (std::size_t i = 0; i < good.size(); i += 1) {
    std::vector<std::byte> bad = good;
    bad[i] ^= std::byte{1};
    EXPECT_EQ(StatusOf(acpi::Table::Check(bad, "TEST")), STATUS_ACPI_INVALID_TABLE) << "byte " << i;
  }
  std::vector<std::byte> tail = good;
  tail.push_back(std::byte{7});
  EXPECT_EQ(acpi::Table::Check(tail, "TEST")->Length(), 40u) << "bytes behind the table do not count";
  EXPECT_EQ(StatusOf(acpi::Table::Check(TableBuilder("TEST", 36).Build(35), "TEST")), STATUS_ACPI_INVALID_TABLE);
}

TEST(Table, ReadsPastTheEndAreZero) {
  const std::vector<std::byte> bytes = TableBuilder("TEST", 40).Set(36, 0x44332211, 4).Build();
  const acpi::Table table = *acpi::Table::Check(bytes, "TEST");
  EXPECT_EQ(table.Read32(36), 0x44332211u);
  EXPECT_EQ(table.Read16(38), 0x4433u);
  EXPECT_EQ(table.Read32(37), 0u) << "partly beyond";
  EXPECT_EQ(table.Read8(40), 0u);
  EXPECT_EQ(table.Read64(SIZE_MAX), 0u);
  EXPECT_FALSE(table.Has(1, SIZE_MAX));
}

TEST(Fadt, Pc) {
  const std::vector<std::byte> bytes = PcFadt().Build();
  const auto fadt = acpi::ParseFadt(bytes);
  ASSERT_TRUE(fadt);
  EXPECT_EQ(fadt->revision, 1);
  EXPECT_EQ(fadt->sci_interrupt, 9);
  EXPECT_EQ(fadt->smi_command_port, 0xB2u);
  EXPECT_EQ(fadt->acpi_enable, 0xF1);
  EXPECT_EQ(fadt->pm1a_event, (Block{false, 0x600, 4}));
  EXPECT_EQ(fadt->pm1a_control, (Block{false, 0x604, 2}));
  EXPECT_EQ(fadt->pm_timer, (Block{false, 0x608, 4}));
  EXPECT_EQ(fadt->gpe0, (Block{false, 0xAFE0, 4}));
  EXPECT_FALSE(fadt->pm1b_event.Present());
  EXPECT_FALSE(fadt->pm1b_control.Present());
  EXPECT_FALSE(fadt->pm2_control.Present());
  EXPECT_FALSE(fadt->reset_register);
  EXPECT_TRUE(fadt->fixed_power_button == true) << "flag PWR_BUTTON is clear";
  EXPECT_FALSE(fadt->fixed_sleep_button);
  EXPECT_TRUE(fadt->legacy_devices && fadt->keyboard_controller && fadt->rtc) << "ACPI 1.0 has no boot flags";
  EXPECT_EQ(fadt->dsdt, 0x7FE0040u);
  EXPECT_EQ(fadt->century, 0x32);
}

TEST(Fadt, Q35) {
  const std::vector<std::byte> bytes = Q35Fadt().Build();
  const auto fadt = acpi::ParseFadt(bytes);
  ASSERT_TRUE(fadt);
  EXPECT_EQ(fadt->pm1a_control, (Block{false, 0x604, 2}));
  EXPECT_EQ(fadt->gpe0, (Block{false, 0x620, 16}));
  ASSERT_TRUE(fadt->reset_register);
  EXPECT_EQ(fadt->reset_register->address, 0xCF9u);
  EXPECT_EQ(fadt->reset_value, 0xF);
  EXPECT_TRUE(fadt->keyboard_controller);
  EXPECT_FALSE(fadt->legacy_devices) << "boot flags have 8042 only";
  EXPECT_TRUE(fadt->message_interrupts);
}

TEST(Fadt, ExtendedBlocks) {
  auto table = Q35Fadt().Set(64, 0, 4).Address(172, 0, 16, 0xFED0'0604);
  EXPECT_EQ(acpi::ParseFadt(table.Build())->pm1a_control, (Block{true, 0xFED0'0604, 2}));
  table.Set(89, 0, 1);
  EXPECT_EQ(acpi::ParseFadt(table.Build())->pm1a_control, (Block{true, 0xFED0'0604, 2})) << "length from the width";
  table.Set(173, 8, 1);
  EXPECT_FALSE(acpi::ParseFadt(table.Build())->pm1a_control.Present()) << "one byte is too short";
  table.Address(172, 2, 16, 0x604);
  EXPECT_FALSE(acpi::ParseFadt(table.Build())->pm1a_control.Present()) << "in configuration space";
  table.Address(172, 0, 16, UINT64_MAX);
  EXPECT_FALSE(acpi::ParseFadt(table.Build())->pm1a_control.Present()) << "wraps";
}

TEST(Fadt, RefusedAndAbsent) {
  EXPECT_EQ(StatusOf(acpi::ParseFadt(TableBuilder("FACP", 115).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::ParseFadt(TableBuilder("APIC", 244).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_FALSE(acpi::ParseFadt(PcFadt().Set(64, 0x1'0000, 4).Build())->pm1a_control.Present()) << "no port";
  EXPECT_FALSE(acpi::ParseFadt(PcFadt().Set(64, 0xFFFF, 4).Build())->pm1a_control.Present()) << "ends past the ports";
  EXPECT_FALSE(acpi::ParseFadt(PcFadt().Set(89, 1, 1).Build())->pm1a_control.Present()) << "too short";
  EXPECT_TRUE(acpi::ParseFadt(PcFadt().Set(64, 0xFFFE, 4).Build())->pm1a_control.Present());
  EXPECT_EQ(acpi::ParseFadt(PcFadt().Set(48, 0x1'00B2, 4).Build())->smi_command_port, 0u);
  EXPECT_EQ(acpi::ParseFadt(PcFadt().Set(108, 0x80, 1).Build())->century, 0);
  EXPECT_FALSE(acpi::ParseFadt(Q35Fadt().Set(112, 0, 4).Build())->reset_register) << "not supported";
  EXPECT_FALSE(acpi::ParseFadt(Q35Fadt().Address(116, 1, 16, 0xCF9).Build())->reset_register) << "not a byte";
  EXPECT_FALSE(acpi::ParseFadt(Q35Fadt().Address(116, 1, 8, 0x1'0CF9).Build())->reset_register) << "no port";
  EXPECT_FALSE(acpi::ParseFadt(Q35Fadt().Address(116, 3, 8, 0xCF9).Build())->reset_register) << "unknown space";
  EXPECT_FALSE(acpi::ParseFadt(Q35Fadt().Address(116, 1, 8, 0).Build())->reset_register);
  EXPECT_TRUE(acpi::ParseFadt(Q35Fadt().Address(116, 2, 8, 0x1F'0000'0044).Build())->reset_register);
}

TEST(Fadt, BootFlags) {
  const auto none = acpi::ParseFadt(Q35Fadt().Set(109, 0x2C, 2).Build());
  EXPECT_FALSE(none->keyboard_controller || none->legacy_devices || none->vga || none->message_interrupts || none->rtc);
  const auto all = acpi::ParseFadt(Q35Fadt().Set(109, 0x03, 2).Build());
  EXPECT_TRUE(all->keyboard_controller && all->legacy_devices && all->vga && all->message_interrupts && all->rtc);
  EXPECT_FALSE(acpi::ParseFadt(PcFadt().Set(112, 0x10, 4).Build())->fixed_power_button);
}

TEST(Fadt, HardwareReduced) {
  auto table = Q35Fadt().Set(8, 5, 1).Set(112, 1u << 20 | 1u << 10, 4);
  const auto fadt = acpi::ParseFadt(table.Build());
  EXPECT_TRUE(fadt->hardware_reduced);
  EXPECT_FALSE(fadt->pm1a_control.Present());
  EXPECT_FALSE(fadt->fixed_power_button);
  EXPECT_TRUE(fadt->reset_register);
  EXPECT_FALSE(acpi::ParseFadt(table.Set(8, 4, 1).Build())->hardware_reduced) << "the flag came with revision 5";
}

std::optional<acpi::SleepType> SoftOff(std::initializer_list<unsigned> aml) {
  TableBuilder table("DSDT", 36);
  const auto found = acpi::FindSoftOff(table.Append(aml).Build());
  EXPECT_TRUE(found);
  return *found;
}

TEST(SoftOff, Forms) {
  // Name(_S5_, Package(4) {0, 0, 0, 0}) as QEMU has it.
  EXPECT_EQ(SoftOff({8, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0})->a, 0);
  const auto bytes = SoftOff({8, '\\', '_', 'S', '5', '_', 0x12, 8, 4, 0xA, 7, 0xA, 5, 0, 0});
  EXPECT_EQ(bytes->a, 7);
  EXPECT_EQ(bytes->b, 5);
  EXPECT_EQ(SoftOff({8, '_', 'S', '5', '_', 0x12, 0x49, 0x00, 4, 0xA, 6, 1, 0, 0, 0})->b, 1) << "length of two bytes";
  EXPECT_EQ(SoftOff({8, '_', 'S', '5', '_', 0x12, 3, 1, 1})->a, 1) << "one element";
  EXPECT_EQ(SoftOff({0x14, '_', 'S', '5', '_', 0, 8, '_', 'S', '5', '_', 0x12, 4, 2, 1, 1})->b, 1)
      << "the second place";
}

TEST(SoftOff, NotFound) {
  EXPECT_FALSE(SoftOff({}));
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_'}));
  EXPECT_FALSE(SoftOff({'_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0, 0})) << "not named";
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_', 0x12, 6, 4, 0, 0, 0})) << "longer than the table";
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_', 0x12, 2, 4, 0, 0, 0, 0})) << "elements outside the package";
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_', 0x12, 6, 0, 0, 0, 0, 0})) << "empty";
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_', 0x12, 6, 4, 0xA, 8, 0, 0})) << "no SLP_TYP";
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_', 0x12, 6, 4, 0xB, 5, 0, 0})) << "a word";
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_', 0x12, 0x86, 0, 0, 4, 0, 0, 0})) << "a length of three bytes";
  EXPECT_FALSE(SoftOff({8, '_', 'S', '5', '_', 0x11, 6, 4, 0, 0, 0, 0})) << "a buffer";
  EXPECT_EQ(StatusOf(acpi::FindSoftOff(TableBuilder("SSDT", 60).Build())), STATUS_ACPI_INVALID_TABLE);
}

TEST(Dsdt, CountsDevices) {
  EXPECT_EQ(acpi::EisaId("PNP0501"), 0x0105'D041u);
  EXPECT_EQ(acpi::EisaId("PNP0A03"), 0x030A'D041u);
  EXPECT_EQ(acpi::EisaId("PNP0C0F"), 0x0F0C'D041u);
  TableBuilder table("DSDT", 36);
  table.Append({8, '_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 5, 1}).Append({8, '_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 5, 1});
  table.Append({8, '_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 3, 3}).Append({'_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 5, 1});
  table.Append({8, '_', 'H', 'I', 'D', 0xB, 0x41, 0xD0, 5, 1}).Append({8, '_', 'H', 'I', 'D', 0xC, 0x41, 0xD0, 5});
  const std::vector<std::byte> bytes = table.Build();
  EXPECT_EQ(*acpi::CountDevices(bytes, acpi::EisaId("PNP0501")), 2u);
  EXPECT_EQ(*acpi::CountDevices(bytes, acpi::EisaId("PNP0303")), 1u);
  EXPECT_EQ(*acpi::CountDevices(bytes, acpi::EisaId("PNP0700")), 0u);
  EXPECT_EQ(StatusOf(acpi::CountDevices(TableBuilder("SSDT", 60).Build(), 0)), STATUS_ACPI_INVALID_TABLE);
}

TableBuilder PcMadt() {
  TableBuilder table("APIC", 44);
  table.Set(36, 0xFEE0'0000, 4).Set(40, 1, 4);
  table.Append({0, 8, 3, 4, 1, 0, 0, 0}).Append({1, 12, 2, 0, 0, 0, 0xC0, 0xFE, 0, 0, 0, 0});
  table.Append({2, 10, 0, 0, 2, 0, 0, 0, 0, 0}).Append({2, 10, 0, 9, 9, 0, 0, 0, 0xD, 0});
  table.Append({2, 10, 0, 10, 20, 0, 0, 0, 0xF, 0}).Append({4, 6, 0xFF, 0, 0, 1});
  return table;
}

TEST(Madt, Reads) {
  auto table = PcMadt();
  table.Append({9, 16, 0, 0, 0, 1, 0, 0, 2, 0, 0, 0, 7, 0, 0, 0});
  const std::vector<std::byte> bytes = table.Build();
  const auto madt = acpi::Madt::Parse(bytes);
  ASSERT_TRUE(madt);
  EXPECT_EQ(madt->LocalApicAddress(), 0xFEE0'0000u);
  EXPECT_TRUE(madt->HasLegacyPics());
  EXPECT_EQ(madt->Processor(0)->id, 4u);
  EXPECT_EQ(madt->Processor(0)->processor, 3u);
  EXPECT_TRUE(madt->Processor(0)->enabled);
  EXPECT_EQ(madt->Processor(1)->id, 256u);
  EXPECT_EQ(madt->Processor(1)->processor, 7u);
  EXPECT_TRUE(madt->Processor(1)->online_capable && !madt->Processor(1)->enabled);
  EXPECT_FALSE(madt->Processor(2));
  EXPECT_EQ(madt->Controller(0)->address, 0xFEC0'0000u);
  EXPECT_EQ(madt->Controller(0)->id, 2);
  EXPECT_FALSE(madt->Controller(1));
}

TEST(Madt, Routes) {
  const std::vector<std::byte> bytes = PcMadt().Build();
  const auto madt = acpi::Madt::Parse(bytes);
  ASSERT_TRUE(madt);
  EXPECT_EQ(madt->Route(0), (acpi::InterruptRoute{2, false, false}));
  EXPECT_EQ(madt->Route(1), (acpi::InterruptRoute{1, false, false}));
  EXPECT_EQ(madt->Route(2), std::nullopt) << "GSI 2 is the timer's";
  EXPECT_EQ(madt->Route(9), (acpi::InterruptRoute{9, true, false}));
  EXPECT_EQ(madt->Route(10), (acpi::InterruptRoute{20, true, true}));
  EXPECT_EQ(madt->Route(15), (acpi::InterruptRoute{15, false, false}));
  EXPECT_EQ(madt->Route(16), std::nullopt);
}

TEST(Madt, AddressOverride) {
  auto table = PcMadt();
  table.Append({5, 12, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0});
  EXPECT_EQ(acpi::Madt::Parse(table.Build())->LocalApicAddress(), 0x1'0000'0000u);
}

TEST(Madt, Refuses) {
  const auto status = [](std::initializer_list<unsigned> entries) {
    return StatusOf(acpi::Madt::Parse(PcMadt().Append(entries).Build()));
  };
  EXPECT_EQ(status({}), STATUS_SUCCESS);
  EXPECT_EQ(status({0x70, 3, 0}), STATUS_SUCCESS) << "a kind that nobody knows";
  EXPECT_EQ(status({0x70, 0}), STATUS_ACPI_INVALID_TABLE) << "no progress";
  EXPECT_EQ(status({0x70, 1}), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(status({0x70}), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(status({0x70, 4, 0}), STATUS_ACPI_INVALID_TABLE) << "beyond the end";
  EXPECT_EQ(status({0, 7, 0, 0, 0, 0, 0}), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(status({2, 8, 0, 0, 0, 0, 0, 0}), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::Madt::Parse(TableBuilder("APIC", 40).Build())), STATUS_ACPI_INVALID_TABLE);
}

TEST(Hpet, Reads) {
  auto table = TableBuilder("HPET", 56).Set(36, 0x8086'A201, 4).Address(40, 0, 0, 0xFED0'0000).Set(53, 100, 2);
  const auto hpet = acpi::ParseHpet(table.Build());
  ASSERT_TRUE(hpet);
  EXPECT_EQ(hpet->address, 0xFED0'0000u);
  EXPECT_EQ(hpet->timers, 3);
  EXPECT_TRUE(hpet->wide_counter && hpet->legacy_replacement);
  EXPECT_EQ(hpet->vendor, 0x8086);
  EXPECT_EQ(hpet->minimum_tick, 100);
  EXPECT_EQ(StatusOf(acpi::ParseHpet(table.Address(40, 1, 0, 0xFED0'0000).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::ParseHpet(table.Address(40, 0, 0, 0).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::ParseHpet(table.Address(40, 0, 0, 0xFED0'0001).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::ParseHpet(table.Address(40, 0, 0, UINT64_MAX - 7).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::ParseHpet(TableBuilder("HPET", 55).Build())), STATUS_ACPI_INVALID_TABLE);
}

TEST(Mcfg, Reads) {
  auto table = TableBuilder("MCFG", 76);
  table.Set(44, 0xB000'0000, 8)
      .Set(55, 0x7F, 1)
      .Set(60, 0x2000'0000, 8)
      .Set(68, 1, 2)
      .Set(70, 0x20, 1)
      .Set(71, 0x3F, 1);
  const std::vector<std::byte> bytes = table.Build();
  const auto mcfg = acpi::Mcfg::Parse(bytes);
  ASSERT_TRUE(mcfg);
  EXPECT_EQ(mcfg->Count(), 2u);
  EXPECT_EQ(mcfg->Find(0, 0x7F)->Address(1, 2, 3), 0xB011'3000u);
  EXPECT_EQ(mcfg->Find(1, 0x20)->Address(0x20, 0, 0), 0x2200'0000u);
  EXPECT_FALSE(mcfg->Find(0, 0x80));
  EXPECT_FALSE(mcfg->Find(1, 0x1F));
  EXPECT_FALSE(mcfg->Find(2, 0x20));
  EXPECT_EQ(StatusOf(acpi::Mcfg::Parse(table.Set(54, 0x80, 1).Build())), STATUS_ACPI_INVALID_TABLE) << "upside down";
  EXPECT_EQ(StatusOf(acpi::Mcfg::Parse(table.Set(54, 0, 1).Set(44, 0xB000'1000, 8).Build())),
            STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::Mcfg::Parse(table.Set(44, 0, 8).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::Mcfg::Parse(table.Set(44, 0xFFFF'FFFF'FFF0'0000, 8).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(StatusOf(acpi::Mcfg::Parse(TableBuilder("MCFG", 40).Build())), STATUS_ACPI_INVALID_TABLE);
  EXPECT_EQ(acpi::Mcfg::Parse(TableBuilder("MCFG", 59).Build())->Count(), 0u) << "a range that is cut off is none";
}

}  // namespace
