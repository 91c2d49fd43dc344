// Stack walks for people and tools.

#include "dispatch.hpp"
#include "unwind.hpp"

#include "../ntdllp.hpp"

extern "C" {

// Return addresses from the caller outwards, at most `Count`; the first `Flags >> 8` frames are left out.
ULONG NTAPI RtlWalkFrameChain(PVOID *Callers, ULONG Count, ULONG Flags) {
  seh::StackLimits limits = seh::CurrentStack();
  ULONG skip = Flags >> 8;
  CONTEXT context;
  RtlCaptureContext(&context);
  ULONG found = 0;
  for (ULONG depth = 0; found < Count && context.Rip != 0 && limits.Holds(context.Rsp, 8); depth += 1) {
    if (depth > skip) {
      Callers[found] = reinterpret_cast<PVOID>(context.Rip);
      found += 1;
    }
    ULONG_PTR image_base = 0;
    seh::UnwindFrame frame = {};
    PRUNTIME_FUNCTION entry = RtlLookupFunctionEntry(context.Rip, &image_base, nullptr);
    bool good = entry == nullptr ? seh::LeafUnwind(&context, &limits)
                                 : seh::VirtualUnwind(UNW_FLAG_NHANDLER, image_base, context.Rip, entry, &context,
                                                      &frame, nullptr, &limits);
    if (!good) {
      break;
    }
  }
  return found;
}

USHORT NTAPI RtlCaptureStackBackTrace(ULONG FramesToSkip, ULONG FramesToCapture, PVOID *BackTrace,
                                      PULONG BackTraceHash) {
  ULONG count = RtlWalkFrameChain(BackTrace, FramesToCapture & MAXUSHORT, (FramesToSkip + 1) << 8);
  if (BackTraceHash != nullptr) {
    *BackTraceHash = 0;
    for (ULONG i = 0; i < count; i += 1) {
      *BackTraceHash += static_cast<ULONG>(reinterpret_cast<ULONG_PTR>(BackTrace[i]));
    }
  }
  return static_cast<USHORT>(count);
}

}  // extern "C"
