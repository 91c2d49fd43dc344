#pragma once
// Keyboards as the console's input.

#include <rtl/result.hpp>

namespace con {

// From now on every keyboard that arrives is read. Before plug and play starts.
void FollowKeyboards();

}  // namespace con
