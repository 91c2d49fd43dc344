#include <mm/commit.hpp>

#include <ke/frames.hpp>

#include <algorithm>

namespace mm {
namespace {

// Pages kept back for page tables and the pool.
constexpr std::uint64_t kHeldBack = 256;
constinit std::uint64_t charged = 0;
constinit std::uint64_t peak = 0;

std::uint64_t Limit() {
  std::uint64_t total = ke::CountFrames().total;
  return total > 2 * kHeldBack ? total - kHeldBack : total / 2;
}

}  // namespace

Result<void> Charge(std::uint64_t pages) {
  std::uint64_t limit = Limit();
  if (charged > limit || pages > limit - charged) {
    return Fail(STATUS_COMMITMENT_LIMIT);
  }
  charged += pages;
  peak = std::max(peak, charged);
  return {};
}

void Uncharge(std::uint64_t pages) { charged -= pages; }

CommitState QueryCommit() { return {charged, Limit(), peak}; }

}  // namespace mm
