#include <ps/exception.hpp>

#include <ps/kernel_thread.hpp>
#include <ps/process.hpp>
#include <ps/system_images.hpp>

#include <cap/invoke.hpp>
#include <ke/log.hpp>
#include <rtl/checked.hpp>

namespace ps {
namespace {

// What KiUserExceptionDispatcher finds at RSP.
struct ExceptionFrame {
  CONTEXT context;
  std::uint64_t alignment[4];
  EXCEPTION_RECORD record;
  std::uint64_t alignment2;
  std::uint64_t machine_frame[5];  // RIP, CS, RFLAGS, RSP, SS
  std::uint64_t padding[3];
};
static_assert(offsetof(ExceptionFrame, record) == 0x4f0);
static_assert(offsetof(ExceptionFrame, machine_frame) == 0x590);
static_assert(sizeof(ExceptionFrame) % 16 == 0);

constexpr std::uint64_t kTrapFlag = 0x100;

CONTEXT ToContext(const seL4_UserContext &registers) {
  CONTEXT context{};
  context.ContextFlags = CONTEXT_FULL | CONTEXT_SEGMENTS;
  context.SegCs = 0x33;
  context.SegDs = context.SegEs = context.SegGs = context.SegSs = 0x2b;
  context.SegFs = 0x53;
  context.EFlags = static_cast<ULONG>(registers.rflags);
  context.Rip = registers.rip;
  context.Rsp = registers.rsp;
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
  context.MxCsr = 0x1f80;
  context.FltSave.ControlWord = 0x27f;
  context.FltSave.MxCsr = 0x1f80;
  context.FltSave.MxCsr_Mask = 0xffff;
  return context;
}

EXCEPTION_RECORD Record(NTSTATUS code, std::uint64_t address) {
  EXCEPTION_RECORD record{};
  record.ExceptionCode = code;
  record.ExceptionAddress = reinterpret_cast<PVOID>(address);
  return record;
}

EXCEPTION_RECORD MemoryRecord(NTSTATUS code, std::uint64_t address, ULONG_PTR kind, std::uint64_t where) {
  EXCEPTION_RECORD record = Record(code, address);
  record.NumberParameters = code == STATUS_IN_PAGE_ERROR ? 3 : 2;
  record.ExceptionInformation[0] = kind;
  record.ExceptionInformation[1] = where;
  if (code == STATUS_IN_PAGE_ERROR) {
    record.ExceptionInformation[2] = static_cast<ULONG_PTR>(static_cast<LONG_PTR>(code));
  }
  return record;
}

// A general protection fault of the NT software interrupts: INT 29h (fail fast), 2Ch (assertion), 2Dh (debug service),
// 3 and everything else. Decoded from the opcode bytes, because emulators disagree about the error code.
EXCEPTION_RECORD ProtectionRecord(Thread &thread, seL4_UserContext &registers) {
  std::uint8_t code[2] = {};
  if (ke::CopyFromUser(thread.Space(), code, registers.rip, sizeof(code)) && code[0] == 0xcd) {
    if (code[1] == 0x29) {
      EXCEPTION_RECORD record = Record(STATUS_STACK_BUFFER_OVERRUN, registers.rip);
      record.ExceptionFlags = EXCEPTION_NONCONTINUABLE;
      record.NumberParameters = 1;
      record.ExceptionInformation[0] = registers.rcx;
      return record;
    }
    if (code[1] == 0x2c || code[1] == 0x2d) {
      registers.rip += 2;
      EXCEPTION_RECORD record =
          Record(code[1] == 0x2c ? STATUS_ASSERTION_FAILURE : STATUS_BREAKPOINT, registers.rip - 2);
      if (code[1] == 0x2d) {
        record.NumberParameters = 1;
        record.ExceptionInformation[0] = registers.rax;
      }
      return record;
    }
  }
  // NT reports a general protection fault as an access violation at an unknown address. Privileged instructions have a
  // status of their own.
  switch (code[0]) {
    case 0xf4:  // HLT
    case 0xfa:  // CLI
    case 0xfb:  // STI
    case 0xe4:
    case 0xe5:
    case 0xe6:
    case 0xe7:
    case 0xec:
    case 0xed:
    case 0xee:
    case 0xef:  // IN, OUT
      return Record(STATUS_PRIVILEGED_INSTRUCTION, registers.rip);
    default:
      return MemoryRecord(STATUS_ACCESS_VIOLATION, registers.rip, 0, ~std::uint64_t{0});
  }
}

// Exceptions of the processor (Intel SDM volume 3, table 6-1) as NT names them.
EXCEPTION_RECORD ProcessorRecord(Thread &thread, seL4_Word vector, seL4_UserContext &registers) {
  switch (vector) {
    case 0:
      return Record(STATUS_INTEGER_DIVIDE_BY_ZERO, registers.rip);
    case 1:
      registers.rflags &= ~kTrapFlag;
      return Record(STATUS_SINGLE_STEP, registers.rip);
    case 3: {
      // The breakpoint's own address is reported; the thread stands behind it.
      registers.rip -= 1;
      EXCEPTION_RECORD record = Record(STATUS_BREAKPOINT, registers.rip);
      record.NumberParameters = 1;
      return record;
    }
    case 4:
      return Record(STATUS_INTEGER_OVERFLOW, registers.rip);
    case 5:
      return Record(STATUS_ARRAY_BOUNDS_EXCEEDED, registers.rip);
    case 6:
      return Record(STATUS_ILLEGAL_INSTRUCTION, registers.rip);
    case 16:
    case 19:
      return Record(STATUS_FLOAT_MULTIPLE_FAULTS, registers.rip);
    case 17:
      return Record(STATUS_DATATYPE_MISALIGNMENT, registers.rip);
    default:
      return ProtectionRecord(thread, registers);
  }
}

}  // namespace

void DispatchException(Thread &thread, const EXCEPTION_RECORD &record, const CONTEXT &context) {
  ExceptionFrame frame{};
  frame.context = context;
  frame.record = record;
  frame.machine_frame[0] = context.Rip;
  frame.machine_frame[1] = context.SegCs;
  frame.machine_frame[2] = context.EFlags;
  frame.machine_frame[3] = context.Rsp;
  frame.machine_frame[4] = context.SegSs;
  std::uint64_t where = AlignDown(context.Rsp - sizeof(frame), 16);
  if (!ke::CopyToUser(thread.Space(), where, &frame, sizeof(frame))) {
    // Without a stack no handler can run, as in NT.
    EndByException(thread, record, context);
    return;
  }
  seL4_UserContext registers{};
  registers.rip = Ntdll().ki_user_exception_dispatcher;
  registers.rsp = where;
  registers.rflags = 0x200;
  registers.gs_base = thread.Teb();
  thread.ForgetReply();
  thread.ResumeAt(registers);
}

void DispatchException(Thread &thread, const EXCEPTION_RECORD &record, const seL4_UserContext &registers) {
  DispatchException(thread, record, ToContext(registers));
}

void EndByException(Thread &thread, const EXCEPTION_RECORD &record, const CONTEXT &context) {
  Process &process = thread.Owner();
  if (!process.Exiting()) {
    ke::Line line;
    line << process.ImageName() << " (" << process.Id() << "): ";
    line.Status(record.ExceptionCode) << " at ";
    line.Hex(context.Rip);
    if (record.ExceptionCode == STATUS_ACCESS_VIOLATION && record.NumberParameters >= 2) {
      constexpr std::string_view kKinds[] = {", reading ", ", writing ", ", "};
      ULONG_PTR kind = record.ExceptionInformation[0];
      line << (kind < 2 ? kKinds[kind] : std::string_view(", executing "));
      line.Hex(record.ExceptionInformation[1]);
    }
    ke::Log(line);
  }
  process.Terminate(record.ExceptionCode);
}

bool HandleFault(Thread &thread, seL4_Word label, const seL4_Word *words) {
  auto &space = static_cast<mm::AddressSpace &>(thread.Space());
  seL4_UserContext registers;
  if (label == seL4_Fault_VMFault) {
    std::uint64_t address = words[seL4_VMFault_Addr];
    constexpr seL4_Word kWriteBit = 2;
    bool write = (words[seL4_VMFault_FSR] & kWriteBit) != 0;
    bool execute = words[seL4_VMFault_PrefetchFault] != 0 || words[seL4_VMFault_IP] == address;
    mm::Access access = write ? mm::Access::kWrite : execute ? mm::Access::kExecute : mm::Access::kRead;
    Result<void> resolved = space.Fault(address, access);
    if (resolved) {
      return true;
    }
    if (cap::ReadRegisters(thread.Kernel().Tcb(), false, registers) != seL4_NoError) {
      thread.Owner().Terminate(STATUS_ACCESS_VIOLATION);
      return false;
    }
    NTSTATUS status = resolved.error().Code();
    if (status == STATUS_NO_MEMORY || status == STATUS_INSUFFICIENT_RESOURCES || status == STATUS_COMMITMENT_LIMIT) {
      status = STATUS_IN_PAGE_ERROR;
    }
    ULONG_PTR kind = write ? 1 : execute ? 8 : 0;
    DispatchException(thread, MemoryRecord(status, registers.rip, kind, address), registers);
    return false;
  }
  if (cap::ReadRegisters(thread.Kernel().Tcb(), false, registers) != seL4_NoError) {
    thread.Owner().Terminate(STATUS_UNSUCCESSFUL);
    return false;
  }
  if (label == seL4_Fault_UserException) {
    EXCEPTION_RECORD record = ProcessorRecord(thread, words[seL4_UserException_Number], registers);
    if (record.ExceptionCode == STATUS_STACK_BUFFER_OVERRUN) {
      // __fastfail asks for the end without any handler (INT 29h): the process may be in an attacker's hands.
      EndByException(thread, record, ToContext(registers));
      return false;
    }
    DispatchException(thread, record, registers);
    return false;
  }
  // A SYSCALL instruction that is not one of ours, or a capability that the thread does not have: what a program that
  // makes raw system calls gets.
  DispatchException(thread, Record(STATUS_ILLEGAL_INSTRUCTION, registers.rip), registers);
  return false;
}

}  // namespace ps
