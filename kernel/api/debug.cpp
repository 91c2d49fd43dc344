// Debug system calls: any thread may make them, in debug kernels only.
#include "api/lookup.hpp"
#include "api/message.hpp"
#include "api/syscall.hpp"
#include "arch/x86_64/cpu.hpp"
#include "base/print.hpp"
#include "sched/scheduler.hpp"

namespace kernel {

#if NEPTUNE_DEBUG
namespace {

[[noreturn]] void Halt(std::string_view why) {
  Print("kernel: ");
  Print(why);
  Print("\n");
  cpu::HaltForever();
}

CapType IdentifyCap(Cptr cptr) {
  const Slot *const slot = LookupSlot(*current, cptr);
  return slot != nullptr ? slot->cap.Type() : CapType::kNull;
}

void NameThread(Cptr cptr) {
  const Slot *const slot = LookupSlot(*current, cptr);
  const seL4_IPCBuffer *const buffer = LookupIpcBuffer(*current, true);
  if (slot == nullptr || !slot->cap.Is(CapType::kThread) || buffer == nullptr) {
    Halt("DebugNameThread without a TCB capability or a buffer");
  }
  Tcb &tcb = *slot->cap.Object<Tcb>();
  const auto *const text = reinterpret_cast<const char *>(buffer->msg);
  size_t length = 0;
  for (; length + 1 < sizeof(tcb.name) && text[length] != '\0'; ++length) {
    tcb.name[length] = text[length];
  }
  tcb.name[length] = '\0';
}

}  // namespace

bool HandleDebugSyscall(Word number) {
  const Word argument = current->context.CapRegister();
  switch (static_cast<seL4_SignedWord>(number)) {
    case seL4_SysDebugPutChar:
      PrintChar(static_cast<char>(argument));
      return true;
    case seL4_SysDebugDumpScheduler:
    case seL4_SysDebugSnapshot:
      DumpScheduler();
      return true;
    case seL4_SysDebugHalt:
      Halt("halted by DebugHalt");
    case seL4_SysDebugCapIdentify:
      current->context.CapRegister() = static_cast<Word>(IdentifyCap(argument));
      return true;
    case seL4_SysDebugNameThread:
      NameThread(argument);
      return true;
    default:
      return false;
  }
}
#else
bool HandleDebugSyscall(Word) { return false; }
#endif

}  // namespace kernel
