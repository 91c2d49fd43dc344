// Views of sections: NtMapViewOfSection and NtUnmapViewOfSection beneath the handles.

#include <mm/address_space.hpp>

#include <mm/commit.hpp>
#include "vad.hpp"

#include <rtl/checked.hpp>

#include <new>

namespace mm {

Result<NTSTATUS> AddressSpace::MapView(const Ref<Section> &section, Range &range, std::uint64_t offset,
                                       const Placement &placement, ULONG protection, ULONG type) {
  Segment &segment = section->Pages();
  std::uint64_t size = section->Size();
  if (segment.IsImage()) {
    offset = 0;
    range.size = size;
  }
  if (offset >= size) {
    return Fail(STATUS_INVALID_VIEW_SIZE);
  }
  if (range.size == 0) {
    range.size = size - offset;
  } else if (range.size > AlignUp(size, kPage) - offset) {
    return Fail(STATUS_INVALID_VIEW_SIZE);
  }
  std::unique_ptr<Vad, VadDeleter> vad(new (std::nothrow) Vad);
  if (!vad) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  vad->kind = Vad::Kind::kView;
  vad->protection = segment.IsImage() ? ULONG{PAGE_EXECUTE_WRITECOPY} : protection;
  vad->section = section;
  vad->section_page = offset / kPage;
  std::uint64_t pages = AlignUp(range.size, kPage) / kPage;
  std::uint64_t preferred = segment.IsImage() ? segment.Image().image_base : 0;
  NTSTATUS status = STATUS_SUCCESS;
  std::uint64_t first;
  if (placement.address != 0) {
    first = placement.address / kPage;
    if (first < kLowestUserAddress / kPage || first + pages > (kHighestUserAddress + 1) / kPage) {
      return Fail(STATUS_INVALID_PARAMETER_3);
    }
  } else if (preferred >= kLowestUserAddress && preferred % kAllocationGranularity == 0 &&
             preferred / kPage + pages <= (kHighestUserAddress + 1) / kPage &&
             FirstOverlap(preferred / kPage, preferred / kPage + pages) == nullptr) {
    first = preferred / kPage;
  } else {
    Placement where = placement;
    where.top_down = where.top_down || segment.IsImage() || (type & MEM_TOP_DOWN) != 0;
    first = TRY(Place(pages, where));
  }
  if (segment.IsImage() && first * kPage != preferred) {
    status = STATUS_IMAGE_NOT_AT_BASE;
  }
  TRY(Insert(first, pages, std::move(vad)));
  range = {first * kPage, pages * kPage};
  return status;
}

Result<void> AddressSpace::UnmapView(std::uint64_t address) {
  Vad *vad = address <= kHighestUserAddress ? Find(address / kPage) : nullptr;
  if (vad == nullptr || vad->kind != Vad::Kind::kView) {
    return Fail(STATUS_NOT_MAPPED_VIEW);
  }
  std::size_t all = ~std::size_t{0};
  ClearSome(*vad, all);
  Remove(*vad);
  return {};
}

Result<void> AddressSpace::MapShared(std::uint64_t address, FrameId frame) {
  std::unique_ptr<Vad, VadDeleter> vad(new (std::nothrow) Vad);
  if (!vad) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  vad->kind = Vad::Kind::kFixed;
  vad->protection = PAGE_READONLY;
  vad->fixed = frame;
  TRY(Insert(address / kPage, 1, std::move(vad)));
  return {};
}

Result<std::u16string_view> AddressSpace::MappedFile(std::uint64_t address) {
  Vad *vad = address <= kHighestUserAddress ? Find(address / kPage) : nullptr;
  if (vad == nullptr || vad->kind != Vad::Kind::kView) {
    return Fail(STATUS_INVALID_ADDRESS);
  }
  const Ref<FileBacking> &file = vad->section->Pages().File();
  if (!file) {
    return Fail(STATUS_FILE_INVALID);
  }
  return file->Path();
}

}  // namespace mm
