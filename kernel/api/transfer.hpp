#pragma once
// Moving a message, a fault or a reply from one thread to another.

#include "object/endpoint.hpp"

namespace kernel {

/// The sender's message, or its fault if it has one, goes to the receiver. `endpoint` (null for a reply) decides which
/// capabilities are unwrapped; `grant` whether capabilities go along.
void TransferMessage(Tcb &sender, Endpoint *endpoint, Word badge, bool grant, Tcb &receiver);
/// A handler's reply to a fault. Returns whether the thread goes on.
bool TransferFaultReply(Tcb &sender, Tcb &receiver);

/// The capabilities a message names, in order; null from the first that was not given on. kFault when one does not
/// exist.
Status LookupExtraCaps(Tcb &sender, const seL4_IPCBuffer *buffer, seL4_MessageInfo_t info,
                       Slot *(&extra)[seL4_MsgMaxExtraCaps]);
/// Message info as the sender's register has it, its length limited.
seL4_MessageInfo_t SentMessageInfo(Tcb &sender);

/// Sends the current fault of a thread to its handler; without one the thread stops.
void RaiseFault(Tcb &tcb);

}  // namespace kernel
