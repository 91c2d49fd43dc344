#pragma once
// What the interrupt thread does for the baton when its turn is over.

namespace ke {

/// Rings the Executive when something was posted; wakes the baton, or sets the timer, when it sleeps and has to know.
void AfterInterrupt();

}  // namespace ke
