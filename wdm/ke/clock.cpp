// Time from the TSC. KUSER_SHARED_DATA stands still while no program runs, so it gives only what changes seldom: the
// distance between system time and interrupt time.

#include <ntifs.h>
#include <wdmp/arch.hpp>
#include <wdmp/baton.hpp>
#include <wdmp/dispatcher.hpp>
#include <wdmp/irql.hpp>

namespace ke {
namespace {

constexpr uint64_t kUnitsPerMillisecond = 10'000;
constexpr ULONG kTimeIncrement = 156'250;  // one tick, as the Executive counts them

uint64_t start_tsc = 0;
uint64_t multiplier = 0;  // units of 100 ns per cycle, as a fraction of 2^48
uint64_t system_offset = 0;

uint64_t Load(const volatile KSYSTEM_TIME &time) {
  for (;;) {
    LONG high = time.High1Time;
    ULONG low = time.LowPart;
    if (high == time.High2Time) {
      return static_cast<uint64_t>(static_cast<ULONG>(high)) << 32 | low;
    }
  }
}

}  // namespace

void StartClock(const WDM_HOST_INFO &info) {
  start_tsc = info.TscStart;
  multiplier = info.TscMultiplier;
  system_offset = Load(USER_SHARED_DATA->SystemTime) - Load(USER_SHARED_DATA->InterruptTime);
}

uint64_t InterruptTime() {
  unsigned __int128 cycles = arch::ReadTsc() - start_tsc;
  return static_cast<uint64_t>(cycles * multiplier >> 48);
}

uint64_t SystemTime() {
  // The two fields are written one after the other: small differences are not a change of the clock.
  uint64_t offset = Load(USER_SHARED_DATA->SystemTime) - Load(USER_SHARED_DATA->InterruptTime);
  uint64_t change = offset > system_offset ? offset - system_offset : system_offset - offset;
  if (change > kUnitsPerMillisecond) {
    system_offset = offset;
  }
  return InterruptTime() + system_offset;
}

uint64_t Deadline(const LARGE_INTEGER &timeout) {
  uint64_t now = InterruptTime();
  if (timeout.QuadPart < 0) {
    uint64_t interval = 0 - static_cast<uint64_t>(timeout.QuadPart);
    return now + interval < now ? kNever - 1 : now + interval;
  }
  auto due = static_cast<uint64_t>(timeout.QuadPart);
  uint64_t system = SystemTime();
  return due <= system ? now : now + (due - system);
}

void Stall(uint32_t microseconds) {
  uint64_t end = InterruptTime() + uint64_t{microseconds} * 10;
  while (InterruptTime() <= end) {
    arch::Pause();
  }
}

}  // namespace ke

using namespace ke;

extern "C" {

/// UTC since 1601. Source: KeQuerySystemTime (WDK).
#undef KeQuerySystemTime
VOID NTAPI KeQuerySystemTime(PLARGE_INTEGER CurrentTime) {
  CurrentTime->QuadPart = static_cast<LONGLONG>(SystemTime());
}

/// Source: KeQuerySystemTimePrecise (WDK).
VOID NTAPI KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime) { KeQuerySystemTime(CurrentTime); }

/// Ticks (KeQueryTimeIncrement) since the start. Source: KeQueryTickCount (WDK).
#undef KeQueryTickCount
VOID NTAPI KeQueryTickCount(PLARGE_INTEGER CurrentCount) {
  CurrentCount->QuadPart = static_cast<LONGLONG>(InterruptTime() / kTimeIncrement);
}

/// Source: KeQueryInterruptTime (WDK).
ULONGLONG NTAPI KeQueryInterruptTime(VOID) { return InterruptTime(); }

/// Interrupt time, and the performance counter at the same moment. Source: KeQueryInterruptTimePrecise (WDK).
ULONGLONG NTAPI KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp) {
  uint64_t now = InterruptTime();
  *QpcTimeStamp = now;
  return now;
}

/// The system never sleeps, so no bias. Source: KeQueryUnbiasedInterruptTime (WDK).
ULONGLONG NTAPI KeQueryUnbiasedInterruptTime(VOID) { return InterruptTime(); }

/// Units of 100 ns in a tick. Source: KeQueryTimeIncrement (WDK).
ULONG NTAPI KeQueryTimeIncrement(VOID) { return kTimeIncrement; }

/// The counter that NtQueryPerformanceCounter gives programs. Source: KeQueryPerformanceCounter (WDK).
LARGE_INTEGER NTAPI KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency) {
  if (PerformanceFrequency != nullptr) {
    PerformanceFrequency->QuadPart = USER_SHARED_DATA->QpcFrequency;
  }
  LARGE_INTEGER counter;
  counter.QuadPart = static_cast<LONGLONG>(InterruptTime());
  return counter;
}

/// Waits without giving the processor away. Below DISPATCH_LEVEL timers that come due meanwhile expire, as the clock
/// interrupt would do on NT. Source: KeStallExecutionProcessor (WDK).
VOID NTAPI KeStallExecutionProcessor(ULONG MicroSeconds) {
  Stall(MicroSeconds);
  if (CurrentIrql() < kDispatch && !OnInterruptThread() && NextDeadline() <= InterruptTime()) {
    ExpireTimers();
  }
}

}  // extern "C"
