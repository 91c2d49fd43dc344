#pragma once
// Long operations ask now and then whether an interrupt waits.

#include "base/types.hpp"

namespace kernel {

/// kPreempted when the operation should give way: the caller's system call is made again afterwards.
Status PreemptionPoint();

}  // namespace kernel
