#pragma once
// How many message interrupts a function asks for.

#include "pci.hpp"

namespace pcibus {

// 0: none, or its driver does not want them. A driver's INF says so in the device's hardware key, `Interrupt
// Management\MessageSignaledInterruptProperties`: MSISupported 0, MessageNumberLimit ("Enabling Message-Signaled
// Interrupts in the Registry", WDK). Unlike on NT messages are the rule here: a line may be shared with another
// process.
ULONG MessageCount(const Function *function);

}  // namespace pcibus
