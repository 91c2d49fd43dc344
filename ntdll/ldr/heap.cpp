// Blocks in power-of-two classes from 64 KiB chunks; larger ones are allocations of their own. Each block has a
// 16-byte header with its class.

#include "heap.hpp"

#include "../ntdllp.hpp"

#include <atomic>
#include <bit>
#include <cstring>

namespace ldr {
namespace {

struct Header {
  size_t bytes;  // of the block with header
  Header *next;  // on a free list
};
static_assert(sizeof(Header) == 16);

constexpr size_t kChunk = 65536;
constexpr size_t kSmallestShift = 5;
constexpr size_t kClasses = 11;  // 32 bytes to 32 KiB

Header *free_lists[kClasses];
// Enough for a program with a few DLLs: no allocation service at its start.
alignas(16) char first_chunk[16384];
char *chunk = first_chunk;
size_t chunk_left = sizeof(first_chunk);
std::atomic_flag busy = ATOMIC_FLAG_INIT;

class Guard {
 public:
  Guard() {
    while (busy.test_and_set(std::memory_order_acquire)) {
      NtYieldExecution();
    }
  }
  ~Guard() { busy.clear(std::memory_order_release); }
};

void *Pages(size_t bytes) {
  PVOID base = nullptr;
  SIZE_T size = bytes;
  NTSTATUS status =
      NtAllocateVirtualMemory(NtCurrentProcess(), &base, 0, &size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
  return NT_SUCCESS(status) ? base : nullptr;
}

size_t ClassOf(size_t bytes) {
  size_t rounded = std::bit_ceil(bytes);
  size_t shift = static_cast<size_t>(std::countr_zero(rounded));
  return shift <= kSmallestShift ? 0 : shift - kSmallestShift;
}

Header *Take(size_t index) {
  Guard guard;
  if (Header *block = free_lists[index]) {
    free_lists[index] = block->next;
    return block;
  }
  size_t bytes = size_t{1} << (index + kSmallestShift);
  if (chunk_left < bytes) {
    char *fresh = static_cast<char *>(Pages(kChunk));
    if (fresh == nullptr) {
      return nullptr;
    }
    chunk = fresh;
    chunk_left = kChunk;
  }
  auto *block = reinterpret_cast<Header *>(chunk);
  chunk += bytes;
  chunk_left -= bytes;
  block->bytes = bytes;
  return block;
}

}  // namespace

void *Allocate(size_t size) {
  if (size > SIZE_MAX / 2) {
    return nullptr;
  }
  size_t bytes = size + sizeof(Header);
  size_t index = ClassOf(bytes);
  Header *block;
  if (index < kClasses) {
    block = Take(index);
  } else {
    block = static_cast<Header *>(Pages(bytes));
    if (block != nullptr) {
      block->bytes = bytes;
    }
  }
  if (block == nullptr) {
    return nullptr;
  }
  void *memory = block + 1;
  std::memset(memory, 0, size);
  return memory;
}

void Free(void *memory) {
  if (memory == nullptr) {
    return;
  }
  Header *block = static_cast<Header *>(memory) - 1;
  size_t index = ClassOf(block->bytes);
  if (index >= kClasses) {
    PVOID base = block;
    SIZE_T size = 0;
    NtFreeVirtualMemory(NtCurrentProcess(), &base, &size, MEM_RELEASE);
    return;
  }
  Guard guard;
  block->next = free_lists[index];
  free_lists[index] = block;
}

}  // namespace ldr
