#include <wdmp/arch.hpp>

namespace arch {

uint64_t ReadTsc() {
  uint32_t low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return uint64_t{high} << 32 | low;
}

void Pause() { asm volatile("pause"); }

}  // namespace arch
