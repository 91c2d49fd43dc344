// The baton loop, and how the host rings and is rung.

#include "loop.hpp"
#include "thread.hpp"
#include "work.hpp"

#include <nt/nt_services.h>
#include <wdm/wdm_services.h>
#include <wdmp/arch.hpp>
#include <wdmp/baton.hpp>
#include <wdmp/ports.hpp>
#include <wdmp/ring.hpp>

namespace ke {
namespace {

// With more fibers ready, the Executive hears of what they posted after so many turns.
constexpr unsigned kTurnsPerRing = 8;
constexpr uint64_t kRetryInterval = 100'000;  // 10 ms

host::Area *area = nullptr;
WDM_HOST_INFO info;
volatile bool posted = false;
volatile bool stopping = false;
volatile uint64_t armed = kNever;  // what the Executive was told to ring at
bool starved = false;              // a fiber that is ready found no memory for its stack
uint64_t retry = 0;                // when it tries again

volatile uint32_t &BatonSleeps() { return area->baton_sleeps; }

// One fiber, if one is ready. False: nothing to run.
bool RunOne() {
  Thread *thread;
  {
    AtDispatch guard;
    thread = TakeReady();
  }
  if (thread == nullptr) {
    return false;
  }
  if (!PrepareFiber(thread)) {
    starved = true;
    retry = InterruptTime() + kRetryInterval;
    AtDispatch guard;
    MakeReady(thread);
    return false;
  }
  starved = false;
  AtDispatch guard;
  RunFiber(thread);
  return true;
}

// Tells the Executive of the earliest deadline when that is earlier than what it knows. The baton calls this with
// baton_sleeps set, when the interrupt thread does the same at the end of its turns: if that came in between, the
// Executive may have heard the two in the wrong order and is told again.
void ArmTimer() {
  for (;;) {
    uint64_t next = NextDeadline();
    if (starved && retry < next) {
      next = retry;
    }
    if (next >= armed) {
      return;
    }
    armed = next;
    WdmSetTimer(next);
    if (armed != next) {
      armed = kNever;
    }
  }
}

void ExpireDue() {
  uint64_t next = NextDeadline();
  if (next == kNever && armed == kNever) {
    return;
  }
  uint64_t now = InterruptTime();
  if (armed <= now) {
    armed = kNever;  // it has rung, or will once for nothing
  }
  if (next <= now) {
    ExpireTimers();
  }
}

void Sleep() {
  BatonSleeps() = 1;
  asm volatile("" ::: "memory");
  // Whoever has work for the baton from here on sees that it sleeps, and rings.
  ArmTimer();
  if ((starved || !AnyReady()) && !host::HasWork()) {
    KiWait(host::kWaitSlot);
  }
  BatonSleeps() = 0;
}

[[noreturn]] void Loop() {
  volatile uint32_t &turns = area->turns;
  unsigned unrung = 0;
  for (;;) {
    turns = turns + 1;
    ExpireDue();
    if (host::HasWork()) {
      host::Drain();
    }
    if (RunOne()) {
      unrung += 1;
      if (posted && (unrung >= kTurnsPerRing || !AnyReady())) {
        unrung = 0;
        RingExecutive();
      }
      continue;
    }
    if (posted) {
      RingExecutive();
    }
    RetryWorkers();
    if (stopping) {
      NtTerminateProcess(NtCurrentProcess(), STATUS_SUCCESS);
    }
    Sleep();
  }
}

}  // namespace

host::Area &SharedArea() { return *area; }
const WDM_HOST_INFO &HostInfo() { return info; }

void RingExecutiveLater() { posted = true; }

void RingExecutive() {
  posted = false;
  KiSignal(host::kExecutiveSlot);
}

void AfterInterrupt() {
  if (posted) {
    RingExecutive();
  }
  if (BatonSleeps() == 0) {
    return;
  }
  if (AnyReady()) {
    BatonSleeps() = 0;
    KiSignal(host::kBatonSlot);
  } else {
    ArmTimer();
  }
}

void StopHost() {
  stopping = true;
  for (;;) {
    Parking never;
    Park(never);
  }
}

}  // namespace ke

using namespace ke;

/// The life of a host process: called by wdmhost.exe, does not return.
extern "C" [[noreturn]] VOID NTAPI WdmHostMain(VOID) {
  NTSTATUS status = WdmAttachHost(&info);
  if (!NT_SUCCESS(status)) {
    NtTerminateProcess(NtCurrentProcess(), status);
  }
  area = reinterpret_cast<host::Area *>(info.Area);
  StartClock(info);
  if (!StartThreads()) {
    NtTerminateProcess(NtCurrentProcess(), STATUS_NO_MEMORY);
  }
  StartWorkers();
  host::StartRings(info);
  wdm::InitialisePorts(area);
  Loop();
}
