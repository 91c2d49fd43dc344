// MapTransfer and FlushAdapterBuffers: learn.microsoft.com, "Using Packet-Based Bus-Master DMA".

#include "dma.hpp"

#include <wdmp/pool.hpp>

namespace wdm {
namespace {

constexpr uint32_t kTag = PoolTag("DmaM");

// Sends `length` bytes from the cursor on through bounce memory. Length 0: there is none left.
DmaRun Bounce(const DmaAdapter &adapter, MapRegisters *registers, DmaCursor cursor, ULONG length, bool write) {
  const ULONG in_page = static_cast<ULONG>(cursor.Physical() & (PAGE_SIZE - 1));
  if (registers == nullptr || registers->used >= registers->count || registers->part_count == registers->part_room) {
    return {0, 0};
  }
  const ULONG room = (registers->count - registers->used) * PAGE_SIZE - in_page;
  length = length < room ? length : room;
  if (registers->bounce == nullptr) {
    registers->bounce = static_cast<char *>(AllocateBounce(adapter, registers->count, &registers->physical));
    if (registers->bounce == nullptr) {
      return {0, 0};
    }
  }
  Bounced &part = registers->parts[registers->part_count];
  part = {cursor, length, registers->used * PAGE_SIZE + in_page};
  if (write && !CopyBounced(part, registers->bounce, true)) {
    return {0, 0};
  }
  registers->part_count += 1;
  registers->used += ADDRESS_AND_SIZE_TO_SPAN_PAGES(in_page, length);
  return {registers->physical + part.place, length};
}

}  // namespace

MapRegisters *MakeMapRegisters(ULONG count, bool may_bounce) {
  const ULONG parts = may_bounce ? count : 0;
  const size_t size = sizeof(MapRegisters) + parts * sizeof(Bounced);
  auto *registers = static_cast<MapRegisters *>(PoolAllocateZero(size, kTag));
  if (registers != nullptr) {
    registers->count = count;
    registers->part_room = parts;
  }
  return registers;
}

void FreeMapRegisters(MapRegisters *registers) {
  if (registers->bounce != nullptr) {
    FreeBounce(registers->bounce);
  }
  PoolFree(registers);
}

// The address for the device of the bytes from CurrentVa on; Length becomes what it holds of them. A device that does
// not gather gets all of it in one piece. Length 0 (which NT does not know): no bounce memory.
PHYSICAL_ADDRESS NTAPI DmaMapTransfer(PDMA_ADAPTER adapter, PMDL mdl, PVOID base, PVOID current_va, PULONG length,
                                      BOOLEAN write) {
  const DmaAdapter &self = *Adapter(adapter);
  const DmaCursor start = CursorAt(mdl, current_va);
  PHYSICAL_ADDRESS result;
  DmaRun run = {0, 0};
  if (start.mdl != nullptr) {
    DmaCursor cursor = start;
    const ULONG left = mdl->ByteCount - start.offset;
    const ULONG wanted = *length < left ? *length : left;
    run = NextRun(cursor, wanted, self.highest);
    if (run.length == 0 || (run.length < wanted && !self.description.ScatterGather)) {
      const ULONG page = start.PageLeft();
      const ULONG bounced = self.description.ScatterGather && page < wanted ? page : wanted;
      run = Bounce(self, static_cast<MapRegisters *>(base), start, bounced, write);
    }
  }
  *length = run.length;
  result.QuadPart = static_cast<LONGLONG>(run.address);
  return result;
}

// Ends the transfer: what the device wrote into bounce memory goes to where it belongs.
BOOLEAN NTAPI DmaFlushAdapterBuffers(PDMA_ADAPTER adapter, PMDL mdl, PVOID base, PVOID current_va, ULONG length,
                                     BOOLEAN write) {
  (void)adapter;
  (void)mdl;
  (void)current_va;
  (void)length;
  auto *registers = static_cast<MapRegisters *>(base);
  bool good = true;
  if (registers == nullptr) {
    return TRUE;
  }
  for (ULONG i = 0; i < registers->part_count && !write; i += 1) {
    good = CopyBounced(registers->parts[i], registers->bounce, false) && good;
  }
  registers->used = 0;
  registers->part_count = 0;
  return good;
}

}  // namespace wdm
