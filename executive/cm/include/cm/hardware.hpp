#pragma once
// What \Registry\Machine\HARDWARE tells about the machine.

#include <cm/registry.hpp>

#include <array>

namespace cm {

struct Processor {
  std::array<char, 12> vendor;  // "GenuineIntel"
  std::array<char, 48> name;    // padded with zeros or spaces
  std::uint32_t family;
  std::uint32_t model;
  std::uint32_t stepping;
  std::uint32_t features;  // CPUID 1, EDX
  std::uint32_t megahertz;
};

// The processor that runs this, by CPUID. Its speed is not to be had from there.
Processor ReadProcessor();

// Fills DESCRIPTION\System, DEVICEMAP and RESOURCEMAP in as NT's loader and kernel do. STATUS_INSUFFICIENT_RESOURCES.
Result<void> DescribeHardware(Registry &registry, const Processor &processor, std::uint64_t time);

}  // namespace cm
