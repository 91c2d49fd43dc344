#include <wdm/interrupt_threads.hpp>

#include <wdm/driver_host.hpp>

namespace wdm {
namespace {

constinit std::array<InterruptThread, kInterruptThreads> threads;
constinit std::size_t count = 0;

}  // namespace

std::array<InterruptThread, kInterruptThreads> &InterruptThreads() { return threads; }
std::size_t InterruptThreadCount() { return count; }

Result<void> DriverHost::EnterInterruptThread(cap::Cap<cap::Tcb> tcb) {
  for (InterruptThread &thread : threads) {
    if (!thread.there) {
      thread.tcb = tcb;
      thread.turns = &area_->interrupt_turns;
      thread.host = id_;
      thread.stopped = false;
      thread.there = true;
      count += 1;
      return {};
    }
  }
  return Fail(STATUS_INSUFFICIENT_RESOURCES);
}

void DriverHost::LeaveInterruptThread() {
  for (InterruptThread &thread : threads) {
    if (thread.there && thread.host == id_) {
      thread.there = false;
      count -= 1;
    }
  }
}

void EndSpinningHosts() {
  for (InterruptThread &thread : threads) {
    if (!thread.there || !thread.stopped) {
      continue;
    }
    for (DriverHost &host : AllHosts()) {
      if (host.Id() == thread.host) {
        host.Kill("spins in an interrupt routine", STATUS_DRIVER_INTERNAL_ERROR);
        break;
      }
    }
  }
}

}  // namespace wdm
