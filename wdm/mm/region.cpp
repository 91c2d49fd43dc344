#include "memory.hpp"

#include <ntifs.h>
#include <wdm/wdm_services.h>

#include <wdmp/irql.hpp>
#include <wdmp/pool.hpp>

namespace wdm {
namespace {

constexpr size_t kMaximumRegions = 512;

struct Region {
  uintptr_t base;
  uint64_t physical;
  size_t length;  // written last: interrupt routines read without a lock; 0: the slot is free
};

Region regions[kMaximumRegions];
size_t region_count;

}  // namespace

bool RememberRegion(const void *base, uint64_t physical, size_t length) {
  ke::AtDispatch guard;
  size_t slot = 0;
  while (slot < region_count && regions[slot].length != 0) {
    slot += 1;
  }
  if (slot == kMaximumRegions) {
    return false;
  }
  regions[slot].base = reinterpret_cast<uintptr_t>(base);
  regions[slot].physical = physical;
  __atomic_store_n(&regions[slot].length, length, __ATOMIC_RELEASE);
  if (slot == region_count) {
    __atomic_store_n(&region_count, slot + 1, __ATOMIC_RELEASE);
  }
  return true;
}

size_t ForgetRegion(const void *base) {
  ke::AtDispatch guard;
  for (size_t i = 0; i < region_count; i += 1) {
    if (regions[i].length != 0 && regions[i].base == reinterpret_cast<uintptr_t>(base)) {
      size_t length = regions[i].length;
      __atomic_store_n(&regions[i].length, size_t{0}, __ATOMIC_RELEASE);
      return length;
    }
  }
  return 0;
}

bool RegionPhysical(const void *address, uint64_t *physical) {
  for (size_t i = 0; i < region_count; i += 1) {
    const uintptr_t offset = reinterpret_cast<uintptr_t>(address) - regions[i].base;
    if (offset < __atomic_load_n(&regions[i].length, __ATOMIC_ACQUIRE)) {
      *physical = regions[i].physical + offset;
      return true;
    }
  }
  return false;
}

bool PageFrames(const void *address, size_t count, uintptr_t *frames) {
  constexpr size_t kBatch = 64;
  uintptr_t page = reinterpret_cast<uintptr_t>(address) & ~uintptr_t{PAGE_SIZE - 1};
  size_t done = 0;
  while (done < count) {
    uint64_t physical = 0;
    if (PhysicalOf(reinterpret_cast<const void *>(page), &physical)) {
      frames[done] = static_cast<uintptr_t>(physical >> PAGE_SHIFT);
      done += 1;
      page += PAGE_SIZE;
      continue;
    }
    ULONGLONG pages[kBatch];
    const size_t now = count - done < kBatch ? count - done : kBatch;
    if (!NT_SUCCESS(WdmGetPhysicalPages(reinterpret_cast<PVOID>(page), static_cast<ULONG>(now), pages))) {
      return false;
    }
    for (size_t i = 0; i < now; i += 1) {
      frames[done + i] = static_cast<uintptr_t>(pages[i]);
    }
    done += now;
    page += now * PAGE_SIZE;
  }
  return true;
}

}  // namespace wdm
