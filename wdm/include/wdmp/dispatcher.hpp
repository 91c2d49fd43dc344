#pragma once
// Dispatcher objects from the inside: waits and signals on DISPATCHER_HEADERs, DPCs, time.

#include <ntddk.h>
#include <wdm/host.h>

#include <cstdint>

namespace ke {

/// Wakes the waiters of an object that its SignalState allows. At DISPATCH_LEVEL.
void Satisfy(DISPATCHER_HEADER &header);

/// Wait list and type of a header; `state` signals it at once.
void InitialiseHeader(DISPATCHER_HEADER &header, UCHAR type, ULONG size, LONG state);

/// Puts a timer that is not in it into the list of timers, or takes one out (false: it was not in it).  At
/// DISPATCH_LEVEL.
void InsertTimer(KTIMER &timer, uint64_t due);
bool RemoveTimer(KTIMER &timer);

/// Expires what is due now. Any IRQL up to DISPATCH_LEVEL.
void ExpireTimers();
/// When the next timer is due, or kNever. Any IRQL.
uint64_t NextDeadline();

/// Time since the start in units of 100 ns, from the TSC.
uint64_t InterruptTime();

/// UTC since 1601 in units of 100 ns.
uint64_t SystemTime();

inline constexpr uint64_t kNever = ~uint64_t{0};

/// The interrupt time at which a relative (negative) or absolute (positive) time-out of NT's ends.
uint64_t Deadline(const LARGE_INTEGER &timeout);

/// Runs the DPCs that are queued. At DISPATCH_LEVEL.
void DrainDpcs();

/// Takes the scale of the TSC; called once by WdmHostMain before anything that waits.
void StartClock(const WDM_HOST_INFO &info);

/// Stops the processor for a time, as KeStallExecutionProcessor.
void Stall(uint32_t microseconds);

/// True while a DPC routine runs.
bool InDpc();

}  // namespace ke
