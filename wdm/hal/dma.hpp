// DMA adapters of bus masters. What the device can reach is an address limit; what lies above it, or is scattered when
// the device cannot gather, goes through bounce memory below it.
#pragma once

#include <ntifs.h>

#include <stdint.h>

namespace wdm {

/// A place in a chain of MDLs.
struct DmaCursor {
  PMDL mdl;
  ULONG offset;  // from the MDL's first byte

  uint64_t Physical() const;
  /// Bytes from here to the end of the page or of the MDL.
  ULONG PageLeft() const;
  void Advance(ULONG bytes);
  /// Address in this process; null: no memory for the mapping.
  char *Address() const;
};

/// The place of `current_va` in the MDL; an mdl of null: it lies outside.
DmaCursor CursorAt(PMDL mdl, const void *current_va);

/// A run of device addresses.
struct DmaRun {
  uint64_t address;
  ULONG length;
};

/// The longest run of consecutive addresses at or below `highest` from the cursor on, at most `length` bytes; length 0
/// when the first byte lies above. The cursor moves behind it.
DmaRun NextRun(DmaCursor &cursor, ULONG length, uint64_t highest);

/// Part of a transfer that goes through bounce memory.
struct Bounced {
  DmaCursor cursor;
  ULONG length;
  ULONG place;  // offset in the bounce memory
};

/// Copies between a transfer and its bounce memory. False: no memory for a mapping.
bool CopyBounced(const Bounced &part, char *bounce, bool to_device);

/// What MapRegisterBase points to: `count` pages' worth of mapping, with bounce memory once it is needed.
struct MapRegisters {
  ULONG count;
  ULONG used;       // pages of the bounce memory
  ULONG part_room;  // of `parts`; 0: nothing is ever bounced
  ULONG part_count;
  char *bounce;
  uint64_t physical;
  Bounced parts[1];
};

struct DmaAdapter : DMA_ADAPTER {
  DEVICE_DESCRIPTION description;
  uint64_t highest;      // address that the device reaches
  uint64_t boundary;     // that no transfer may cross, 0 none
  ULONG register_count;  // what the adapter lends in all
  ULONG registers_free;
  bool channel_busy;
  MapRegisters *current;  // of the owner of the channel
  LIST_ENTRY waiters;     // WAIT_CONTEXT_BLOCKs
};

inline DmaAdapter *Adapter(PDMA_ADAPTER adapter) { return static_cast<DmaAdapter *>(adapter); }

/// Bounce memory that the device reaches. Null: none.
void *AllocateBounce(const DmaAdapter &adapter, ULONG pages, uint64_t *physical);
void FreeBounce(void *memory);

// dma_map.cpp
MapRegisters *MakeMapRegisters(ULONG count, bool may_bounce);
void FreeMapRegisters(MapRegisters *registers);
PHYSICAL_ADDRESS NTAPI DmaMapTransfer(PDMA_ADAPTER adapter, PMDL mdl, PVOID base, PVOID current_va, PULONG length,
                                      BOOLEAN write);
BOOLEAN NTAPI DmaFlushAdapterBuffers(PDMA_ADAPTER adapter, PMDL mdl, PVOID base, PVOID current_va, ULONG length,
                                     BOOLEAN write);

// dma_list.cpp
NTSTATUS NTAPI DmaGetScatterGatherList(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PMDL mdl, PVOID current_va,
                                       ULONG length, PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN write);
VOID NTAPI DmaPutScatterGatherList(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, BOOLEAN write);
NTSTATUS NTAPI DmaCalculateScatterGatherList(PDMA_ADAPTER adapter, PMDL mdl, PVOID current_va, ULONG length,
                                             PULONG size, PULONG registers);
NTSTATUS NTAPI DmaBuildScatterGatherList(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PMDL mdl, PVOID current_va,
                                         ULONG length, PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN write,
                                         PVOID buffer, ULONG buffer_length);
NTSTATUS NTAPI DmaBuildMdlFromScatterGatherList(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, PMDL original,
                                                PMDL *target);

}  // namespace wdm
