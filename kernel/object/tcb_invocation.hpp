#pragma once
// Invocations of TCB capabilities.

#include "api/message.hpp"

namespace kernel {

Status DecodeTcb(const Arguments &arguments);

/// Parts of DecodeTcb: registers.
Status DecodeReadRegisters(const Arguments &arguments, Tcb &tcb);
Status DecodeWriteRegisters(const Arguments &arguments, Tcb &tcb);
Status DecodeCopyRegisters(const Arguments &arguments, Tcb &tcb);
Status DecodeSetTlsBase(const Arguments &arguments, Tcb &tcb);
Status DecodeSetFlags(const Arguments &arguments, Tcb &tcb);

}  // namespace kernel
