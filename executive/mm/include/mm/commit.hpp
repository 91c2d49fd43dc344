#pragma once
// Commit charge: a promise of memory is only given when there is memory for it.

#include <rtl/result.hpp>

#include <cstdint>

namespace mm {

// Charges pages. STATUS_COMMITMENT_LIMIT, and nothing is charged.
Result<void> Charge(std::uint64_t pages);
void Uncharge(std::uint64_t pages);

struct CommitState {
  std::uint64_t charged = 0;
  std::uint64_t limit = 0;
  std::uint64_t peak = 0;
};
CommitState QueryCommit();

}  // namespace mm
