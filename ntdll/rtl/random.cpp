// Random numbers of the documented kind: a linear congruential step, and a shuffled one.
#include <atomic>

#include "rtlp.hpp"

namespace {

constexpr uint32_t kModulus = 0x7fffffff;

// x * 0x7fffffed + 0x7fffffc3 modulo 2^31 - 1
uint32_t Step(uint32_t seed) { return static_cast<uint32_t>((uint64_t{seed} * 0x7fffffed + 0x7fffffc3) % kModulus); }

std::atomic<uint32_t> shuffle[128];  // 0: not yet drawn

}  // namespace

extern "C" {

ULONG NTAPI RtlUniform(PULONG seed) { return *seed = Step(static_cast<uint32_t>(*seed)); }

ULONG NTAPI RtlRandom(PULONG seed) {
  const uint32_t first = Step(static_cast<uint32_t>(*seed));
  const uint32_t second = Step(first);
  *seed = second;
  // What an earlier call left in the cell is handed out; this call's number takes its place.
  const uint32_t kept = shuffle[second % 128].exchange(first, std::memory_order_relaxed);
  return kept != 0 ? kept : Step(second);
}

ULONG NTAPI RtlRandomEx(PULONG seed) { return RtlRandom(seed); }

}  // extern "C"
