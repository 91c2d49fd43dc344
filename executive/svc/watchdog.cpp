#include "watchdog.hpp"

#include "power.hpp"

#include <cap/invoke.hpp>
#include <ke/boot_info.hpp>
#include <ke/cspace.hpp>
#include <ke/frames.hpp>
#include <ke/hpet.hpp>
#include <ke/interrupts.hpp>
#include <ke/log.hpp>
#include <ke/objects.hpp>
#include <ke/vspace.hpp>
#include <ps/kernel_thread.hpp>
#include <wdm/interrupt_threads.hpp>

extern "C" {
extern std::byte watchdog_stack_top[];
void watchdog_start();
[[noreturn]] void WatchdogMain();
}

namespace svc {
namespace {

constexpr std::uint64_t kLookBadge = 1;
constexpr std::uint64_t kInterval = 10'000'000;     // a second
constexpr std::uint64_t kPingInterval = 7'500'000;  // twice that is the longest that a spinning driver is endured

constinit cap::Cap<cap::Endpoint> faults;
constinit ke::Interrupt interrupt;
constinit seL4_IPCBuffer *own_buffer = nullptr;
constinit std::atomic<bool> armed = false;
constinit std::uint64_t seen_turns = 0;
constinit std::atomic<bool> started = false;
constinit cap::Cap<cap::Notification> executive_bell;
constinit bool pinged = false;
constinit std::uint64_t pinged_turns = 0;

// Says what happened and ends the system. Of the Executive nothing runs but the console, whose state may be torn: at
// worst the text is.
[[noreturn]] void BugCheck(const ke::Line &line) {
  // Invocations from here on are this thread's; the Executive never runs again.
  cap::ipc_buffer = own_buffer;
  (void)cap::Suspend(cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB));
  ke::Log(line);
  if constexpr (NEPTUNE_DEBUG == 0) {
    Reboot();
  }
  ke::Log("The system is halted.");
  for (;;) {
    cap::Message message;
    cap::Recv(faults, message);
  }
}

[[noreturn]] void ReportFault(const cap::Message &message) {
  ke::Line line;
  line << "*** The Executive has failed: fault " << seL4_MessageInfo_get_label(message.info) << " at ";
  line.Hex(message.words[0]) << ", ";
  line.Hex(message.words[1]) << ", ";
  line.Hex(message.words[3]) << ".";
  BugCheck(line);
}

// Interrupt threads of drivers stand above the Executive. One that does not come to an end keeps it from answering a
// ping: then those that are in a routine are stopped, or all when none says so, and the Executive ends their hosts.
// Whether there was one to stop.
bool StopSpinners() {
  bool stopped = false;
  for (bool all : {false, true}) {
    for (wdm::InterruptThread &thread : wdm::InterruptThreads()) {
      if (thread.there && !thread.stopped && (all || *thread.turns % 2 != 0)) {
        (void)cap::Suspend(thread.tcb);
        thread.stopped = true;
        stopped = true;
      }
    }
    if (stopped) {
      break;
    }
  }
  return stopped;
}

void Ping(std::uint64_t turns) {
  if (pinged && turns == pinged_turns) {
    (void)StopSpinners();
  }
  pinged = true;
  pinged_turns = turns;
  cap::Signal(executive_bell);
}

// The alarm rang: a loop that works on the same thing as a second ago is stuck.
void Look() {
  interrupt.Acknowledge();
  std::uint64_t turns = watchdog_turns.load(std::memory_order_relaxed);
  bool working = turns % 2 != 0;
  if (working && turns == seen_turns && !StopSpinners()) {
    ke::Line line;
    BugCheck(line << "*** The Executive does not turn any more.");
  }
  seen_turns = turns;
  if (wdm::InterruptThreadCount() != 0) {
    Ping(turns);
    ke::hpet::Arm(1, kPingInterval);
  } else if (working) {
    ke::hpet::Arm(1, kInterval);
  } else {
    pinged = false;
    armed.store(false, std::memory_order_relaxed);
  }
}

}  // namespace

constinit std::atomic<std::uint64_t> watchdog_turns = 1;  // starting is work

void ArmWatchdog() {
  if (!armed.exchange(true, std::memory_order_relaxed)) {
    ke::hpet::Arm(1, kInterval);
  }
}

Result<void> StartWatchdog(cap::Cap<cap::Notification> executive_notification) {
  faults = TRY(ke::MakeEndpoint());
  cap::Cap<cap::Tcb> executive(seL4_CapInitThreadTCB);
  cap::Cap<cap::Pml4> vspace(seL4_CapInitThreadVSpace);
  cap::Cap<cap::Tcb> tcb = TRY(ke::MakeTcb());
  cap::Cap<cap::Notification> alarm = TRY(ke::MakeNotification());
  interrupt = TRY(ke::Interrupt::Connect(ke::hpet::kTimer1Pin, alarm, kLookBadge));
  ke::FrameId frame = TRY(ke::AllocateFrame(true));
  seL4_CPtr bell = TRY(ke::AllocateSlot());
  if (cap::Mint(ke::SlotOf(bell), ke::SlotOf(executive_notification.Pointer()), seL4_CanWrite, ke::kWatchdogPing) !=
      seL4_NoError) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  executive_bell = cap::Cap<cap::Notification>(bell);
  own_buffer = reinterpret_cast<seL4_IPCBuffer *>(TRY(ke::FrameBytes(frame)));
  seL4_UserContext registers{};
  registers.rip = reinterpret_cast<seL4_Word>(&watchdog_start);
  registers.rsp = reinterpret_cast<seL4_Word>(watchdog_stack_top);
  registers.rflags = 0x200;
  if (cap::SetSpace(tcb, 0, ke::RootCNode(), ke::RootGuard(), vspace) != seL4_NoError ||
      cap::SetIpcBuffer(tcb, reinterpret_cast<seL4_Word>(own_buffer), cap::Cap<cap::Frame>(frame)) != seL4_NoError ||
      cap::SetSchedParams(tcb, executive, ps::kWatchdogPriority, ps::kWatchdogPriority) != seL4_NoError ||
      cap::BindNotification(tcb, alarm) != seL4_NoError ||
      cap::SetFlags(tcb, 0, seL4_TCBFlag_fpuDisabled) != seL4_NoError ||
      cap::WriteRegisters(tcb, true, registers) != seL4_NoError ||
      // From here on the Executive's faults go to the watchdog, which stands above it.
      cap::SetSpace(executive, faults.Pointer(), ke::RootCNode(), ke::RootGuard(), vspace) != seL4_NoError ||
      cap::SetPriority(executive, executive, ps::kExecutivePriority) != seL4_NoError) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  // Lowering our own priority let the watchdog run to its first wait, unless it stopped at its first instruction.
  if (!started.load(std::memory_order_relaxed)) {
    ke::Log("Neptune OS cannot run on this kernel: RDFSBASE is not allowed; build it with KernelFSGSBase=inst.");
    return Fail(STATUS_NOT_SUPPORTED);
  }
  return {};
}

}  // namespace svc

void WatchdogMain() {
  // What programs may do is tried out here, where a fault stops nobody else.
  asm volatile("rdfsbase %%rax" : : : "rax");
  svc::started.store(true, std::memory_order_relaxed);
  for (;;) {
    cap::Message message;
    cap::Recv(svc::faults, message);
    if (message.badge != svc::kLookBadge) {
      svc::ReportFault(message);
    }
    svc::Look();
  }
}
