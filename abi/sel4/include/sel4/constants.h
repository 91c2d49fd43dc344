#pragma once
// Limits and flag words of the reference configuration (SEL4_ABI.md).

#include <sel4/types.h>

enum {
  seL4_InvalidPrio = -1,
  seL4_MinPrio = 0,
  seL4_MaxPrio = 255,
  seL4_NumDomains = 1,
  seL4_RetypeFanOutLimit = 256,
  seL4_TimeSliceTicks = 5,
  seL4_TimerTickMs = 2,
  seL4_ReferenceRootCNodeBits = 13,
};

/// TCBSetFlags.
typedef enum seL4_TCBFlag {
  seL4_TCBFlag_NoFlag = 0,
  seL4_TCBFlag_fpuDisabled = 1,
} seL4_TCBFlag;

#include <sel4/arch/constants.h>
