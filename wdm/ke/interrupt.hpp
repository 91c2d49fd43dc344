#pragma once
// Interrupts and DPCs as irql.cpp sees them.

#include <nt/nt.h>

namespace ke {

/// An interrupt above its IRQL or a DPC waits for the IRQL to go down. Set by whoever records, at any IRQL.
extern volatile bool work_recorded;

/// Runs the recorded interrupt of the highest IRQL when that is above `level`, at that IRQL. False: there was none.
bool RunRecordedInterrupt(KIRQL level);
bool AnyRecordedInterrupt();

/// True when the DPC queue has an entry.
bool AnyDpc();

/// Between two DPCs on the interrupt thread: runs the routines of interrupts that came meanwhile.
void PollInterrupts();

/// The interrupt thread of this host; returns when the process ends.
bool StartInterruptThread();

}  // namespace ke
