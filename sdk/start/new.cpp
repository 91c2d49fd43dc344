// operator new for native programs, on the process heap. They are written for memory that is there: running out ends
// the program with STATUS_NO_MEMORY, which whoever started it sees. Sizes that come from outside go through
// `new (std::nothrow_t{})`.
#include <nt/nt_services.h>

#include <new>

namespace {

void *Allocate(std::size_t size) { return RtlAllocateHeap(NtCurrentPeb()->ProcessHeap, 0, size == 0 ? 1 : size); }

void Release(void *block) {
  if (block != nullptr) {
    RtlFreeHeap(NtCurrentPeb()->ProcessHeap, 0, block);
  }
}

void *AllocateOrEnd(std::size_t size) {
  void *block = Allocate(size);
  if (block == nullptr) {
    NtTerminateProcess(NtCurrentProcess(), STATUS_NO_MEMORY);
  }
  return block;
}

}  // namespace

void *operator new(std::size_t size) { return AllocateOrEnd(size); }
void *operator new[](std::size_t size) { return AllocateOrEnd(size); }
void *operator new(std::size_t size, const std::nothrow_t &) noexcept { return Allocate(size); }
void *operator new[](std::size_t size, const std::nothrow_t &) noexcept { return Allocate(size); }
void operator delete(void *block) noexcept { Release(block); }
void operator delete[](void *block) noexcept { Release(block); }
void operator delete(void *block, std::size_t) noexcept { Release(block); }
void operator delete[](void *block, std::size_t) noexcept { Release(block); }
