#pragma once
// x86_64 object types (huge pages on) and sizes (FXSAVE: a TCB is 2 KiB).

typedef enum _mode_object {
  seL4_X86_PDPTObject = 5,
  seL4_X64_PML4Object = 6,
  seL4_X64_HugePageObject = 7,
  seL4_X86_4K = 8,
  seL4_X86_LargePageObject = 9,
  seL4_X86_PageTableObject = 10,
  seL4_X86_PageDirectoryObject = 11,
  seL4_ObjectTypeCount = 12,
} seL4_ArchObjectType;

enum {
  seL4_SlotBits = 5,
  seL4_TCBBits = 11,
  seL4_EndpointBits = 4,
  seL4_NotificationBits = 5,
  seL4_PageBits = 12,
  seL4_LargePageBits = 21,
  seL4_HugePageBits = 30,
  seL4_PageTableBits = 12,
  seL4_PageTableEntryBits = 3,
  seL4_PageTableIndexBits = 9,
  seL4_PageDirBits = 12,
  seL4_PageDirIndexBits = 9,
  seL4_PDPTBits = 12,
  seL4_PDPTIndexBits = 9,
  seL4_PML4Bits = 12,
  seL4_PML4IndexBits = 9,
  seL4_VSpaceBits = 12,
  seL4_ASIDPoolBits = 12,
  seL4_ASIDPoolIndexBits = 9,
  seL4_NumASIDPoolsBits = 3,
  seL4_MinUntypedBits = 4,
  seL4_MaxUntypedBits = 47,
};
