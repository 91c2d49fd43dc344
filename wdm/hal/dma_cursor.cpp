#include "dma.hpp"

#include <wdm/wdm_services.h>

#include <wdmp/mdl.hpp>

#include <string.h>

namespace wdm {

uint64_t DmaCursor::Physical() const {
  const ULONG at = mdl->ByteOffset + offset;
  return static_cast<uint64_t>(MmGetMdlPfnArray(mdl)[at >> PAGE_SHIFT]) << PAGE_SHIFT | (at & (PAGE_SIZE - 1));
}

ULONG DmaCursor::PageLeft() const {
  const ULONG page = PAGE_SIZE - ((mdl->ByteOffset + offset) & (PAGE_SIZE - 1));
  const ULONG left = mdl->ByteCount - offset;
  return page < left ? page : left;
}

void DmaCursor::Advance(ULONG bytes) {
  offset += bytes;
  while (mdl != nullptr && offset >= mdl->ByteCount) {
    mdl = mdl->Next;
    offset = 0;
  }
}

char *DmaCursor::Address() const {
  auto *address = static_cast<char *>(MdlSystemAddress(mdl));
  return address == nullptr ? nullptr : address + offset;
}

DmaCursor CursorAt(PMDL mdl, const void *current_va) {
  const uintptr_t offset =
      reinterpret_cast<uintptr_t>(current_va) - reinterpret_cast<uintptr_t>(MmGetMdlVirtualAddress(mdl));
  if (offset >= mdl->ByteCount) {
    return {nullptr, 0};
  }
  return {mdl, static_cast<ULONG>(offset)};
}

DmaRun NextRun(DmaCursor &cursor, ULONG length, uint64_t highest) {
  DmaRun run = {cursor.Physical(), 0};
  while (cursor.mdl != nullptr && run.length < length && cursor.Physical() == run.address + run.length) {
    ULONG here = cursor.PageLeft();
    here = here < length - run.length ? here : length - run.length;
    if (cursor.Physical() + here - 1 > highest) {
      break;
    }
    run.length += here;
    cursor.Advance(here);
  }
  return run;
}

bool CopyBounced(const Bounced &part, char *bounce, bool to_device) {
  DmaCursor cursor = part.cursor;
  ULONG done = 0;
  while (done < part.length && cursor.mdl != nullptr) {
    ULONG here = cursor.PageLeft();
    here = here < part.length - done ? here : part.length - done;
    char *memory = cursor.Address();
    if (memory == nullptr) {
      return false;
    }
    if (to_device) {
      memcpy(bounce + part.place + done, memory, here);
    } else {
      memcpy(memory, bounce + part.place + done, here);
    }
    done += here;
    cursor.Advance(here);
  }
  return true;
}

void *AllocateBounce(const DmaAdapter &adapter, ULONG pages, uint64_t *physical) {
  PVOID base = nullptr;
  ULONGLONG address = 0;
  if (!NT_SUCCESS(WdmAllocateContiguous(SIZE_T{pages} * PAGE_SIZE, 0, adapter.highest, adapter.boundary, MmCached,
                                        &base, &address))) {
    return nullptr;
  }
  *physical = address;
  return base;
}

void FreeBounce(void *memory) { WdmFreeContiguous(memory); }

}  // namespace wdm
