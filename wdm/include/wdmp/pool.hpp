// Memory of the driver host: the pool behind ExAllocatePool* and what is known of physical addresses. Every routine may
// be called at any IRQL up to DISPATCH_LEVEL; PhysicalOf may be called at any.
#pragma once

#include <stddef.h>
#include <stdint.h>

namespace wdm {

/// `size` bytes, 16-byte aligned, page aligned from a page on, not zeroed, as ExAllocatePoolWithTag gives them out (a
/// driver may free them with ExFreePool). Null: no memory.
void *PoolAllocate(size_t size, uint32_t tag);

/// The same, zeroed.
void *PoolAllocateZero(size_t size, uint32_t tag);

/// Gives back a block. Bug checks BAD_POOL_CALLER for what is not one, BAD_POOL_HEADER for a damaged one.
void PoolFree(void *block);

/// The same; a tag other than the block's is BAD_POOL_CALLER.
void PoolFreeTag(void *block, uint32_t tag);

/// The physical address of `address`, by arithmetic alone, when it lies in pool, contiguous memory or a mapping made by
/// MmMapIoSpace. False for anything else (stacks, images, views): WdmGetPhysicalPages knows those.
bool PhysicalOf(const void *address, uint64_t *physical);

/// Objects of the runtime itself, one class of constant size each: `new`-like use without constructors.
template <typename T>
T *PoolNew(uint32_t tag) {
  return static_cast<T *>(PoolAllocateZero(sizeof(T), tag));
}

/// A tag from text, in the order in which the WDK writes them: PoolTag("Irp ") is ' prI'.
constexpr uint32_t PoolTag(const char (&text)[5]) {
  return static_cast<uint32_t>(static_cast<unsigned char>(text[0])) |
         static_cast<uint32_t>(static_cast<unsigned char>(text[1])) << 8 |
         static_cast<uint32_t>(static_cast<unsigned char>(text[2])) << 16 |
         static_cast<uint32_t>(static_cast<unsigned char>(text[3])) << 24;
}

}  // namespace wdm
