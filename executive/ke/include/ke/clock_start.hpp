#pragma once

namespace ke::clock {

// Reads the TSC's frequency and the real-time clock; time begins here.
void Initialise();

}  // namespace ke::clock
