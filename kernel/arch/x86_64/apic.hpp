#pragma once
// The local APIC: end of interrupt, the tick.

#include "base/types.hpp"

namespace kernel::apic {

constexpr Word kFirstUserVector = IRQ_OFFSET;
constexpr Word kSpuriousVector = 0x9c;
constexpr Word kTimerVector = 0x9d;

/// Turns the APIC on. `address` is physical.
void Init(Paddr address);
/// Processor cycles per microsecond and the length of a tick, measured against the PIT. Returns the TSC's MHz.
uint32_t Calibrate();

void EndOfInterrupt();
/// Is an interrupt waiting that the kernel (interrupts off) has not taken yet?
bool InterruptPending();
/// Starts one tick of 2 ms unless one is running.
void StartTick();
/// The tick that was started has come.
void TickExpired();
inline bool tick_running = false;

}  // namespace kernel::apic
