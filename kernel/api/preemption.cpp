#include "api/preemption.hpp"

#include "arch/x86_64/apic.hpp"

namespace kernel {
namespace {

// Asking the local APIC is a handful of uncached reads: not at each step.
constexpr unsigned kStepsBetweenChecks = 64;
unsigned steps;

}  // namespace

Status PreemptionPoint() {
  if (++steps < kStepsBetweenChecks) {
    return Status::kOk;
  }
  steps = 0;
  return apic::InterruptPending() ? Status::kPreempted : Status::kOk;
}

}  // namespace kernel
