#pragma once
// What the kernel tells the root task (SEL4_ABI.md section 3): slots, the boot info frame, extra chunks.

#include <sel4/types.h>

enum {
  seL4_CapNull = 0,
  seL4_CapInitThreadTCB = 1,
  seL4_CapInitThreadCNode = 2,
  seL4_CapInitThreadVSpace = 3,
  seL4_CapIRQControl = 4,
  seL4_CapASIDControl = 5,
  seL4_CapInitThreadASIDPool = 6,
  seL4_CapIOPortControl = 7,
  seL4_CapIOSpace = 8,  // null: no IOMMU
  seL4_CapBootInfoFrame = 9,
  seL4_CapInitThreadIPCBuffer = 10,
  seL4_CapDomain = 11,
  seL4_CapSMMUSIDControl = 12,  // null on x86
  seL4_CapSMMUCBControl = 13,   // null on x86
  seL4_CapInitThreadSC = 14,    // null: no MCS
  seL4_CapSMC = 15,             // null on x86
  seL4_NumInitialCaps = 16,
};

typedef seL4_Word seL4_SlotPos;

/// Slots [start, end) of the root CNode.
typedef struct seL4_SlotRegion {
  seL4_SlotPos start;
  seL4_SlotPos end;
} seL4_SlotRegion;

typedef struct seL4_UntypedDesc {
  seL4_Word paddr;
  uint8_t sizeBits;
  uint8_t isDevice;
  uint8_t padding[sizeof(seL4_Word) - 2 * sizeof(uint8_t)];
} seL4_UntypedDesc;

#define CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS 230

typedef struct seL4_BootInfo {
  seL4_Word extraLen;
  seL4_NodeId nodeID;
  seL4_Word numNodes;
  seL4_Word numIOPTLevels;  // all ones: no IOMMU
  seL4_IPCBuffer *ipcBuffer;
  seL4_SlotRegion empty;
  seL4_SlotRegion sharedFrames;
  seL4_SlotRegion userImageFrames;
  seL4_SlotRegion userImagePaging;
  seL4_SlotRegion ioSpaceCaps;
  seL4_SlotRegion extraBIPages;
  seL4_Word initThreadCNodeSizeBits;
  seL4_Domain initThreadDomain;
  seL4_SlotRegion untyped;
  seL4_UntypedDesc untypedList[CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS];
} seL4_BootInfo;

/// Chunk header of the extra boot info, which begins one page after the boot info frame; len counts the header.
typedef struct seL4_BootInfoHeader {
  seL4_Word id;
  seL4_Word len;
} seL4_BootInfoHeader;

typedef enum seL4_BootInfoID {
  SEL4_BOOTINFO_HEADER_PADDING = 0,
  SEL4_BOOTINFO_HEADER_X86_VBE = 1,
  SEL4_BOOTINFO_HEADER_X86_MBMMAP = 2,
  SEL4_BOOTINFO_HEADER_X86_ACPI_RSDP = 3,
  SEL4_BOOTINFO_HEADER_X86_FRAMEBUFFER = 4,
  SEL4_BOOTINFO_HEADER_X86_TSC_FREQ = 5,
  SEL4_BOOTINFO_HEADER_FDT = 6,
  SEL4_BOOTINFO_HEADER_NUM = 7,
} seL4_BootInfoID;

#define SEL4_MULTIBOOT_MAX_MMAP_ENTRIES 50

#pragma pack(push, 1)
typedef struct seL4_X86_mb_mmap {
  uint32_t size;
  uint64_t base_addr;
  uint64_t length;
  uint32_t type;  // 1 = RAM
} seL4_X86_mb_mmap_t;

typedef struct seL4_X86_BootInfo_mmap {
  seL4_BootInfoHeader header;
  uint32_t mmap_length;  // bytes; 0 when booted by multiboot 2
  seL4_X86_mb_mmap_t mmap[SEL4_MULTIBOOT_MAX_MMAP_ENTRIES];
} seL4_X86_BootInfo_mmap_t;

/// VBE chunk (multiboot 1 with graphics information only).
typedef struct seL4_X86_BootInfo_VBE {
  seL4_BootInfoHeader header;
  uint8_t vbeInfoBlock[512];
  uint8_t vbeModeInfoBlock[256];
  uint32_t vbeMode;
  uint32_t vbeInterfaceSeg;
  uint32_t vbeInterfaceOff;
  uint32_t vbeInterfaceLen;
} seL4_X86_BootInfo_VBE;

typedef struct seL4_X86_BootInfo_fb {
  seL4_BootInfoHeader header;
  uint64_t addr;
  uint32_t pitch;
  uint32_t width;
  uint32_t height;
  uint8_t bpp;
  uint8_t type;
} seL4_X86_BootInfo_fb_t;

typedef struct seL4_X86_BootInfo_ACPI_RSDP {
  seL4_BootInfoHeader header;
  char signature[8];
  uint8_t checksum;
  char oem_id[6];
  uint8_t revision;
  uint32_t rsdt_address;
  uint32_t length;
  uint64_t xsdt_address;
  uint8_t extended_checksum;
  uint8_t reserved[3];
} seL4_X86_BootInfo_ACPI_RSDP_t;

typedef struct seL4_X86_BootInfo_TSC_freq {
  seL4_BootInfoHeader header;
  uint32_t freq_mhz;
} seL4_X86_BootInfo_TSC_freq_t;
#pragma pack(pop)

SEL4_STATIC_ASSERT(sizeof(seL4_UntypedDesc) == 2 * sizeof(seL4_Word), "untyped description");
SEL4_STATIC_ASSERT(sizeof(seL4_BootInfo) == (21 + 2 * CONFIG_MAX_NUM_BOOTINFO_UNTYPED_CAPS) * sizeof(seL4_Word),
                   "boot info size");
SEL4_STATIC_ASSERT(offsetof(seL4_BootInfo, untypedList) == 21 * sizeof(seL4_Word), "boot info: untypedList");
SEL4_STATIC_ASSERT(sizeof(seL4_X86_mb_mmap_t) == 24, "memory map entry");
SEL4_STATIC_ASSERT(sizeof(seL4_X86_BootInfo_fb_t) == sizeof(seL4_BootInfoHeader) + 22, "frame buffer chunk");
SEL4_STATIC_ASSERT(sizeof(seL4_X86_BootInfo_ACPI_RSDP_t) == sizeof(seL4_BootInfoHeader) + 36, "RSDP chunk");
SEL4_STATIC_ASSERT(sizeof(seL4_X86_BootInfo_TSC_freq_t) == sizeof(seL4_BootInfoHeader) + 4, "TSC chunk");
