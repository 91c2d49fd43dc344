// Heaps as wholes: create, destroy, the process's list of them, settings.
#include "heap_internal.hpp"

using namespace rtlp;

namespace {

constexpr size_t kFixedHeaps = 32;

// PEB.ProcessHeaps. The process heap is the first and never leaves.
PVOID fixed_list[kFixedHeaps];
PVOID *heap_list = fixed_list;
ULONG heap_count;
ULONG heap_capacity = kFixedHeaps;
bool terminate_on_corruption;

void PublishList() {
  PEB *const peb = CurrentPeb();
  peb->FastPebLock = &peb_lock;
  peb->ProcessHeaps = heap_list;
  peb->NumberOfHeaps = heap_count;
  peb->MaximumNumberOfHeaps = heap_capacity;
}

bool Register(Heap *heap) {
  const PebLockGuard guard;
  if (heap_count == heap_capacity) {
    auto **const grown = static_cast<PVOID *>(Allocate(size_t{heap_capacity} * 2 * sizeof(PVOID)));
    if (grown == nullptr) {
      return false;
    }
    memcpy(grown, heap_list, heap_count * sizeof(PVOID));
    if (heap_list != fixed_list) {
      Free(heap_list);
    }
    heap_list = grown;
    heap_capacity *= 2;
  }
  heap_list[heap_count++] = heap;
  PublishList();
  return true;
}

bool Unregister(Heap *heap) {
  const PebLockGuard guard;
  for (ULONG i = 0; i < heap_count; ++i) {
    if (heap_list[i] == heap) {
      memmove(heap_list + i, heap_list + i + 1, (heap_count - i - 1) * sizeof(PVOID));
      --heap_count;
      PublishList();
      return true;
    }
  }
  return false;
}

struct Sizes {
  size_t reserve;
  size_t commit;
};

// Page multiples, commitment within the reservation and enough for the heap itself.
Sizes Choose(ULONG flags, SIZE_T reserve, SIZE_T commit) {
  const size_t least = RoundUp(sizeof(Heap) + 8 * kUnit, kPage);
  constexpr size_t kMost = size_t{32} << 30;
  reserve = reserve < kMost ? RoundUp(reserve, kPage) : kMost;
  commit = commit < kMost ? RoundUp(commit, kPage) : kMost;
  if (reserve == 0) {
    // A fixed heap of no given size: as large as what is committed.
    reserve = (flags & HEAP_GROWABLE) != 0 || commit == 0 ? kDefaultReserve : commit;
  }
  reserve = reserve < least ? least : reserve;
  commit = commit < least ? least : commit;
  return {reserve, commit < reserve ? commit : reserve};
}

Heap *HeapOf(PVOID handle) {
  auto *const heap = static_cast<Heap *>(handle);
  return heap != nullptr && heap->signature == Heap::kSignature ? heap : nullptr;
}

// Memory for the first segment: the caller's, or reserved and partly committed here.
char *Obtain(PVOID given, const Sizes &sizes, ULONG protection) {
  if (given != nullptr) {
    return static_cast<char *>(given);
  }
  PVOID base = nullptr;
  SIZE_T size = sizes.reserve;
  if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE, protection))) {
    return nullptr;
  }
  PVOID start = base;
  size = sizes.commit;
  if (!NT_SUCCESS(NtAllocateVirtualMemory(NtCurrentProcess(), &start, 0, &size, MEM_COMMIT, protection))) {
    size = 0;
    NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
    return nullptr;
  }
  return static_cast<char *>(base);
}

Heap *Create(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit, PVOID lock,
             const RTL_HEAP_PARAMETERS *parameters) {
  const PRTL_HEAP_COMMIT_ROUTINE commit_routine = parameters != nullptr ? parameters->CommitRoutine : nullptr;
  if (parameters != nullptr && base != nullptr && commit_routine != nullptr) {
    reserve = parameters->InitialReserve;
    commit = parameters->InitialCommit;
  }
  const Sizes sizes = Choose(flags, reserve, commit);
  if (base != nullptr &&
      (commit < sizes.commit || reserve < sizes.reserve || reinterpret_cast<uintptr_t>(base) % kUnit != 0)) {
    return nullptr;  // the caller's memory must already hold the heap's own data
  }
  const ULONG protection = (flags & HEAP_CREATE_ENABLE_EXECUTE) != 0 ? PAGE_EXECUTE_READWRITE : PAGE_READWRITE;
  char *const memory = Obtain(base, sizes, protection);
  if (memory == nullptr) {
    return nullptr;
  }
  auto *const heap = reinterpret_cast<Heap *>(memory);
  if (base != nullptr) {
    memset(heap, 0, sizeof(Heap));
  }
  heap->flags =
      flags & (HEAP_NO_SERIALIZE | HEAP_GROWABLE | HEAP_GENERATE_EXCEPTIONS | HEAP_ZERO_MEMORY |
               HEAP_REALLOC_IN_PLACE_ONLY | HEAP_CLASS_MASK | HEAP_CREATE_ALIGN_16 | HEAP_CREATE_ENABLE_EXECUTE);
  heap->protection = protection;
  heap->commit_routine = commit_routine;
  heap->segment.owned = base == nullptr;
  heap->compatibility = (flags & HEAP_NO_SERIALIZE) != 0 ? 0 : 2;
  heap->lock = static_cast<RTL_CRITICAL_SECTION *>(lock);
  if (lock == nullptr) {
    heap->lock = &heap->own_lock;
    RtlInitializeCriticalSection(heap->lock);
  }
  heap->Initialize(&heap->segment, sizes.reserve, sizes.commit);
  return heap;
}

}  // namespace

