#pragma once
// What a device was assigned, in the Executive's own terms: the whole authority of its driver (ARCHITECTURE.md 2.4).

#include <pnp/array.hpp>

#include <cstdint>

namespace pnp {

// Bus, device and function of a PCI function; segment 0.
struct PciAddress {
  std::uint8_t bus = 0;
  std::uint8_t device = 0;
  std::uint8_t function = 0;
  friend bool operator==(const PciAddress &, const PciAddress &) = default;
};

// Both ends included.
struct AssignedPorts {
  std::uint16_t first = 0;
  std::uint16_t last = 0;
  bool shared = false;
};

struct AssignedMemory {
  std::uint64_t start = 0;
  std::uint64_t length = 0;
  bool read_only = false;
  bool prefetchable = false;
};

struct AssignedInterrupt {
  // What the driver sees as the translated vector (hardware vector); kernel vector + kFirstVector.
  std::uint32_t vector = 0;
  // Of the kernel's IRQControl invocations, 0..107.
  std::uint32_t kernel_vector = 0;
  bool message = false;
  // Lines: the pin of the first IOAPIC.
  std::uint32_t pin = 0;
  bool level = false;
  bool active_low = false;
  bool shared = false;
  // Messages: number of the first one, how many vectors follow each other, and who sends them.
  std::uint32_t first_message = 0;
  std::uint32_t message_count = 1;
  PciAddress source;
};

// ISA DMA channel.
struct AssignedDma {
  std::uint32_t channel = 0;
};

struct AssignedBusNumbers {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
};

struct AssignedResources {
  Array<AssignedPorts> ports;
  Array<AssignedMemory> memory;
  Array<AssignedInterrupt> interrupts;
  Array<AssignedDma> dma;
  Array<AssignedBusNumbers> buses;

  bool Empty() const { return ports.Empty() && memory.Empty() && interrupts.Empty() && dma.Empty() && buses.Empty(); }
};

// The kernel gives vector `n` of its invocations the hardware vector n + kFirstVector (SEL4_ABI.md section 10).
inline constexpr std::uint32_t kFirstVector = 0x30;
inline constexpr std::uint32_t kKernelVectors = 108;
// Pins of the IOAPIC have the kernel vectors of their numbers; messages get those behind.
inline constexpr std::uint32_t kPins = 24;

}  // namespace pnp
