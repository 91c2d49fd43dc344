#include "pc_source.hpp"

namespace acpibus {
namespace {

using Kind = Resource::Kind;

constexpr ULONGLONG kLowestPciPort = 0xD00;
constexpr ULONGLONG kLastBeforeConfig = 0xCF7;  // then the configuration space's own ports
constexpr ULONGLONG kVgaMemory = 0xA'0000, kVgaMemoryEnd = 0xB'FFFF;
constexpr ULONGLONG kMemoryEnd = 0xFEBF'FFFF;  // behind it: IOAPIC, HPET, local APIC, firmware
constexpr ULONGLONG kHighEnd = (ULONGLONG{1} << 46) - 1;
constexpr ULONGLONG kHpetSize = 0x400;
constexpr ULONGLONG kBusSize = 0x10'0000;

// Where a PC's serial ports are, in the order in which firmware numbers them.
struct SerialPort {
  USHORT first;
  UCHAR interrupt;
};
constexpr SerialPort kSerialPorts[] = {{0x3F8, 4}, {0x2F8, 3}, {0x3E8, 4}, {0x2E8, 3}};

DeviceRecord Record(std::u16string_view id, std::u16string_view description, ULONG unique = 0) {
  DeviceRecord record;
  record.hardware_id = id;
  record.description = description;
  record.unique_id = unique;
  return record;
}

// The memory between `first` and `last` but for the enhanced configuration space.
void AddWindow(DeviceRecord &record, const Machine &machine, ULONGLONG first, ULONGLONG last) {
  if (first > last) {
    return;
  }
  if (machine.ecam) {
    const ULONGLONG ecam = machine.ecam->Address(machine.ecam->first_bus, 0, 0);
    const ULONGLONG ecam_end = machine.ecam->Address(machine.ecam->last_bus, 0, 0) + (kBusSize - 1);
    if (ecam <= last && ecam_end >= first) {
      if (ecam > first) {
        record.Add(Kind::kMemoryWindow, first, ecam - 1);
      }
      if (ecam_end < last) {
        record.Add(Kind::kMemoryWindow, ecam_end + 1, last);
      }
      return;
    }
  }
  record.Add(Kind::kMemoryWindow, first, last);
}

// Without AML the windows are the usual ones. What is searched first comes first: the low ports belong to devices that
// were there before PCI.
NTSTATUS AddPciRoot(const Machine &machine, DeviceSink &sink) {
  DeviceRecord record = machine.ecam ? Record(u"PNP0A08", u"PCI Express Root Complex") : Record(u"PNP0A03", u"PCI Bus");
  if (machine.ecam) {
    record.compatible_id = u"PNP0A03";
  }
  record.Add(Kind::kBuses, 0, machine.ecam ? machine.ecam->last_bus : 0xFF);
  record.Add(Kind::kPortWindow, kLowestPciPort, 0xFFFF);
  record.Add(Kind::kPortWindow, 0, kLastBeforeConfig);
  AddWindow(record, machine, machine.low_memory_end, kMemoryEnd);
  AddWindow(record, machine, machine.high_memory_end, kHighEnd);
  record.Add(Kind::kMemoryWindow, kVgaMemory, kVgaMemoryEnd);
  return sink.Found(record);
}

NTSTATUS AddInput(const Machine &machine, DeviceSink &sink) {
  if (!machine.fadt.keyboard_controller) {
    return STATUS_SUCCESS;
  }
  DeviceRecord keyboard = Record(u"PNP0303", u"Standard PS/2 Keyboard");
  keyboard.Add(Kind::kPorts, 0x60, 0x60);
  keyboard.Add(Kind::kPorts, 0x64, 0x64);
  keyboard.Add(Kind::kInterrupt, 1, 1);
  const NTSTATUS status = sink.Found(keyboard);
  if (!NT_SUCCESS(status)) {
    return status;
  }
  DeviceRecord mouse = Record(u"PNP0F13", u"PS/2 Compatible Mouse");
  mouse.Add(Kind::kInterrupt, 12, 12);
  return sink.Found(mouse);
}

NTSTATUS AddSerialPorts(const Machine &machine, DeviceSink &sink) {
  ULONG number = 0;
  for (const SerialPort &port : kSerialPorts) {
    if (number == machine.serial_ports) {
      break;
    }
    number += 1;
    DeviceRecord record = Record(u"PNP0501", u"Communications Port", number);
    record.Add(Kind::kPorts, port.first, port.first + 7);
    record.Add(Kind::kInterrupt, port.interrupt, port.interrupt);
    const NTSTATUS status = sink.Found(record);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

NTSTATUS AddFloppy(const Machine &machine, DeviceSink &sink) {
  if (!machine.floppy_controller) {
    return STATUS_SUCCESS;
  }
  DeviceRecord record = Record(u"PNP0700", u"Standard Floppy Disk Controller");
  record.Add(Kind::kPorts, 0x3F0, 0x3F5);
  record.Add(Kind::kPorts, 0x3F7, 0x3F7);
  record.Add(Kind::kInterrupt, 6, 6);
  record.Add(Kind::kDma, 2, 2);
  return sink.Found(record);
}

// The chips of the PC/AT: every PC-compatible chip set has them, whatever its tables say of the bus they were on.
NTSTATUS AddBoard(const Machine &machine, DeviceSink &sink) {
  DeviceRecord speaker = Record(u"PNP0800", u"System Speaker");
  speaker.Add(Kind::kPorts, 0x61, 0x61);
  speaker.Add(Kind::kPorts, 0x42, 0x43);
  DeviceRecord timer = Record(u"PNP0100", u"System Timer");
  timer.Add(Kind::kPorts, 0x40, 0x41);
  timer.Add(Kind::kInterrupt, 0, 0);
  DeviceRecord dma = Record(u"PNP0200", u"Direct Memory Access Controller");
  dma.Add(Kind::kPorts, 0x00, 0x0F);
  dma.Add(Kind::kPorts, 0x81, 0x83);
  dma.Add(Kind::kPorts, 0x87, 0x87);
  dma.Add(Kind::kPorts, 0x89, 0x8B);
  dma.Add(Kind::kPorts, 0x8F, 0x8F);
  dma.Add(Kind::kPorts, 0xC0, 0xDF);
  dma.Add(Kind::kDma, 4, 4);
  for (const DeviceRecord *record : {&speaker, &timer, &dma}) {
    const NTSTATUS status = sink.Found(*record);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  if (!machine.fadt.rtc) {
    return STATUS_SUCCESS;
  }
  DeviceRecord clock = Record(u"PNP0B00", u"System CMOS/Real Time Clock");
  clock.Add(Kind::kPorts, 0x70, 0x71);
  clock.Add(Kind::kInterrupt, 8, 8);
  return sink.Found(clock);
}

NTSTATUS AddHpet(const Machine &machine, DeviceSink &sink) {
  if (!machine.hpet) {
    return STATUS_SUCCESS;
  }
  DeviceRecord record = Record(u"PNP0103", u"High Precision Event Timer", machine.hpet->number);
  record.Add(Kind::kMemory, machine.hpet->address, machine.hpet->address + (kHpetSize - 1));
  return sink.Found(record);
}

NTSTATUS AddButtons(const Machine &machine, DeviceSink &sink) {
  if (machine.has_fadt && machine.fadt.fixed_power_button) {
    return sink.Found(Record(u"FixedButton", u"ACPI Fixed Feature Button"));
  }
  return machine.power_button_device ? sink.Found(Record(u"PNP0C0C", u"ACPI Power Button")) : STATUS_SUCCESS;
}

}  // namespace

NTSTATUS PcSource::Enumerate(DeviceSink &sink) const {
  using Step = NTSTATUS (*)(const Machine &, DeviceSink &);
  // What the console needs comes before the bus behind which the search takes longest.
  constexpr Step kSteps[] = {AddInput, AddSerialPorts, AddBoard, AddFloppy, AddHpet, AddButtons, AddPciRoot};
  for (const Step step : kSteps) {
    const NTSTATUS status = step(machine_, sink);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

}  // namespace acpibus