namespace rtlp {

void ReportCorruption() {
  if (terminate_on_corruption) {
    TerminateOnCorruption();
  }
}

}  // namespace rtlp

extern "C" {

BOOLEAN NTAPI RtlpInitializeProcessHeap(PPEB peb) {
  peb->FastPebLock = &peb_lock;
  Heap *const heap = Create(HEAP_GROWABLE, nullptr, 0, 0, nullptr, nullptr);
  if (heap == nullptr) {
    return FALSE;
  }
  peb->ProcessHeap = heap;
  return Register(heap);
}

PVOID NTAPI RtlCreateHeap(ULONG flags, PVOID base, SIZE_T reserve, SIZE_T commit, PVOID lock,
                          PRTL_HEAP_PARAMETERS parameters) {
  if (parameters != nullptr && parameters->Length != sizeof(RTL_HEAP_PARAMETERS)) {
    parameters = nullptr;
  }
  Heap *const heap = Create(flags, base, reserve, commit, lock, parameters);
  if (heap != nullptr && !Register(heap)) {
    heap->Destroy();
    return nullptr;
  }
  return heap;
}

PVOID NTAPI RtlDestroyHeap(PVOID handle) {
  Heap *const heap = HeapOf(handle);
  if (heap == nullptr || heap == CurrentPeb()->ProcessHeap || !Unregister(heap)) {
    return handle;
  }
  heap->Destroy();
  return nullptr;
}

ULONG NTAPI RtlGetProcessHeaps(ULONG capacity, PVOID *heaps) {
  const PebLockGuard guard;
  for (ULONG i = 0; i < heap_count && i < capacity; ++i) {
    heaps[i] = heap_list[i];
  }
  return heap_count;
}

NTSTATUS NTAPI RtlEnumProcessHeaps(PRTL_ENUM_HEAPS_ROUTINE routine, PVOID parameter) {
  const PebLockGuard guard;
  for (ULONG i = 0; i < heap_count; ++i) {
    const NTSTATUS status = routine(heap_list[i], parameter);
    if (!NT_SUCCESS(status)) {
      return status;
    }
  }
  return STATUS_SUCCESS;
}

BOOLEAN NTAPI RtlValidateProcessHeaps() {
  const PebLockGuard guard;
  for (ULONG i = 0; i < heap_count; ++i) {
    if (!RtlValidateHeap(heap_list[i], 0, nullptr)) {
      return FALSE;
    }
  }
  return TRUE;
}

NTSTATUS NTAPI RtlSetHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS information_class, PVOID information,
                                     SIZE_T size) {
  switch (information_class) {
    case HeapCompatibilityInformation: {
      if (size < sizeof(ULONG)) {
        return STATUS_BUFFER_TOO_SMALL;
      }
      Heap *const heap = HeapOf(handle);
      const ULONG value = *static_cast<ULONG *>(information);
      if (heap == nullptr || value > 2) {
        return STATUS_INVALID_PARAMETER;
      }
      // The low-fragmentation front end (2) is there for every serialised heap and cannot be taken away.
      return value == heap->compatibility ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
    }
    case HeapEnableTerminationOnCorruption:
      terminate_on_corruption = true;
      return STATUS_SUCCESS;
    case HeapOptimizeResources: {
      struct Optimize {
        ULONG version;
        ULONG flags;
      };
      if (size < sizeof(Optimize) || static_cast<Optimize *>(information)->version != 1 ||
          static_cast<Optimize *>(information)->flags != 0) {
        return STATUS_INVALID_PARAMETER;
      }
      if (handle != nullptr) {
        RtlCompactHeap(handle, 0);
        return STATUS_SUCCESS;
      }
      return RtlEnumProcessHeaps(
          [](PVOID each, PVOID) -> NTSTATUS {
            RtlCompactHeap(each, 0);
            return STATUS_SUCCESS;
          },
          nullptr);
    }
    default:
      return STATUS_INVALID_INFO_CLASS;
  }
}

NTSTATUS NTAPI RtlQueryHeapInformation(PVOID handle, HEAP_INFORMATION_CLASS information_class, PVOID information,
                                       SIZE_T size, PSIZE_T return_length) {
  if (information_class != HeapCompatibilityInformation) {
    return STATUS_INVALID_INFO_CLASS;
  }
  if (return_length != nullptr) {
    *return_length = sizeof(ULONG);
  }
  if (size < sizeof(ULONG)) {
    return STATUS_BUFFER_TOO_SMALL;
  }
  Heap *const heap = HeapOf(handle);
  if (heap == nullptr) {
    return STATUS_INVALID_PARAMETER;
  }
  *static_cast<ULONG *>(information) = heap->compatibility;
  return STATUS_SUCCESS;
}

}  // extern "C"
