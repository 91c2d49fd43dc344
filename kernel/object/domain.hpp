#pragma once
// The domain capability. There is one domain: what can be asked for is what is.

#include "api/message.hpp"

namespace kernel {

Status DecodeDomain(const Arguments &arguments);

}  // namespace kernel
