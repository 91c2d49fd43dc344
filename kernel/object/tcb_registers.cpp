// TCB invocations that read and write registers.
#include "arch/x86_64/cpu.hpp"
#include "arch/x86_64/layout.hpp"
#include "arch/x86_64/thread.hpp"
#include "object/tcb_invocation.hpp"
#include "sched/scheduler.hpp"

namespace kernel {
namespace {

// What CopyRegisters calls frame: instruction and stack pointer, flags and the registers a call saves; the rest is
// integer.
constexpr Word kFrameWords = 18;

Word ReadUserRegister(Tcb &tcb, Word index) {
  return index == 0 ? tcb.context.RestartIp() : UserRegister(tcb.context, index);
}

void WriteUserRegister(Tcb &tcb, Word index, Word value) {
  if (index == 0) {
    tcb.context.SetRestartIp(value);
  } else {
    UserRegister(tcb.context, index) = value;
  }
}

}  // namespace

Status DecodeReadRegisters(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 2) {
    return Fail(seL4_TruncatedMessage);
  }
  const bool suspend = (arguments[0] & 1) != 0;
  const Word count = arguments[1];
  if (count < 1 || count > kUserContextWords) {
    return FailRange(1, kUserContextWords);
  }
  if (&tcb == current) {
    return Fail(seL4_IllegalOperation);
  }
  arguments.Commit();
  if (suspend) {
    Suspend(tcb);
  }
  if (!arguments.is_call) {
    arguments.caller->state = ThreadState::kRunning;
    return Status::kOk;
  }
  MessageWriter message(*arguments.caller);
  for (Word i = 0; i < count; ++i) {
    message.Put(ReadUserRegister(tcb, i));
  }
  arguments.Answer(message.Length());
  return Status::kOk;
}

Status DecodeWriteRegisters(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 2) {
    return Fail(seL4_TruncatedMessage);
  }
  const bool resume = (arguments[0] & 1) != 0;
  if (arguments.length - 2 < arguments[1]) {
    return Fail(seL4_TruncatedMessage);
  }
  if (&tcb == current) {
    return Fail(seL4_IllegalOperation);
  }
  arguments.Commit();
  const Word count = Min(arguments[1], kUserContextWords);
  for (Word i = 0; i < count; ++i) {
    WriteUserRegister(tcb, i, SanitiseUserRegister(i, arguments[i + 2]));
  }
  tcb.context.ForceFullRestore();
  if (resume) {
    Restart(tcb);
  }
  return Status::kOk;
}

Status DecodeCopyRegisters(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 1 || arguments.extra[0] == nullptr) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word flags = arguments[0];
  if (!arguments.extra[0]->cap.Is(CapType::kThread)) {
    return FailCapability(1);
  }
  Tcb &source = *arguments.extra[0]->cap.Object<Tcb>();
  arguments.Commit();
  if ((flags & 1) != 0) {
    Suspend(source);
  }
  if ((flags & 2) != 0) {
    Restart(tcb);
  }
  const Word first = (flags & 4) != 0 ? 0 : kFrameWords;
  const Word end = (flags & 8) != 0 ? kUserContextWords : kFrameWords;
  if (first < end && (flags & 12) != 0) {
    if (&source == current) {
      source.context.fs_base = cpu::ReadFsBase();
      source.context.gs_base = cpu::ReadGsBase();
    }
    for (Word i = first; i < end; ++i) {
      WriteUserRegister(tcb, i, ReadUserRegister(source, i));
    }
    if (&tcb == current && end > kFrameWords) {
      cpu::WriteFsBase(tcb.context.fs_base);
      cpu::WriteGsBase(tcb.context.gs_base);
    }
  }
  tcb.context.ForceFullRestore();
  if (&tcb == current) {
    RescheduleRequired();
  }
  return Status::kOk;
}

Status DecodeSetTlsBase(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 1) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word base = arguments[0];
  arguments.Commit();
  tcb.context.fs_base = Canonical(base) ? base : 0;
  if (&tcb == current) {
    cpu::WriteFsBase(tcb.context.fs_base);
  }
  return Status::kOk;
}

Status DecodeSetFlags(const Arguments &arguments, Tcb &tcb) {
  if (arguments.length < 2) {
    return Fail(seL4_TruncatedMessage);
  }
  const Word clear = arguments[0];
  const Word set = arguments[1];
  arguments.Commit();
  Word flags = tcb.fpu_disabled ? Word{seL4_TCBFlag_fpuDisabled} : 0;
  flags = ((flags & ~clear) | set) & seL4_TCBFlag_fpuDisabled;
  tcb.fpu_disabled = flags != 0;
  if (tcb.fpu_disabled) {
    ReleaseFpu(tcb, true);
  }
  if (&tcb == current) {
    ApplyFpu(tcb);
  }
  arguments.AnswerWord(flags);
  return Status::kOk;
}

}  // namespace kernel
