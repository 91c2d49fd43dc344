// Registers of threads: NtGetContextThread, NtSetContextThread and the way back from a fault.

#include <ps/kernel_thread.hpp>
#include <ps/thread.hpp>

#include <cap/invoke.hpp>

namespace ps {

Result<void> Thread::ReadContext(CONTEXT &context) {
  if (kernel_ == nullptr || state_ == ThreadState::kTerminated) {
    return Fail(STATUS_THREAD_IS_TERMINATING);
  }
  seL4_UserContext registers;
  if (cap::ReadRegisters(kernel_->Tcb(), false, registers) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  ULONG flags = context.ContextFlags & ~ULONG{CONTEXT_AMD64};
  if ((flags & (CONTEXT_CONTROL & ~CONTEXT_AMD64)) != 0) {
    context.Rip = registers.rip;
    // In a service the stub keeps RSP in RBX, because the kernel loses it.
    bool in_service = state_ == ThreadState::kService || state_ == ThreadState::kHeld;
    context.Rsp = in_service ? registers.rbx : registers.rsp;
    context.EFlags = static_cast<ULONG>(registers.rflags);
    context.SegCs = 0x33;
    context.SegSs = 0x2b;
  }
  if ((flags & (CONTEXT_INTEGER & ~CONTEXT_AMD64)) != 0) {
    context.Rax = registers.rax;
    context.Rbx = registers.rbx;
    context.Rcx = registers.rcx;
    context.Rdx = registers.rdx;
    context.Rsi = registers.rsi;
    context.Rdi = registers.rdi;
    context.Rbp = registers.rbp;
    context.R8 = registers.r8;
    context.R9 = registers.r9;
    context.R10 = registers.r10;
    context.R11 = registers.r11;
    context.R12 = registers.r12;
    context.R13 = registers.r13;
    context.R14 = registers.r14;
    context.R15 = registers.r15;
  }
  if ((flags & (CONTEXT_SEGMENTS & ~CONTEXT_AMD64)) != 0) {
    context.SegDs = context.SegEs = context.SegGs = 0x2b;
    context.SegFs = 0x53;
  }
  return {};
}

Result<void> Thread::WriteContext(const CONTEXT &context) {
  if (kernel_ == nullptr || state_ == ThreadState::kTerminated) {
    return Fail(STATUS_THREAD_IS_TERMINATING);
  }
  // A thread in a service would lose its reply: its registers are the stub's business.
  if (state_ == ThreadState::kService || state_ == ThreadState::kHeld) {
    return Fail(STATUS_NOT_IMPLEMENTED);
  }
  seL4_UserContext registers;
  if (cap::ReadRegisters(kernel_->Tcb(), false, registers) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  if ((context.ContextFlags & (CONTEXT_CONTROL & ~CONTEXT_AMD64)) != 0) {
    registers.rip = context.Rip;
    registers.rsp = context.Rsp;
    registers.rflags = context.EFlags;
  }
  if ((context.ContextFlags & (CONTEXT_INTEGER & ~CONTEXT_AMD64)) != 0) {
    registers.rax = context.Rax;
    registers.rbx = context.Rbx;
    registers.rcx = context.Rcx;
    registers.rdx = context.Rdx;
    registers.rsi = context.Rsi;
    registers.rdi = context.Rdi;
    registers.rbp = context.Rbp;
    registers.r8 = context.R8;
    registers.r9 = context.R9;
    registers.r10 = context.R10;
    registers.r11 = context.R11;
    registers.r12 = context.R12;
    registers.r13 = context.R13;
    registers.r14 = context.R14;
    registers.r15 = context.R15;
  }
  if (cap::WriteRegisters(kernel_->Tcb(), false, registers) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  return {};
}

void Thread::ResumeAt(const seL4_UserContext &registers) {
  // Writing registers of a thread that waits for our reply takes the reply away.
  bool run = suspend_count_ == 0;
  (void)cap::WriteRegisters(kernel_->Tcb(), run, registers);
}

}  // namespace ps
