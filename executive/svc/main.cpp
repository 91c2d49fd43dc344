// The start of the Executive: from the kernel's boot information to the first process and the event loop.

#include "binding.hpp"
#include "event_loop.hpp"
#include "timer.hpp"
#include "watchdog.hpp"

#include <cap/invoke.hpp>
#include <con/keyboard_input.hpp>
#include <ex/objects.hpp>
#include <ke/boot_console.hpp>
#include <ke/boot_info.hpp>
#include <ke/clock_start.hpp>
#include <ke/cspace.hpp>
#include <ke/log.hpp>
#include <ke/objects.hpp>
#include <ke/untyped.hpp>
#include <ldr/boot.hpp>
#include <mm/section.hpp>
#include <mm/services.hpp>
#include <ob/namespace.hpp>
#include <ob/symbolic_link.hpp>
#include <pnp/host_port.hpp>
#include <pnp/start.hpp>
#include <ps/kernel_thread.hpp>
#include <ps/services.hpp>
#include <ps/system_images.hpp>
#include <wdm/driver_host.hpp>

#include <sel4/sel4.h>

namespace cap {
constinit seL4_IPCBuffer *ipc_buffer = nullptr;
}

extern "C" {
std::uintptr_t __stack_chk_guard = 0x595e'9fbd'94fd'a766;
[[noreturn]] void __stack_chk_fail() {
  ke::Log("The Executive's stack was overwritten.");
  __builtin_trap();
}
[[noreturn]] void ExecutiveMain(const seL4_BootInfo *boot_info);
}

namespace svc {
namespace {

constinit cap::Cap<cap::Endpoint> endpoint;
constinit ob::Namespace *names = nullptr;

[[noreturn]] void Stop() {
  for (;;) {
    (void)cap::Suspend(cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB));
  }
}

[[noreturn]] void GiveUp(std::string_view what, Status status) {
  ke::Line line;
  line << "Neptune OS cannot " << what << ": ";
  ke::Log(line.Status(status.Code()));
  Stop();
}

// The drivers that boot needs have been started, or given up.
void StartSessionManager() {
  if (Result<void> started = ldr::StartSessionManager(); !started) {
    GiveUp("start \\SystemRoot\\System32\\smss.exe", started.error());
  }
}

// What is done, step by step; `what` names the step that failed.
Result<void> RegisterTypes() {
  for (ob::Type *type : {&mm::Section::kType, &ps::Process::kType, &ps::Thread::kType}) {
    TRY(names->Register(*type));
  }
  return ex::RegisterTypes(*names);
}

Result<void> Start(const char *&what) {
  what = "make an endpoint and a notification";
  endpoint = TRY(ke::MakeEndpoint());
  cap::Cap<cap::Notification> notification = TRY(ke::MakeNotification());
  if (cap::BindNotification(cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB), notification) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  what = "listen to the console";
  TRY(ke::ListenToConsole(notification));
  what = "use the high precision event timer";
  TRY(InitialiseTimer(notification));
  ke::PaceConsole(ps::SystemDispatcher().Timers());
  what = "start the watchdog";
  TRY(StartWatchdog(notification));
  what = "make the object namespace";
  std::unique_ptr<ob::Namespace> made = TRY(ob::Namespace::Create());
  names = made.release();  // for ever
  ob::UseNamespace(names);
  TRY(RegisterTypes());
  ps::UseServiceEndpoint(endpoint);
  wdm::UseNotification(notification);
  ServeFibers();
  mm::UseProcessLookup(&ps::SpaceOf);
  what = "make the shared data page";
  TRY(ps::MakeSharedData());
  TRY(ldr::LoadSystem(what));
  what = "start the plug and play manager";
  TRY(names->Register(pnp::DriverObject::kType));
  pnp::HostPort &port = pnp::SystemPort();
  port.Tell(*TRY(pnp::Initialise(ps::SystemDispatcher(), port)));
  con::FollowKeyboards();
  return pnp::Start(&StartSessionManager);
}

}  // namespace
}  // namespace svc

void ExecutiveMain(const seL4_BootInfo *boot_info) {
  ke::boot_info = boot_info;
  cap::ipc_buffer = boot_info->ipcBuffer;
  if (const char *refusal = ke::RefuseKernel(); refusal != nullptr) {
    ke::SayOnWrongKernel(refusal);
    svc::Stop();
  }
  ke::InitialiseUntyped();
  Result<void> done = ke::InitialiseCSpace();
  ke::InitialiseConsole();
  if (!done) {
    ke::Log("Neptune OS needs more memory than this machine has.");
    svc::Stop();
  }
  // The Executive and its watchdog do not use floating point: switching to them is cheaper.
  (void)cap::SetFlags(cap::Cap<cap::Tcb>(seL4_CapInitThreadTCB), 0, seL4_TCBFlag_fpuDisabled);
  ke::clock::Initialise();
  const char *what = "";
  if (Result<void> started = svc::Start(what); !started) {
    svc::GiveUp(what, started.error());
  }
  svc::RunEventLoop(svc::endpoint);
}
