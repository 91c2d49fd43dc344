#include "arch/x86_64/thread.hpp"

#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/descriptors.hpp"
#include "sched/scheduler.hpp"
#include "vspace/vspace.hpp"

extern "C" {
void IdleLoop();
extern char kernel_stack_top[];
}

namespace kernel {

Tcb *fpu_owner;
bool fpu_trapped;

namespace {

constexpr Word kCr0TaskSwitched = 8;

}  // namespace

void InitIdleThread(Tcb &tcb) {
  // A context that "returns" to the kernel's own loop: leaving the kernel needs no special case.
  tcb.context.rip = reinterpret_cast<Word>(&IdleLoop);
  tcb.context.cs = kKernelCs;
  tcb.context.ss = kKernelSs;
  tcb.context.rflags = kInitialFlags;
  tcb.context.rsp = reinterpret_cast<Word>(kernel_stack_top);
  tcb.state = ThreadState::kIdle;
}

void LoadVSpace(const Tcb &tcb) { vspace::Activate(tcb.slots[kSlotVSpace].cap); }

void ApplyFpu(Tcb &tcb) {
  if (tcb.fpu_disabled) {
    if (!fpu_trapped) {
      cpu::WriteCr0(cpu::ReadCr0() | kCr0TaskSwitched);
      fpu_trapped = true;
    }
    return;
  }
  if (fpu_trapped) {
    cpu::ClearTaskSwitched();
    fpu_trapped = false;
  }
  if (fpu_owner != &tcb) {
    if (fpu_owner != nullptr) {
      cpu::FpuSave(fpu_owner->fpu);
    }
    cpu::FpuRestore(tcb.fpu);
    fpu_owner = &tcb;
  }
}

void ReleaseFpu(const Tcb &tcb, bool save) {
  if (fpu_owner != &tcb) {
    return;
  }
  if (save) {
    if (fpu_trapped) {
      cpu::ClearTaskSwitched();
      fpu_trapped = false;
    }
    cpu::FpuSave(fpu_owner->fpu);
  }
  fpu_owner = nullptr;
}

void SwitchToThread(Tcb &tcb) {
  if (current != &idle_thread) {
    current->context.fs_base = cpu::ReadFsBase();
    current->context.gs_base = cpu::ReadGsBase();
  }
  ReadyRemove(tcb);
  current = &tcb;
  SetEntryFrame(tcb);
  if (&tcb == &idle_thread) {
    return;
  }
  LoadVSpace(tcb);
  ApplyFpu(tcb);
  cpu::WriteFsBase(tcb.context.fs_base);
  cpu::WriteGsBase(tcb.context.gs_base);
}

}  // namespace kernel
