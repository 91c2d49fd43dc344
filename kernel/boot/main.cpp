// The kernel's start: processor, devices, root task; then the scheduler picks the root task and the kernel is left.
#include "arch/x86_64/apic.hpp"
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "arch/x86_64/ioapic.hpp"
#include "arch/x86_64/serial.hpp"
#include "base/print.hpp"
#include "boot/paging.hpp"
#include "boot/root_task.hpp"
#include "sched/scheduler.hpp"

namespace kernel::boot {
namespace {

// What the reference configuration uses; long mode and 1 GiB pages were checked before paging.
void CheckProcessor() {
  const cpu::CpuidResult basic = cpu::Cpuid(1);
  const cpu::CpuidResult extended = cpu::Cpuid(0x80000001);
  const auto need = [](uint32_t word, unsigned bit, std::string_view sentence) {
    if ((word >> bit & 1) == 0) {
      Fatal(sentence);
    }
  };
  need(basic.edx, 9, "the processor has no local APIC");
  need(basic.edx, 13, "the processor has no global pages (pge)");
  need(basic.edx, 16, "the processor has no page attribute table (pat)");
  need(basic.edx, 24, "the processor has no FXSAVE (fxsr)");
  need(extended.edx, 11, "the processor has no SYSCALL instruction");
  need(cpu::Cpuid(0).eax >= 7 ? cpu::Cpuid(7).ebx : 0, 0, "the processor has no FSGSBASE instructions (fsgsbase)");
}

void InitProcessor() {
  constexpr Word kFxsr = 1 << 9, kXmmExceptions = 1 << 10, kFsGsBase = 1 << 16;
  cpu::WriteCr4(cpu::ReadCr4() | kFxsr | kXmmExceptions | kFsGsBase);
  // Page attribute table: write back, write through, UC-, UC, write combining, then the first three again, UC.
  constexpr uint32_t kPatMsr = 0x277;
  cpu::WriteMsr(kPatMsr, 0x0007'0401'0007'0406);
  InitDescriptors();
  cpu::WriteFsBase(0);
  cpu::WriteGsBase(0);
}

constinit LoaderInfo loader;

}  // namespace

extern "C" void BootMain(uint32_t magic, uint32_t information) {
  serial::Init();
  CheckProcessor();
  InitProcessor();
  ioapic::DisablePic();
  ReadLoaderInfo(magic, information, loader);
  const AcpiInfo acpi = ReadAcpi(loader);
  apic::Init(acpi.local_apic);
  ioapic::Init(acpi.io_apic);
  const uint32_t tsc_mhz = apic::Calibrate();
  FinishPaging();
  SchedulerInit();
  CreateRootTask(loader, acpi, tsc_mhz);
  Schedule();
}

}  // namespace kernel::boot
