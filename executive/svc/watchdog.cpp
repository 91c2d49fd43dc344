#include "watchdog.hpp"

#include "power.hpp"

#include <cap/invoke.hpp>
#include <ke/boot_info.hpp>
#include <ke/cspace.hpp>
#include <ke/frames.hpp>
#include <ke/log.hpp>
#include <ke/objects.hpp>
#include <ke/vspace.hpp>
#include <ps/kernel_thread.hpp>

extern "C" {
extern std::byte watchdog_stack_top[];
void watchdog_start();
[[noreturn]] void WatchdogMain();
}

namespace svc {
namespace {

constinit cap::Cap<cap::Endpoint> faults;
constinit seL4_IPCBuffer *own_buffer = nullptr;

// Says what the Executive did. It runs nothing of the Executive but the console, whose state may be torn: at worst the
// text is.
[[noreturn]] void BugCheck(const cap::Message &message) {
  ke::Line line;
  line << "*** The Executive has failed: fault " << seL4_MessageInfo_get_label(message.info) << " at ";
  line.Hex(message.words[0]) << ", ";
  line.Hex(message.words[1]) << ", ";
  line.Hex(message.words[3]) << ".";
  ke::Log(line);
#if NEPTUNE_DEBUG
  HaltSystem();
#else
  Reboot();
#endif
}

}  // namespace

Result<void> StartWatchdog() {
  // In its own CSpace pointer terms the Executive's fault endpoint is an ordinary slot.
  faults = TRY(ke::MakeEndpoint());
  cap::Cap<cap::Tcb> executive(seL4_CapInitThreadTCB);
  cap::Cap<cap::Pml4> vspace(seL4_CapInitThreadVSpace);
  cap::Cap<cap::Tcb> tcb = TRY(ke::MakeTcb());
  ke::FrameId frame = TRY(ke::AllocateFrame(true));
  own_buffer = reinterpret_cast<seL4_IPCBuffer *>(TRY(ke::FrameBytes(frame)));
  seL4_UserContext registers{};
  registers.rip = reinterpret_cast<seL4_Word>(&watchdog_start);
  registers.rsp = reinterpret_cast<seL4_Word>(watchdog_stack_top);
  registers.rflags = 0x200;
  if (cap::SetSpace(tcb, 0, ke::RootCNode(), ke::RootGuard(), vspace) != seL4_NoError ||
      cap::SetIpcBuffer(tcb, reinterpret_cast<seL4_Word>(own_buffer), cap::Cap<cap::Frame>(frame)) != seL4_NoError ||
      cap::SetSchedParams(tcb, executive, ps::kWatchdogPriority, ps::kWatchdogPriority) != seL4_NoError ||
      cap::SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled) != seL4_NoError ||
      cap::WriteRegisters(tcb, true, registers) != seL4_NoError ||
      // From here on the Executive's faults go to the watchdog, which stands above it.
      cap::SetSpace(executive, faults.Pointer(), ke::RootCNode(), ke::RootGuard(), vspace) != seL4_NoError ||
      cap::SetPriority(executive, executive, ps::kExecutivePriority) != seL4_NoError) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  return {};
}

}  // namespace svc

void WatchdogMain() {
  cap::Message message;
  cap::Recv(svc::faults, message);
  // Invocations from here on are this thread's; the Executive stands still.
  cap::ipc_buffer = svc::own_buffer;
  svc::BugCheck(message);
}
