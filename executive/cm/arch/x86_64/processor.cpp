// The processor's identity. CPUID leaves: Intel SDM volume 2, AMD APM volume 3.

#include <cm/hardware.hpp>

#include <cstring>

namespace cm {
namespace {

struct Leaf {
  std::uint32_t eax, ebx, ecx, edx;
};

Leaf Cpuid(std::uint32_t number) {
  Leaf leaf;
  asm volatile("cpuid" : "=a"(leaf.eax), "=b"(leaf.ebx), "=c"(leaf.ecx), "=d"(leaf.edx) : "a"(number), "c"(0));
  return leaf;
}

}  // namespace

Processor ReadProcessor() {
  Processor processor{};
  const Leaf identity = Cpuid(0);
  const std::uint32_t vendor[] = {identity.ebx, identity.edx, identity.ecx};
  std::memcpy(processor.vendor.data(), vendor, sizeof vendor);
  const Leaf version = Cpuid(1);
  // The extended fields add to the old ones where those are full.
  const std::uint32_t family = version.eax >> 8 & 15;
  processor.family = family == 15 ? family + (version.eax >> 20 & 255) : family;
  processor.model = version.eax >> 4 & 15;
  if (family == 15 || family == 6) {
    processor.model |= (version.eax >> 16 & 15) << 4;
  }
  processor.stepping = version.eax & 15;
  processor.features = version.edx;
  constexpr std::uint32_t kBrand = 0x80000002;
  if (Cpuid(0x80000000).eax >= kBrand + 2) {
    for (std::uint32_t i = 0; i < 3; i++) {
      const Leaf part = Cpuid(kBrand + i);
      std::memcpy(processor.name.data() + i * sizeof part, &part, sizeof part);
    }
  }
  return processor;
}

}  // namespace cm
