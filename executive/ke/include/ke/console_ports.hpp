#pragma once
// The ports that the console keeps.

#include <cstdint>

namespace ke {

// The ports of the console's serial line, which no driver gets (as NT keeps the port of its debugger).
struct ConsolePorts {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
};
// False: it has no serial line.
bool FindConsolePorts(ConsolePorts &ports);

}  // namespace ke
