#pragma once
// Invocations: Send, NBSend and Call on any capability.

#include "base/types.hpp"

namespace kernel {

/// Sends the current thread's message to the capability it names. kPreempted: the system call is to be made again.
Status Invoke(bool blocking, bool call);

}  // namespace kernel
