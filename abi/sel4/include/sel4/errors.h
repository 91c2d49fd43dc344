#pragma once
// Errors of invocations and kinds of lookup failure as messages carry them (SEL4_ABI.md section 2).

typedef enum seL4_Error {
  seL4_NoError = 0,
  seL4_InvalidArgument = 1,    // MR0 = argument number
  seL4_InvalidCapability = 2,  // MR0 = capability number
  seL4_IllegalOperation = 3,
  seL4_RangeError = 4,  // MR0 = min, MR1 = max
  seL4_AlignmentError = 5,
  seL4_FailedLookup = 6,  // MR0 = was source, MR1 = failure type, then its words
  seL4_TruncatedMessage = 7,
  seL4_DeleteFirst = 8,
  seL4_RevokeFirst = 9,
  seL4_NotEnoughMemory = 10,  // MR0 = bytes left
  seL4_NumErrors = 11,
} seL4_Error;

typedef enum seL4_LookupFailureType {
  seL4_NoFailure = 0,
  seL4_InvalidRoot = 1,
  seL4_MissingCapability = 2,  // bits left
  seL4_DepthMismatch = 3,      // bits left, bits found
  seL4_GuardMismatch = 4,      // bits left, guard found, bits found
} seL4_LookupFailureType;
