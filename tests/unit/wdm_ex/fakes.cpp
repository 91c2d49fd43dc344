#include "fakes.hpp"

#include "mm/memory.hpp"

#include <ntifs.h>
#include <wdm/wdm_services.h>

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

#include <cstdlib>

#include <gtest/gtest.h>

namespace fakes {
std::map<void *, size_t> contiguous;
bool no_contiguous;
void *request_address;
int map_calls;
}  // namespace fakes

namespace ke {
volatile KIRQL detail::irql = 0;
void Lower(KIRQL level) { detail::irql = level; }
}  // namespace ke

namespace wdm {

void *PoolAllocate(size_t size, uint32_t) { return std::malloc(size); }
void *PoolAllocateZero(size_t size, uint32_t) { return std::calloc(1, size); }
void PoolFree(void *block) { std::free(block); }
void PoolFreeTag(void *block, uint32_t) { std::free(block); }

// Frame numbers count up from 100; the first page of memory is not there.
bool PageFrames(const void *address, size_t count, uintptr_t *frames) {
  for (size_t i = 0; i < count; i += 1) {
    frames[i] = 100 + i;
  }
  return reinterpret_cast<uintptr_t>(address) >= PAGE_SIZE;
}

}  // namespace wdm

extern "C" {

NTSTATUS NTAPI WdmAllocateContiguous(SIZE_T Length, ULONGLONG, ULONGLONG Highest, ULONGLONG, ULONG, PVOID *BaseAddress,
                                     ULONGLONG *PhysicalAddress) {
  if (fakes::no_contiguous || fakes::kBouncePhysical + Length - 1 > Highest) {
    return STATUS_NO_MEMORY;
  }
  *BaseAddress = std::calloc(1, Length);
  *PhysicalAddress = fakes::kBouncePhysical;
  fakes::contiguous[*BaseAddress] = Length;
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdmFreeContiguous(PVOID BaseAddress) {
  EXPECT_EQ(fakes::contiguous.erase(BaseAddress), 1u);
  std::free(BaseAddress);
  return STATUS_SUCCESS;
}

NTSTATUS NTAPI WdmMapRequest(ULONG, PVOID *Address) {
  fakes::map_calls += 1;
  *Address = fakes::request_address;
  return fakes::request_address != nullptr ? STATUS_SUCCESS : STATUS_NO_MEMORY;
}

VOID NTAPI KeBugCheckEx(ULONG Code, ULONG_PTR, ULONG_PTR, ULONG_PTR, ULONG_PTR) { throw fakes::BugCheck{Code}; }
VOID NTAPI ExRaiseStatus(NTSTATUS Status) { throw fakes::Raised{Status}; }

}  // extern "C"
