// Scatter/gather lists: learn.microsoft.com, "Using Scatter/Gather DMA".

#include "dma.hpp"

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

namespace wdm {
namespace {

constexpr uint32_t kTag = PoolTag("DmaL");

// Follows the elements of a list; SCATTER_GATHER_LIST::Reserved points here.
struct ListRecord {
  bool own_memory;  // the list was allocated here
  ULONG part_count;
  void *bounce;
  Bounced parts[1];
};

struct Needs {
  ULONG elements;
  ULONG bounce_pages;
};

// Walks the transfer as Fill will.
bool Measure(const DmaAdapter &adapter, DmaCursor cursor, ULONG length, Needs *needs) {
  *needs = {};
  while (length != 0) {
    if (cursor.mdl == nullptr) {
      return false;
    }
    DmaCursor next = cursor;
    DmaRun run = NextRun(next, length, adapter.highest);
    if (run.length == 0) {
      const ULONG page = cursor.PageLeft();
      run.length = page < length ? page : length;
      next.Advance(run.length);
      needs->bounce_pages += 1;
    }
    needs->elements += 1;
    length -= run.length;
    cursor = next;
  }
  return true;
}

size_t ListSize(ULONG elements) {
  const size_t size = sizeof(SCATTER_GATHER_LIST) + elements * sizeof(SCATTER_GATHER_ELEMENT);
  return (size + alignof(ListRecord) - 1) & ~(alignof(ListRecord) - 1);
}

size_t TotalSize(ULONG elements, ULONG parts) {
  return ListSize(elements) + sizeof(ListRecord) + parts * sizeof(Bounced);
}

bool Fill(const DmaAdapter &adapter, DmaCursor cursor, ULONG length, bool write, uint64_t bounce_physical,
          PSCATTER_GATHER_LIST list, ListRecord *record) {
  ULONG count = 0;
  while (length != 0) {
    const DmaCursor start = cursor;
    DmaRun run = NextRun(cursor, length, adapter.highest);
    if (run.length == 0) {
      const ULONG page = start.PageLeft();
      Bounced &part = record->parts[record->part_count];
      part = {start, page < length ? page : length,
              record->part_count * PAGE_SIZE + static_cast<ULONG>(start.Physical() & (PAGE_SIZE - 1))};
      if (write && !CopyBounced(part, static_cast<char *>(record->bounce), true)) {
        return false;
      }
      run = {bounce_physical + part.place, part.length};
      record->part_count += 1;
      cursor.Advance(run.length);
    }
    list->Elements[count].Address.QuadPart = static_cast<LONGLONG>(run.address);
    list->Elements[count].Length = run.length;
    list->Elements[count].Reserved = 0;
    count += 1;
    length -= run.length;
  }
  list->NumberOfElements = count;
  return true;
}

NTSTATUS Build(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PMDL mdl, PVOID current_va, ULONG length,
               PDRIVER_LIST_CONTROL routine, PVOID context, bool write, void *buffer, size_t room) {
  const DmaAdapter &self = *Adapter(adapter);
  const DmaCursor cursor = CursorAt(mdl, current_va);
  Needs needs;
  if (length == 0 || !Measure(self, cursor, length, &needs)) {
    return STATUS_INVALID_PARAMETER;
  }
  const size_t size = TotalSize(needs.elements, needs.bounce_pages);
  const bool own = buffer == nullptr;
  if (!own && size > room) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  auto *list = static_cast<PSCATTER_GATHER_LIST>(own ? PoolAllocate(size, kTag) : buffer);
  if (list == nullptr) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  auto *record = reinterpret_cast<ListRecord *>(reinterpret_cast<char *>(list) + ListSize(needs.elements));
  *record = {own, 0, nullptr, {}};
  list->Reserved = reinterpret_cast<ULONG_PTR>(record);
  uint64_t physical = 0;
  if (needs.bounce_pages != 0) {
    record->bounce = AllocateBounce(self, needs.bounce_pages, &physical);
  }
  if ((needs.bounce_pages != 0 && record->bounce == nullptr) ||
      !Fill(self, cursor, length, write, physical, list, record)) {
    DmaPutScatterGatherList(adapter, list, TRUE);
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  ke::AtDispatch guard;
  routine(device, device->CurrentIrp, list, context);
  return STATUS_SUCCESS;
}

}  // namespace

// STATUS_INSUFFICIENT_RESOURCES: no memory for the list or below the device's limit. STATUS_INVALID_PARAMETER: the
// range is not all in the MDLs.
NTSTATUS NTAPI DmaGetScatterGatherList(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PMDL mdl, PVOID current_va,
                                       ULONG length, PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN write) {
  return Build(adapter, device, mdl, current_va, length, routine, context, write, nullptr, 0);
}

// As above, and STATUS_BUFFER_TOO_SMALL.
NTSTATUS NTAPI DmaBuildScatterGatherList(PDMA_ADAPTER adapter, PDEVICE_OBJECT device, PMDL mdl, PVOID current_va,
                                         ULONG length, PDRIVER_LIST_CONTROL routine, PVOID context, BOOLEAN write,
                                         PVOID buffer, ULONG buffer_length) {
  if (buffer == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  return Build(adapter, device, mdl, current_va, length, routine, context, write, buffer, buffer_length);
}

VOID NTAPI DmaPutScatterGatherList(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, BOOLEAN write) {
  (void)adapter;
  auto *record = reinterpret_cast<ListRecord *>(list->Reserved);
  for (ULONG i = 0; i < record->part_count && !write; i += 1) {
    CopyBounced(record->parts[i], static_cast<char *>(record->bounce), false);
  }
  if (record->bounce != nullptr) {
    FreeBounce(record->bounce);
  }
  if (record->own_memory) {
    PoolFreeTag(list, kTag);
  }
}

// Without an MDL the worst case for the range.
NTSTATUS NTAPI DmaCalculateScatterGatherList(PDMA_ADAPTER adapter, PMDL mdl, PVOID current_va, ULONG length,
                                             PULONG size, PULONG registers) {
  ULONG pages = ADDRESS_AND_SIZE_TO_SPAN_PAGES(current_va, length);
  if (mdl != nullptr) {
    pages = 0;
    for (PMDL at = mdl; at != nullptr; at = at->Next) {
      pages += ADDRESS_AND_SIZE_TO_SPAN_PAGES(MmGetMdlVirtualAddress(at), at->ByteCount);
    }
  }
  if (pages > Adapter(adapter)->register_count) {
    return STATUS_INSUFFICIENT_RESOURCES;
  }
  *size = static_cast<ULONG>(TotalSize(pages, pages));
  if (registers != nullptr) {
    *registers = pages;
  }
  return STATUS_SUCCESS;
}

// learn.microsoft.com, "PBUILD_MDL_FROM_SCATTER_GATHER_LIST": where nothing is bounced the MDL itself describes what
// the device sees. STATUS_NOT_IMPLEMENTED for a list with bounce memory.
NTSTATUS NTAPI DmaBuildMdlFromScatterGatherList(PDMA_ADAPTER adapter, PSCATTER_GATHER_LIST list, PMDL original,
                                                PMDL *target) {
  (void)adapter;
  if (reinterpret_cast<ListRecord *>(list->Reserved)->bounce != nullptr) {
    return STATUS_NOT_IMPLEMENTED;
  }
  *target = original;
  return STATUS_SUCCESS;
}

}  // namespace wdm
