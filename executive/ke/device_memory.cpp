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

Result<seL4_CPtr> TakePage(std::uint64_t address) {
  UntypedRange *range = FindDevice(address);
  if (range == nullptr) {
    return Fail(STATUS_NOT_FOUND);
  }
  TRY(SkipTo(*range, address - range->base));
  seL4_CPtr slot = TRY(AllocateSlot());
  if (cap::Retype(range->untyped, seL4_X86_4K, 0, LeafOf(slot), slot & kIndexMask, 1) != seL4_NoError) {
    FreeSlot(slot);
    return Fail(STATUS_NOT_FOUND);
  }
  range->used += kPageSize;
  return slot;
}

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
