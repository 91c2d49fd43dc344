#pragma once
// The two rings of a host (<wdm/host.h>). One consumer (the baton loop) and one producer (whoever runs at or below
// DISPATCH_LEVEL; IRQL keeps the interrupt thread's DPCs out while an entry is written).

#include <wdm/host.h>

namespace host {

// Tells where the area and the arena are. Called once by WdmHostMain, before anything else of this header.
void StartRings(const WDM_HOST_INFO &info);

// Takes the entries of the ring to the host one after the other and carries them out, until it is empty. A driver's
// routine that waits parks the fiber which is in Drain; the baton loop then calls Drain on another fiber, and the first
// one comes back to its loop when its wait is over. IRQL PASSIVE_LEVEL. True when there was at least one entry.
bool Drain();

// True when the ring to the host has an entry (looked at before the baton sleeps) or messages wait for room.
bool HasWork();

// Puts a message into the ring to the Executive, or into a list of its own when the ring is full (then the Executive is
// asked to ring when it has room: Area::wants_room). Rings later (RingExecutiveLater). IRQL <= DISPATCH_LEVEL.
void Post(const Message &message);

}  // namespace host
