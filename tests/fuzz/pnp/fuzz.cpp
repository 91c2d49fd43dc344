// Any bytes as the resource lists of a driver. What parses is assigned; what is assigned must be what was asked for,
// and two devices must never get the same.

#include "arbiter.hpp"

#include <cstdlib>
#include <span>

namespace {

void Require(bool condition) {
  if (!condition) {
    std::abort();
  }
}

class Strangers final : public pnp::Ancestry {
 public:
  pnp::Owner ParentOf(pnp::Owner) const override { return pnp::kSystem; }
};

void RequireApart(const pnp::RangeArbiter &arbiter) {
  const auto ranges = arbiter.Ranges();
  for (std::size_t i = 0; i < ranges.size(); i += 1) {
    Require(ranges[i].first <= ranges[i].last);
    for (std::size_t j = 0; j < i; j += 1) {
      const bool overlap = ranges[i].first <= ranges[j].last && ranges[j].first <= ranges[i].last;
      Require(!overlap || ranges[i].window || ranges[j].window || (ranges[i].shared && ranges[j].shared));
    }
  }
}

void TryRequirements(std::span<const std::byte> bytes) {
  const auto requirements = pnp::ParseRequirements(bytes);
  if (!requirements) {
    return;
  }
  Strangers strangers;
  pnp::Arbiters arbiters(strangers);
  for (pnp::Owner owner = 1; owner <= 2; owner += 1) {
    const std::size_t ports = arbiters.ports.Size();
    const auto assignment = pnp::Assign(arbiters, owner, *requirements, pnp::PciAddress{0, 1, 0});
    Require(assignment || arbiters.ports.Size() == ports);
    if (assignment) {
      Require(assignment->raw.Size() == assignment->translated.Size());
      const auto written = pnp::WriteResources(assignment->raw.Items(), Internal, 0);
      Require(written && (written->Empty() || pnp::ParseResources(written->Items())));
      for (const pnp::AssignedInterrupt &interrupt : assignment->resources.interrupts) {
        Require(interrupt.kernel_vector + interrupt.message_count <= pnp::kKernelVectors);
      }
    }
  }
  for (const pnp::RangeArbiter *arbiter : {&arbiters.ports, &arbiters.memory, &arbiters.buses, &arbiters.dma}) {
    RequireApart(*arbiter);
  }
  arbiters.Release(1, true);
  arbiters.Release(2, true);
  Require(arbiters.ports.Size() == 0 && arbiters.interrupts.Size() == 0);
}

void TryResources(std::span<const std::byte> bytes) {
  const auto list = pnp::ParseResources(bytes);
  if (!list) {
    return;
  }
  (void)pnp::RequireExactly(*list, Internal, 0);
  const auto written = pnp::WriteResources(list->Items(), Internal, 0);
  Require(written.has_value());
  if (!written->Empty()) {
    const auto again = pnp::ParseResources(written->Items());
    Require(again && again->Size() == list->Size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const auto bytes = std::as_bytes(std::span(data + 1, size - 1));
  if (data[0] % 2 == 0) {
    TryRequirements(bytes);
  } else {
    TryResources(bytes);
  }
  return 0;
}
