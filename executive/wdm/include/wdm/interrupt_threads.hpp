#pragma once
// The interrupt threads of hosts as the root watchdog sees them: they stand above the Executive, so only it can stop
// one that spins (ARCHITECTURE.md 2.3). Plain memory: the watchdog may look at any instruction of ours.

#include <cap/cap.hpp>

#include <array>
#include <atomic>
#include <cstdint>

namespace wdm {

struct InterruptThread {
  std::atomic<bool> there = false;    // set last, cleared first
  std::atomic<bool> stopped = false;  // by the watchdog
  cap::Cap<cap::Tcb> tcb;
  const volatile std::uint32_t *turns = nullptr;  // odd while a routine runs: the host's word, a hint
  std::uint32_t host = 0;
};

inline constexpr std::size_t kInterruptThreads = 64;
std::array<InterruptThread, kInterruptThreads> &InterruptThreads();
// How many there are.
std::size_t InterruptThreadCount();

// The watchdog has stopped some: ends their hosts. From the event loop.
void EndSpinningHosts();

}  // namespace wdm
