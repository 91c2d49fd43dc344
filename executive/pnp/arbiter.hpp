#pragma once
// Who has which ports, memory, bus numbers, DMA channels and interrupts. Pure bookkeeping: nothing here touches
// hardware.

#include "resource_lists.hpp"

#include <acpi/madt.hpp>
#include <pnp/resources.hpp>

#include <array>
#include <optional>

namespace pnp {

// A device, as the arbiters know it; 0 is the system itself.
using Owner = std::uint32_t;
inline constexpr Owner kSystem = 0;

// How devices hang below each other: a child may have what lies inside its parent's.
class Ancestry {
 public:
  // kSystem at the top.
  virtual Owner ParentOf(Owner owner) const = 0;

 protected:
  ~Ancestry() = default;
};

// Both ends included.
struct Range {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  Owner owner = kSystem;
  bool shared = false;
  bool window = false;  // the owner hands it on to its children, who may have nothing outside
  bool boot = false;    // the firmware's choice, not assigned yet
};

// One kind of numbered resource.
class RangeArbiter {
 public:
  explicit RangeArbiter(const Ancestry &ancestry) : ancestry_(ancestry) {}

  // Takes the range for the owner without asking. STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Reserve(const Range &range) { return ranges_.Append(range); }
  // The lowest start that suits the requirement and conflicts with nobody; nothing when there is none.
  std::optional<std::uint64_t> Find(const Requirement &requirement, Owner owner, bool shared, bool window) const;
  // Takes back what the owner was assigned; `boot`: its boot configuration as well.
  void Release(Owner owner, bool boot);
  // Whether the owner was assigned a range that holds this one.
  bool Holds(Owner owner, std::uint64_t first, std::uint64_t last) const;

  std::size_t Size() const { return ranges_.Size(); }
  // Takes the last ones back, down to `size`.
  void Truncate(std::size_t size) { ranges_.Truncate(size); }
  std::span<const Range> Ranges() const { return ranges_.Items(); }

 private:
  bool Above(Owner upper, Owner lower) const;
  bool IsOpen(const Range &range) const;
  const Range *Conflict(const Range &wanted) const;
  std::optional<std::uint64_t> FindIn(const Requirement &requirement, Owner owner, bool shared, bool window,
                                      std::uint64_t minimum, std::uint64_t maximum) const;
  Owner WindowOwner(Owner owner) const;

  const Ancestry &ancestry_;
  Array<Range> ranges_;
};

// Where an interrupt line arrives at the IOAPIC.
struct Pin {
  std::uint32_t pin = 0;
  bool level = false;
  bool active_low = false;
};

// The lines of the first IOAPIC and the kernel's vectors for messages.
class InterruptArbiter {
 public:
  // From the MADT; without one ISA interrupts go to the pins of their numbers.
  void UseMadt(const acpi::Madt &madt);
  // The route of line `line` for a device that wants `level`; nothing when it does not arrive.
  std::optional<Pin> Route(std::uint64_t line, bool level) const;

  // The Executive's own pin.
  void ReservePin(std::uint32_t pin);
  // A line for the owner. Shared lines must agree in trigger and polarity.
  std::optional<Pin> TakeLine(std::uint64_t line, bool level, Owner owner, bool shared);
  // `count` vectors in a row, aligned as MSI needs it (to the power of two above `count`): the first.
  std::optional<std::uint32_t> TakeMessages(std::uint32_t count, Owner owner);
  void Release(Owner owner);

  std::size_t Size() const { return uses_.Size(); }
  void Truncate(std::size_t size) { uses_.Truncate(size); }

 private:
  struct Use {
    std::uint32_t vector = 0;  // kernel vector
    Owner owner = kSystem;
    bool shared = false;
    bool level = false;
    bool active_low = false;
  };
  bool Free(std::uint32_t vector) const;

  std::array<std::optional<Pin>, 16> isa_ = {};
  bool has_madt_ = false;
  Array<Use> uses_;
};

// All of them, and what assigning a device's requirements means.
struct Arbiters {
  explicit Arbiters(const Ancestry &ancestry) : ports(ancestry), memory(ancestry), buses(ancestry), dma(ancestry) {}

  RangeArbiter ports;
  RangeArbiter memory;
  RangeArbiter buses;
  RangeArbiter dma;
  InterruptArbiter interrupts;

  // Takes the device's boot configuration before anybody is assigned anything.
  Result<void> ReserveBoot(Owner owner, const ResourceList &resources);
  // Everything that the owner has.
  void Release(Owner owner, bool boot);
};

// What a device got.
struct Assignment {
  ResourceList raw;
  ResourceList translated;
  AssignedResources resources;
};

// Satisfies one of the alternatives, the first that can be. `source`: who would send messages; nothing when the device
// is no PCI function, which then gets none. STATUS_CONFLICTING_ADDRESSES, STATUS_INSUFFICIENT_RESOURCES.
Result<Assignment> Assign(Arbiters &arbiters, Owner owner, const Requirements &requirements,
                          std::optional<PciAddress> source);

}  // namespace pnp
