// The pool: every operator new of the Executive, and coroutine frames. Small blocks come from slabs of one page frame
// each, seen through the direct-map window; blocks of more than half a page are whole pages in a region of their own.

#include <ke/pool.hpp>

#include <ke/cspace.hpp>
#include <ke/frames.hpp>
#include <ke/vspace.hpp>

#include <cap/invoke.hpp>
#include <coro/task.hpp>

#include <array>
#include <bit>
#include <cstring>
#include <new>

namespace ke {
namespace {

constexpr std::uint64_t kLargeRegion = 0x2000'0000'0000;
constexpr std::size_t kLargeHeader = 64;
constexpr std::array<std::uint16_t, 14> kSizes = {32, 48, 64, 96, 128, 192, 256, 384, 512, 672, 1008, 1344, 2016, 4032};

// Lies at the start of each slab's page.
struct Slab {
  Slab *next = nullptr;
  Slab *previous = nullptr;
  void *free = nullptr;  // linked through the blocks' first words
  std::uint16_t used = 0;
  std::uint16_t size_class = 0;
  FrameId frame = 0;
  bool listed = false;
};
constexpr std::size_t kSlabHeader = 64;
static_assert(sizeof(Slab) <= kSlabHeader);

// Lies before each large block.
struct Large {
  std::size_t pages = 0;
  Large *next = nullptr;
};

constinit Slab *partial[kSizes.size()];
constinit Large *free_large = nullptr;  // keeps its frames and its place
constinit std::uint64_t large_next = kLargeRegion;
constinit PoolUse use;

std::size_t ClassOf(std::size_t size) {
  std::size_t index = 0;
  while (kSizes[index] < size) {
    index += 1;
  }
  return index;
}

void Unlist(Slab *slab) {
  if (slab->previous != nullptr) {
    slab->previous->next = slab->next;
  } else {
    partial[slab->size_class] = slab->next;
  }
  if (slab->next != nullptr) {
    slab->next->previous = slab->previous;
  }
  slab->listed = false;
}

void List(Slab *slab) {
  slab->previous = nullptr;
  slab->next = partial[slab->size_class];
  if (slab->next != nullptr) {
    slab->next->previous = slab;
  }
  partial[slab->size_class] = slab;
  slab->listed = true;
}

Slab *MakeSlab(std::size_t index) {
  Result<FrameId> frame = AllocateFrame(false);
  if (!frame) {
    return nullptr;
  }
  Result<std::byte *> bytes = FrameBytes(*frame);
  if (!bytes) {
    ReleaseFrame(*frame);
    return nullptr;
  }
  auto *slab = new (*bytes) Slab;
  slab->size_class = static_cast<std::uint16_t>(index);
  slab->frame = *frame;
  std::size_t size = kSizes[index];
  for (std::size_t offset = kSlabHeader + (kPageSize - kSlabHeader) / size * size; offset > kSlabHeader;) {
    offset -= size;
    auto *block = reinterpret_cast<void **>(*bytes + offset);
    *block = slab->free;
    slab->free = block;
  }
  List(slab);
  use.pages += 1;
  return slab;
}

void *AllocateSmall(std::size_t size) {
  std::size_t index = ClassOf(size);
  Slab *slab = partial[index];
  if (slab == nullptr) {
    slab = MakeSlab(index);
  }
  if (slab == nullptr) {
    return nullptr;
  }
  auto *block = static_cast<void **>(slab->free);
  slab->free = *block;
  slab->used += 1;
  if (slab->free == nullptr) {
    Unlist(slab);
  }
  use.bytes += kSizes[index];
  return block;
}

void FreeSmall(void *pointer) {
  auto *slab = reinterpret_cast<Slab *>(reinterpret_cast<std::uintptr_t>(pointer) & ~(kPageSize - 1));
  auto *block = static_cast<void **>(pointer);
  *block = slab->free;
  slab->free = block;
  slab->used -= 1;
  use.bytes -= kSizes[slab->size_class];
  if (!slab->listed) {
    List(slab);
  }
  // One empty slab stays for the next allocation.
  if (slab->used == 0 && (slab->next != nullptr || slab->previous != nullptr)) {
    Unlist(slab);
    use.pages -= 1;
    ReleaseFrame(slab->frame);
  }
}

// Fresh pages at the end of the region. The place is taken first: allocating a frame may itself need a large block (the
// infos of a new leaf). What was mapped before a failure is a smaller free block.
Large *GrowLarge(std::size_t pages) {
  std::uint64_t start = large_next;
  large_next += pages * kPageSize;
  std::size_t done = 0;
  for (; done < pages; done += 1) {
    Result<FrameId> frame = AllocateFrame(false);
    if (!frame) {
      break;
    }
    // The original capability is mapped here instead of the window: such a frame is never anything else. A used one may
    // still be there.
    LeaveWindow(*frame);
    if (!OwnVSpace().Map(*frame, start + done * kPageSize, Protection::kReadWrite)) {
      ReleaseFrame(*frame);
      break;
    }
  }
  if (done == 0) {
    return nullptr;
  }
  auto *large = new (reinterpret_cast<void *>(start)) Large;
  large->pages = done;
  use.pages += done;
  if (done < pages) {
    large->next = free_large;
    free_large = large;
    return nullptr;
  }
  return large;
}

void *AllocateLarge(std::size_t size) {
  if (size > (std::size_t{1} << 32)) {
    return nullptr;
  }
  std::size_t pages = (size + kLargeHeader + kPageSize - 1) / kPageSize;
  Large **link = &free_large;
  Large *large = nullptr;
  for (; *link != nullptr; link = &(*link)->next) {
    if ((*link)->pages < pages || (*link)->pages > pages * 2) {
      continue;
    }
    large = *link;
    *link = large->next;
    break;
  }
  if (large == nullptr) {
    large = GrowLarge(pages);
    if (large == nullptr) {
      return nullptr;
    }
  }
  use.bytes += large->pages * kPageSize;
  return reinterpret_cast<std::byte *>(large) + kLargeHeader;
}

void FreeLarge(void *pointer) {
  auto *large = reinterpret_cast<Large *>(static_cast<std::byte *>(pointer) - kLargeHeader);
  use.bytes -= large->pages * kPageSize;
  large->next = free_large;
  free_large = large;
}

bool IsLarge(const void *pointer) { return reinterpret_cast<std::uintptr_t>(pointer) >= kLargeRegion; }

}  // namespace

PoolUse QueryPool() { return use; }

void *AllocatePool(std::size_t size) { return size <= kSizes.back() ? AllocateSmall(size) : AllocateLarge(size); }

void FreePool(void *pointer) {
  if (pointer == nullptr) {
    return;
  }
  if (IsLarge(pointer)) {
    FreeLarge(pointer);
  } else {
    FreeSmall(pointer);
  }
}

}  // namespace ke

const std::nothrow_t std::nothrow{};

void *operator new(std::size_t size) noexcept(false) {
  // Only placement and nothrow forms are used; an allocation that cannot report failure is a mistake of ours.
  void *memory = ke::AllocatePool(size);
  if (memory == nullptr) {
    __builtin_trap();
  }
  return memory;
}
void *operator new(std::size_t size, const std::nothrow_t &) noexcept { return ke::AllocatePool(size); }
void *operator new[](std::size_t size, const std::nothrow_t &) noexcept { return ke::AllocatePool(size); }
void operator delete(void *pointer) noexcept { ke::FreePool(pointer); }
void operator delete[](void *pointer) noexcept { ke::FreePool(pointer); }
void operator delete(void *pointer, std::size_t) noexcept { ke::FreePool(pointer); }
void operator delete[](void *pointer, std::size_t) noexcept { ke::FreePool(pointer); }

namespace coro {
void *AllocateFrame(std::size_t size) noexcept { return ke::AllocatePool(size); }
void FreeFrame(void *frame, std::size_t) noexcept { ke::FreePool(frame); }
}  // namespace coro
