#pragma once
// I/O port ranges as capabilities.

#include "api/message.hpp"

namespace kernel {

Status DecodeIoPortControl(const Arguments &arguments);
Status DecodeIoPort(const Arguments &arguments);
/// The last capability to the range is gone.
void FreeIoPorts(Word first, Word last);

}  // namespace kernel
