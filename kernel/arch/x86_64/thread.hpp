#pragma once
// What of a thread lives in the processor: address space, segment bases, floating point.

#include "arch/x86_64/descriptors.hpp"
#include "object/tcb.hpp"

namespace kernel {

/// Makes `tcb` the current thread and takes it out of its ready queue.
void SwitchToThread(Tcb &tcb);
/// Loads the address space of the thread's VSpace capability (the kernel's own when there is no valid one).
void LoadVSpace(const Tcb &tcb);
/// The thread's floating point becomes usable or not, as its flag says; state moves between owner and processor.
void ApplyFpu(Tcb &tcb);
/// Writes the floating point state back if it is this thread's and forgets the owner.
void ReleaseFpu(const Tcb &tcb, bool save);
/// The thread that halts the processor.
void InitIdleThread(Tcb &tcb);
/// The end of the current thread's Context changed: processor and entry code are told.
inline void SetEntryFrame(const Tcb &tcb) {
  const auto end = reinterpret_cast<Word>(&tcb.context) + kContextFrameEnd;
  entry_frame_end = end;
  task_state.rsp0 = end;
}
/// The thread whose floating point state the processor holds.
extern Tcb *fpu_owner;
/// Floating point instructions trap (CR0.TS).
extern bool fpu_trapped;

}  // namespace kernel
