#pragma once
// The two rings of a host (<wdm/host.h>). One consumer (the baton loop) and one producer (whoever runs at or below
// DISPATCH_LEVEL; IRQL keeps the interrupt thread's DPCs out while an entry is written).

#include <wdm/host.h>

namespace host {

// Tells where the area and the arena are. Called once by WdmHostMain, before anything else of this header.
void StartRings(const WDM_HOST_INFO &info);

// Called by the baton loop at each turn: when the ring to the host has entries, starts or wakes a fiber that takes and
// carries them out one after the other until it is empty (a pump). A driver's routine that waits parks its pump; the
// next call starts another one, and the first comes back to its loop when its wait is over. Never waits itself. IRQL
// PASSIVE_LEVEL. True when a pump is ready to run: the loop must not sleep.
bool Drain();

// True when the ring to the host has an entry (looked at before the baton sleeps) or messages wait for room.
bool HasWork();

// Puts a message into the ring to the Executive, or into a list of its own when the ring is full (then the Executive is
// asked to ring when it has room: Area::wants_room). Rings later (RingExecutiveLater). IRQL <= DISPATCH_LEVEL.
void Post(const Message &message);

}  // namespace host
