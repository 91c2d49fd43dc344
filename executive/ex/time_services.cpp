// Clocks, and identifiers that are never used twice.

#include <ex/services.hpp>
#include <ke/clock.hpp>
#include <ke/dispatcher.hpp>

namespace ex {

namespace {

LARGE_INTEGER ToLarge(std::uint64_t value) {
  LARGE_INTEGER large;
  large.QuadPart = static_cast<LONGLONG>(value);
  return large;
}

// Timers are one-shot and exact: asking for a finer resolution changes nothing, and what is reported as current is the
// finest that Windows has.
constexpr ULONG kCoarsest = ke::clock::kTickIncrement;
constexpr ULONG kFinest = 5'000;

// Values up to 1000 are well-known identifiers (SYSTEM_LUID and its neighbours).
constinit std::uint64_t next_luid = 1001;

}  // namespace

// The processor goes to the next thread of the same priority at the kernel's time slice; the Executive has no means to
// bring that forward, so nothing was yielded.
Answer NtYieldExecution(ke::Caller &) { return STATUS_NO_YIELD_PERFORMED; }

Answer NtQuerySystemTime(ke::Caller &caller, UserOut<LARGE_INTEGER> time) {
  TRY(time.Write(ToLarge(caller.Wait().Home().Time().SystemTime())));
  return STATUS_SUCCESS;
}

Answer NtQueryPerformanceCounter(ke::Caller &, UserOut<LARGE_INTEGER> counter, UserOut<LARGE_INTEGER> frequency) {
  TRY(counter.Write(ToLarge(ke::clock::PerformanceCounter())));
  TRY(frequency.WriteIfGiven(ToLarge(ke::clock::kPerformanceFrequency)));
  return STATUS_SUCCESS;
}

Answer NtQueryTimerResolution(ke::Caller &, UserOut<ULONG> maximum, UserOut<ULONG> minimum, UserOut<ULONG> current) {
  TRY(maximum.Write(kCoarsest));
  TRY(minimum.Write(kFinest));
  TRY(current.Write(kFinest));
  return STATUS_SUCCESS;
}

Answer NtSetTimerResolution(ke::Caller &, ULONG, BOOLEAN set, UserOut<ULONG> actual) {
  TRY(actual.Write(kFinest));
  if (set == 0) {
    return Fail(STATUS_TIMER_RESOLUTION_NOT_SET);
  }
  return STATUS_SUCCESS;
}

Answer NtAllocateLocallyUniqueId(ke::Caller &, UserOut<LUID> luid) {
  TRY(luid.Write({.LowPart = static_cast<ULONG>(next_luid), .HighPart = static_cast<LONG>(next_luid >> 32)}));
  next_luid += 1;
  return STATUS_SUCCESS;
}

}  // namespace ex
