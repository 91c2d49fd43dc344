#pragma once
// Invocations of CNode capabilities.

#include "api/message.hpp"

namespace kernel {

Status DecodeCNode(const Arguments &arguments);

}  // namespace kernel
