// Vectored handlers, as the dispatcher sees them.
#pragma once

#include "unwind.hpp"

#include <nt/nt.h>

namespace seh {

/// Calls the vectored exception handlers in order. True: one of them wants to continue.
bool CallVectoredHandlers(PEXCEPTION_RECORD record, PCONTEXT context);

/// Calls the vectored continue handlers before a context is continued.
void CallContinueHandlers(PEXCEPTION_RECORD record, PCONTEXT context);

/// The calling thread's stack, down to the caller's frame.
StackLimits CurrentStack();

}  // namespace seh
