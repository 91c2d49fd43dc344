// -fasync-exceptions names the C++ frame handler for every function with a destructor. Drivers have no C++ exceptions
// (as with Microsoft's compiler and /EHs-c-): a fault passes such a function without running its destructors.

#include <wdm.h>

extern "C" EXCEPTION_DISPOSITION __CxxFrameHandler3(EXCEPTION_RECORD *, void *, CONTEXT *, void *);

/// The language handler: keeps on searching. Source: [MSDN] x64 exception handling, language-specific handler.
EXCEPTION_DISPOSITION __CxxFrameHandler3(EXCEPTION_RECORD *, void *, CONTEXT *, void *) {
  return ExceptionContinueSearch;
}
