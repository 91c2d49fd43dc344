#pragma once
// x86 VM attributes, user address limits, interrupts.

typedef enum seL4_X86_VMAttributes {
  seL4_X86_Default_VMAttributes = 0,
  seL4_X86_WriteBack = 0,
  seL4_X86_WriteThrough = 1,
  seL4_X86_CacheDisabled = 2,
  seL4_X86_Uncacheable = 3,
  seL4_X86_WriteCombining = 4,
} seL4_X86_VMAttributes;

#define seL4_UserTop 0x00007ffffffff000ull
// Missing levels as FailedLookup reports them in MR2 for mappings.
enum {
  SEL4_MAPPING_LOOKUP_LEVEL = 2,
  SEL4_MAPPING_LOOKUP_NO_PT = 21,
  SEL4_MAPPING_LOOKUP_NO_PD = 30,
  SEL4_MAPPING_LOOKUP_NO_PDPT = 39,
};

enum {
  VECTOR_MIN = 0,
  VECTOR_MAX = 107,
  IRQ_OFFSET = 0x30,  // MSI data = vector argument + this
};
