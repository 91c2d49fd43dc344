#pragma once
// Untyped memory and the objects made from it.

#include "api/message.hpp"

namespace kernel {

Status DecodeUntyped(const Arguments &arguments);

}  // namespace kernel
