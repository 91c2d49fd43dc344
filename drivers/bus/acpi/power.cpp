// Switching the machine off and resetting it (ACPI 6.5, 4.8.3 and 7.4.2).

#include "acpi.hpp"

namespace acpibus {
namespace {

// PM1 control: SLP_TYP in bits 10 to 12, SLP_EN bit 13, SCI_EN bit 0.
constexpr ULONG kSleepTypeShift = 10;
constexpr ULONG kSleepTypeMask = 7u << kSleepTypeShift;
constexpr ULONG kSleepEnable = 1u << 13;
constexpr ULONG kSciEnable = 1u << 0;
constexpr ULONG kWord = 2;
// The firmware answers the command to hand over within this many milliseconds (4.8.3.1 names no limit).
constexpr unsigned kEnablePatience = 300;
constexpr unsigned kOffPatience = 1000;

void Sleep(unsigned milliseconds) {
  LARGE_INTEGER interval;
  interval.QuadPart = -10'000LL * milliseconds;
  KeDelayExecutionThread(KernelMode, FALSE, &interval);
}

// Writes SLP_TYP and SLP_EN; the other bits stay. False: not ours.
bool WriteSleep(const Registers &registers, const acpi::Block &control, UCHAR type) {
  const std::optional<ULONG> now = registers.Read(control, 0, kWord);
  if (!now) {
    return false;
  }
  const ULONG value = (*now & ~(kSleepTypeMask | kSleepEnable)) | ULONG{type} << kSleepTypeShift;
  // Some chip sets take the type only before the enable bit comes.
  return registers.Write(control, 0, kWord, value) && registers.Write(control, 0, kWord, value | kSleepEnable);
}

NTSTATUS SoftOff(const Bus *bus) {
  const Machine &machine = bus->machine;
  if (!machine.soft_off || !WriteSleep(bus->registers, machine.fadt.pm1a_control, machine.soft_off->a)) {
    return STATUS_NOT_SUPPORTED;
  }
  if (machine.fadt.pm1b_control.Present()) {
    WriteSleep(bus->registers, machine.fadt.pm1b_control, machine.soft_off->b);
  }
  Sleep(kOffPatience);
  return STATUS_UNSUCCESSFUL;
}

NTSTATUS ResetMachine(const Bus *bus) {
  const std::optional<acpi::GenericAddress> &reset = bus->machine.fadt.reset_register;
  if (!reset) {
    return STATUS_NOT_SUPPORTED;
  }
  if (reset->space == acpi::Space::kPciConfig) {
    // Device in bits 32 to 47, function in 16 to 31, register below; on bus 0 (ACPI 6.5, 4.8.3.6).
    UCHAR value = bus->machine.fadt.reset_value;
    const auto slot = static_cast<ULONG>((reset->address >> 32 & 0x1F) | (reset->address >> 16 & 7) << 5);
    if (HalSetBusDataByOffset(PCIConfiguration, 0, slot, &value, static_cast<ULONG>(reset->address & 0xFFFF), 1) != 1) {
      return STATUS_NOT_SUPPORTED;
    }
  } else if (!bus->registers.Write(reset->space == acpi::Space::kMemory, reset->address, 1,
                                   bus->machine.fadt.reset_value)) {
    return STATUS_NOT_SUPPORTED;
  }
  Sleep(kOffPatience);
  return STATUS_UNSUCCESSFUL;
}

NTSTATUS ShutDown(const Bus *bus, POWER_ACTION action) {
  switch (action) {
    case PowerActionShutdownReset:
      return ResetMachine(bus);
    case PowerActionShutdown:
      return STATUS_SUCCESS;  // the machine stays on
    default:
      return SoftOff(bus);
  }
}

}  // namespace

NTSTATUS BusPower(Bus *bus, PIRP irp) {
  NTSTATUS status = IoAcquireRemoveLock(&bus->remove_lock, irp);
  if (!NT_SUCCESS(status)) {
    PoStartNextPowerIrp(irp);
    return bus::Complete(irp, status);
  }
  PIO_STACK_LOCATION stack = IoGetCurrentIrpStackLocation(irp);
  const auto &power = stack->Parameters.Power;
  if (stack->MinorFunction == IRP_MN_SET_POWER && power.Type == SystemPowerState &&
      power.State.SystemState == PowerSystemShutdown) {
    status = ShutDown(bus, power.ShutdownType);
    if (!NT_SUCCESS(status)) {
      PoStartNextPowerIrp(irp);
      bus::Complete(irp, status);
      IoReleaseRemoveLock(&bus->remove_lock, irp);
      return status;
    }
  }
  status = bus::PassPowerDown(bus->lower, irp);
  IoReleaseRemoveLock(&bus->remove_lock, irp);
  return status;
}

void EnableAcpiMode(Bus *bus) {
  const acpi::Fadt &fadt = bus->machine.fadt;
  const std::optional<ULONG> control = bus->registers.Read(fadt.pm1a_control, 0, kWord);
  if (!control || (*control & kSciEnable) != 0 || fadt.smi_command_port == 0 || fadt.acpi_enable == 0) {
    return;  // already so, or for ever in the firmware's hands
  }
  // No event may come before there is a handler for it: the enable registers are the second half of the event block.
  for (const acpi::Block *block : {&fadt.pm1a_event, &fadt.pm1b_event}) {
    bus->registers.Write(*block, block->length / 2u, kWord, 0);
  }
  if (!bus->registers.Write(false, fadt.smi_command_port, 1, fadt.acpi_enable)) {
    return;
  }
  for (unsigned i = 0; i < kEnablePatience; i += 10) {
    if ((bus->registers.Read(fadt.pm1a_control, 0, kWord).value_or(kSciEnable) & kSciEnable) != 0) {
      return;
    }
    Sleep(10);
  }
}

}  // namespace acpibus
