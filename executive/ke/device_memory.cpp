#include "device_memory.hpp"

#include <ke/cspace.hpp>
#include <ke/untyped.hpp>
#include <ke/vspace.hpp>

#include <cap/invoke.hpp>

#include <ke/frames.hpp>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <new>

namespace ke {
namespace {

constexpr std::uint64_t kDeviceRegion = 0x3000'0000'0000;
constexpr seL4_CPtr kIndexMask = (1u << kLeafFieldBits) - 1;

// Retype allocates from the start of a range on: what lies before the wanted page is split off as device untypeds,
// which stay usable.
Result<void> SkipTo(UntypedRange &range, std::uint64_t offset) {
  while (range.used < offset) {
    auto room = static_cast<unsigned>(std::bit_width(offset - range.used) - 1);
    unsigned alignment = range.used == 0 ? 63 : static_cast<unsigned>(std::countr_zero(range.used));
    unsigned bits = std::min(room, alignment);
    seL4_CPtr slot = TRY(AllocateSlot());
    if (cap::Retype(range.untyped, seL4_UntypedObject, bits, LeafOf(slot), slot & kIndexMask, 1) != seL4_NoError) {
      FreeSlot(slot);
      return Fail(STATUS_NOT_FOUND);
    }
    if (!AddDevice({cap::Cap<cap::Untyped>(slot), range.base + range.used, 0, bits, true})) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
    range.used += std::uint64_t{1} << bits;
  }
  return {};
}

// The frame of 2^bits bytes (a page or a large page) at `address`.
Result<seL4_CPtr> TakeFrame(std::uint64_t address, unsigned bits) {
  UntypedRange *range = FindDevice(address);
  std::uint64_t size = std::uint64_t{1} << bits;
  if (range == nullptr || address - range->base + size > std::uint64_t{1} << range->bits) {
    return Fail(STATUS_NOT_FOUND);
  }
  TRY(SkipTo(*range, address - range->base));
  seL4_CPtr slot = TRY(AllocateSlot());
  seL4_Word type = bits == seL4_PageBits ? seL4_X86_4K : seL4_X86_LargePageObject;
  if (cap::Retype(range->untyped, type, 0, LeafOf(slot), slot & kIndexMask, 1) != seL4_NoError) {
    FreeSlot(slot);
    return Fail(STATUS_NOT_FOUND);
  }
  range->used += size;
  return slot;
}
Result<seL4_CPtr> TakePage(std::uint64_t address) { return TakeFrame(address, seL4_PageBits); }

// The pages that drivers have been given, by address.
struct Page {
  Page *next = nullptr;
  std::uint64_t address = 0;
  FrameId frame = 0;
};
constexpr std::size_t kBuckets = 256;
constinit Page *pages[kBuckets] = {};

}  // namespace
Result<volatile std::byte *> MapDevicePage(std::uint64_t address, seL4_X86_VMAttributes attributes) {
  seL4_CPtr slot = TRY(TakePage(address));
  std::uint64_t where = kDeviceRegion + address;
  TRY(OwnVSpace().Map(slot, where, Protection::kReadWrite, attributes));
  return reinterpret_cast<volatile std::byte *>(where);
}

Result<std::byte *> MapDeviceRange(std::uint64_t address, std::uint64_t size, seL4_X86_VMAttributes attributes) {
  constexpr std::uint64_t kLargePage = std::uint64_t{1} << seL4_LargePageBits;
  std::uint64_t at = address & ~(kPageSize - 1);
  std::uint64_t end = address + size;
  // What begins where a window of its size may begin is the window of a device, which goes on to the next power of two.
  if (address % std::bit_ceil(size) == 0) {
    end = address + std::bit_ceil(size);
  }
  while (at < address + size) {
    bool large = at % kLargePage == 0 && end - at >= kLargePage;
    Result<seL4_CPtr> frame = large ? TakeFrame(at, seL4_LargePageBits) : Fail(STATUS_NOT_FOUND);
    if (!frame) {
      large = false;
      frame = TRY(TakePage(at));
    }
    TRY(OwnVSpace().Map(*frame, kDeviceRegion + at, Protection::kReadWrite, attributes));
    at += large ? kLargePage : kPageSize;
  }
  return reinterpret_cast<std::byte *>(kDeviceRegion + address);
}

Result<FrameId> DeviceFrame(std::uint64_t address) {
  Page *&bucket = pages[address / kPageSize % kBuckets];
  for (Page *page = bucket; page != nullptr; page = page->next) {
    if (page->address == address) {
      return page->frame;
    }
  }
  Page *page = new (std::nothrow) Page;
  if (page == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  Result<seL4_CPtr> slot = TakePage(address);
  if (!slot) {
    delete page;
    return std::unexpected(slot.error());
  }
  *page = {bucket, address, static_cast<FrameId>(*slot)};
  bucket = page;
  return page->frame;
}

}  // namespace ke
