// The heap's exports that programs call all day: allocate, free, resize, size, and the values they may attach.
#include "heap_internal.hpp"

using namespace rtlp;

extern "C" VOID NTAPI RtlRaiseStatus(NTSTATUS status);

namespace rtlp {

void *Allocate(size_t size) { return RtlAllocateHeap(CurrentPeb()->ProcessHeap, 0, size); }
void *AllocateZeroed(size_t size) { return RtlAllocateHeap(CurrentPeb()->ProcessHeap, HEAP_ZERO_MEMORY, size); }
void Free(void *block) {
  if (block != nullptr) {
    RtlFreeHeap(CurrentPeb()->ProcessHeap, 0, block);
  }
}

}  // namespace rtlp

namespace {

Heap *FromHandle(PVOID handle) {
  auto *const heap = static_cast<Heap *>(handle);
  return heap != nullptr && heap->signature == Heap::kSignature ? heap : nullptr;
}

[[gnu::noinline]] void *OutOfMemory(Heap *heap, ULONG flags) {
  if (((heap->flags | flags) & HEAP_GENERATE_EXCEPTIONS) != 0) {
    RtlRaiseStatus(STATUS_NO_MEMORY);
  }
  return nullptr;
}

constexpr SIZE_T kNoSize = ~SIZE_T{0};

}  // namespace

extern "C" {

PVOID NTAPI RtlAllocateHeap(PVOID handle, ULONG flags, SIZE_T size) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr) [[unlikely]] {
    return nullptr;
  }
  flags |= heap->flags;
  heap->Enter(flags);
  void *const data = heap->Allocate(flags, size);
  heap->Leave(flags);
  return data != nullptr ? data : OutOfMemory(heap, flags);
}

BOOLEAN NTAPI RtlFreeHeap(PVOID handle, ULONG flags, PVOID data) {
  if (data == nullptr) {
    return TRUE;
  }
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr) [[unlikely]] {
    return FALSE;
  }
  heap->Enter(flags);
  const bool freed = heap->Free(data);
  heap->Leave(flags);
  if (!freed) [[unlikely]] {
    ReportCorruption();
    CurrentTeb()->LastErrorValue = RtlNtStatusToDosError(STATUS_INVALID_PARAMETER);
  }
  return freed;
}

PVOID NTAPI RtlReAllocateHeap(PVOID handle, ULONG flags, PVOID data, SIZE_T size) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr || data == nullptr) {
    return nullptr;
  }
  flags |= heap->flags;
  heap->Enter(flags);
  const bool known = heap->Find(data) != nullptr;
  void *const moved = known ? heap->Reallocate(flags, data, size) : nullptr;
  heap->Leave(flags);
  if (!known) {
    ReportCorruption();
    return nullptr;
  }
  if (moved == nullptr && (flags & HEAP_REALLOC_IN_PLACE_ONLY) == 0) {
    return OutOfMemory(heap, flags);
  }
  return moved;
}

SIZE_T NTAPI RtlSizeHeap(PVOID handle, ULONG flags, PVOID data) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr) {
    return kNoSize;
  }
  heap->Enter(flags);
  Block *const block = heap->Find(data);
  const SIZE_T size = block != nullptr ? heap->SizeOf(block) : kNoSize;
  heap->Leave(flags);
  return size;
}

BOOLEAN NTAPI RtlSetUserValueHeap(PVOID handle, ULONG flags, PVOID data, PVOID value) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr) {
    return FALSE;
  }
  heap->Enter(flags);
  Block *const block = heap->Find(data);
  PVOID *const slot = block != nullptr ? heap->UserValueOf(block) : nullptr;
  if (slot != nullptr) {
    *slot = value;
  }
  heap->Leave(flags);
  return slot != nullptr;
}

BOOLEAN NTAPI RtlSetUserFlagsHeap(PVOID handle, ULONG flags, PVOID data, ULONG reset, ULONG set) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr || ((reset | set) & ~HEAP_SETTABLE_USER_FLAGS) != 0) {
    return FALSE;
  }
  heap->Enter(flags);
  Block *const block = heap->Find(data);
  if (block != nullptr) {
    block->flags = static_cast<uint8_t>((block->flags & ~(reset >> 4)) | set >> 4);
    Seal(block);
  }
  heap->Leave(flags);
  return block != nullptr;
}

BOOLEAN NTAPI RtlGetUserInfoHeap(PVOID handle, ULONG flags, PVOID data, PVOID *value, PULONG user_flags) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr) {
    return FALSE;
  }
  heap->Enter(flags);
  Block *const block = heap->Find(data);
  if (block != nullptr) {
    if (PVOID *const slot = heap->UserValueOf(block); slot != nullptr && value != nullptr) {
      *value = *slot;
    }
    if (user_flags != nullptr) {
      *user_flags = static_cast<ULONG>(block->flags & kUserFlags) << 4;
    }
  }
  heap->Leave(flags);
  return block != nullptr;
}

ULONG NTAPI RtlMultipleAllocateHeap(PVOID handle, ULONG flags, SIZE_T size, ULONG count, PVOID *blocks) {
  ULONG done = 0;
  for (; done < count; ++done) {
    blocks[done] = RtlAllocateHeap(handle, flags, size);
    if (blocks[done] == nullptr) {
      break;
    }
  }
  return done;
}

ULONG NTAPI RtlMultipleFreeHeap(PVOID handle, ULONG flags, ULONG count, PVOID *blocks) {
  ULONG done = 0;
  for (; done < count; ++done) {
    if (blocks[done] != nullptr && !RtlFreeHeap(handle, flags, blocks[done])) {
      break;
    }
    blocks[done] = nullptr;
  }
  return done;
}

BOOLEAN NTAPI RtlLockHeap(PVOID handle) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr || (heap->flags & HEAP_NO_SERIALIZE) != 0) {
    return FALSE;
  }
  heap->Enter(0);
  return TRUE;
}

BOOLEAN NTAPI RtlUnlockHeap(PVOID handle) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr || (heap->flags & HEAP_NO_SERIALIZE) != 0) {
    return FALSE;
  }
  heap->Leave(0);
  return TRUE;
}

BOOLEAN NTAPI RtlValidateHeap(PVOID handle, ULONG flags, PVOID data) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr) {
    return FALSE;
  }
  heap->Enter(flags);
  bool sound;
  if (data == nullptr) {
    sound = heap->Validate();
  } else {
    Block *const block = heap->Find(data);
    sound = block != nullptr && (block->state == kLarge || Sealed(block->Next()));
  }
  heap->Leave(flags);
  return sound;
}

NTSTATUS NTAPI RtlWalkHeap(PVOID handle, PRTL_HEAP_WALK_ENTRY entry) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr || entry == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  heap->Enter(0);
  const NTSTATUS status = heap->Walk(*entry);
  heap->Leave(0);
  return status;
}

SIZE_T NTAPI RtlCompactHeap(PVOID handle, ULONG flags) {
  Heap *const heap = FromHandle(handle);
  if (heap == nullptr) {
    return 0;
  }
  heap->Enter(flags);
  const size_t largest = heap->Compact();
  heap->Leave(flags);
  return largest;
}

}  // extern "C"
