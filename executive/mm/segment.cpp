#include <mm/segment.hpp>

#include <ke/frames.hpp>
#include <mm/commit.hpp>
#include "lookup.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace mm {
namespace {

constexpr std::uint64_t kPage = ke::kPageSize;
// More pages than any machine of today has memory; keeps the sums below from overflowing.
constexpr std::uint64_t kMaximumPages = std::uint64_t{1} << 32;

constinit FileLookup file_lookup = nullptr;
constinit Segment *images = nullptr;

}  // namespace

void UseFileLookup(FileLookup lookup) { file_lookup = lookup; }

Result<Ref<FileBacking>> LookUpFile(ke::Caller &caller, HANDLE file, ACCESS_MASK access) {
  if (file_lookup == nullptr) {
    return Fail(STATUS_INVALID_HANDLE);
  }
  return file_lookup(caller, file, access);
}

Result<void> Segment::AllocatePages(std::uint64_t count) {
  if (count > kMaximumPages) {
    return Fail(STATUS_SECTION_TOO_BIG);
  }
  pages_.reset(new (std::nothrow) Page[count]);
  if (pages_ == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  count_ = count;
  return {};
}

Result<Ref<Segment>> Segment::CreateMemory(std::uint64_t pages, Commitment commitment) {
  Ref<Segment> segment = Adopt(new (std::nothrow) Segment);
  if (!segment) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  if (commitment == Commitment::kCharged) {
    TRY(Charge(pages));
    segment->charged_ = pages;
  }
  TRY(segment->AllocatePages(pages));
  segment->size_ = pages * kPage;
  return segment;
}

Result<Ref<Segment>> Segment::CreateFrames(std::span<const FrameId> frames, std::uint8_t attributes) {
  Ref<Segment> segment = Adopt(new (std::nothrow) Segment);
  if (!segment) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(segment->AllocatePages(frames.size()));
  for (std::size_t i = 0; i < frames.size(); i += 1) {
    segment->pages_[i].frame = frames[i] & 0xffffff;
  }
  segment->size_ = frames.size() * kPage;
  segment->attributes_ = attributes;
  return segment;
}

Result<Ref<Segment>> Segment::CreateContiguous(std::uint64_t pages, std::uint64_t lowest, std::uint64_t limit,
                                               std::uint64_t boundary) {
  if (pages == 0 || pages > ke::kMaximumContiguous) {
    return Fail(STATUS_NO_MEMORY);
  }
  std::unique_ptr<FrameId[]> frames(new (std::nothrow) FrameId[pages]);
  Ref<Segment> segment = Adopt(new (std::nothrow) Segment);
  if (!frames || !segment) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(Charge(pages));
  segment->charged_ = pages;
  TRY(segment->AllocatePages(pages));
  std::span<FrameId> all(frames.get(), pages);
  TRY(ke::AllocateContiguous(all, lowest, limit, boundary));
  for (std::size_t i = 0; i < pages; i += 1) {
    segment->pages_[i].frame = all[i] & 0xffffff;
  }
  segment->contiguous_ = true;
  segment->size_ = pages * kPage;
  return segment;
}

Result<Ref<Segment>> Segment::CreateDevice(std::uint64_t address, std::uint64_t count, std::uint8_t attributes) {
  Ref<Segment> segment = Adopt(new (std::nothrow) Segment);
  if (!segment) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(segment->AllocatePages(count));
  segment->device_ = true;
  segment->size_ = count * kPage;
  segment->attributes_ = attributes;
  for (std::uint64_t i = 0; i < count; i += 1) {
    segment->pages_[i].frame = TRY(ke::DeviceFrame(address + i * kPage)) & 0xffffff;
  }
  return segment;
}

Result<Ref<Segment>> Segment::CreateFile(const Ref<FileBacking> &file) {
  std::span<const std::byte> bytes = file->Resident();
  if (file->Size() == 0) {
    return Fail(STATUS_MAPPED_FILE_SIZE_ZERO);
  }
  if (bytes.size() != file->Size()) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  }
  Ref<Segment> segment = Adopt(new (std::nothrow) Segment);
  if (!segment) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(segment->AllocatePages((bytes.size() + kPage - 1) / kPage));
  for (std::uint64_t page = 0; page < segment->count_; page += 1) {
    segment->pages_[page].frame = ke::ImageFrame(bytes.data() + page * kPage) & 0xffffff;
  }
  segment->size_ = bytes.size();
  segment->file_ = file;
  return segment;
}

Result<Ref<Segment>> Segment::CreateImage(const Ref<FileBacking> &file) {
  std::span<const std::byte> bytes = file->Resident();
  if (bytes.size() != file->Size()) {
    return Fail(STATUS_INVALID_FILE_FOR_SECTION);
  }
  for (Segment *known = images; known != nullptr; known = known->next_) {
    if (known->file_->Resident().data() == bytes.data()) {
      return Ref<Segment>(known);
    }
  }
  Ref<Segment> segment = Adopt(new (std::nothrow) Segment);
  if (!segment) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(segment->LayOut(bytes));
  segment->file_ = file;
  segment->next_ = images;
  images = segment.Get();
  return segment;
}

Result<void> Segment::LayOut(std::span<const std::byte> file) {
  pe::Image image = TRY(pe::Image::Parse(file));
  information_ = image.Info();
  TRY(AllocatePages(image.ViewSize() / kPage));
  size_ = image.ViewSize();
  image_ = true;
  for (std::size_t i = 0; i < image.SegmentCount(); i += 1) {
    TRY(LayOut(file, image.SegmentAt(i)));
  }
  return {};
}

// Whole pages of the file are the section's pages when the file is aligned as the image is; any other page is a copy.
Result<void> Segment::LayOut(std::span<const std::byte> file, const pe::Segment &segment) {
  for (std::uint32_t offset = 0; offset < segment.size; offset += kPage) {
    Page &page = pages_[(segment.rva + offset) / kPage];
    page.protection = segment.protection & 0xff;
    if (offset >= segment.file_bytes) {
      continue;
    }
    std::uint64_t count = std::min<std::uint64_t>(kPage, segment.file_bytes - offset);
    const std::byte *source = file.data() + segment.file_offset + offset;
    bool aligned = reinterpret_cast<std::uintptr_t>(source) % kPage == 0;
    if (aligned && (count == kPage || segment.file_offset + offset + count == file.size())) {
      page.frame = ke::ImageFrame(source) & 0xffffff;
      continue;
    }
    ke::FrameId frame = TRY(ke::AllocateFrame(count != kPage));
    page.frame = frame & 0xffffff;
    std::byte *bytes = TRY(ke::FrameBytes(frame));
    std::memcpy(bytes, source, count);
  }
  return {};
}

Result<FrameId> Segment::Frame(std::uint64_t page) {
  Page &entry = pages_[page];
  if (entry.frame == 0) {
    entry.frame = TRY(ke::AllocateFrame(true)) & 0xffffff;
  }
  return FrameId{entry.frame};
}

Segment::~Segment() {
  if (image_) {
    for (Segment **link = &images; *link != nullptr; link = &(*link)->next_) {
      if (*link == this) {
        *link = next_;
        break;
      }
    }
  }
  if (contiguous_ && count_ != 0) {
    FrameId first = pages_[0].frame;  // their capabilities lie side by side
    std::unique_ptr<FrameId[]> frames(new (std::nothrow) FrameId[count_]);
    for (std::uint64_t i = 0; frames && i < count_; i += 1) {
      frames[i] = first + static_cast<FrameId>(i);
      pages_[i].frame = 0;
    }
    if (frames) {
      ke::ReleaseContiguous({frames.get(), count_});
    }
  }
  // Pages of devices stay known to ke, for the next one who asks.
  for (std::uint64_t page = 0; page < count_ && !device_; page += 1) {
    if (pages_[page].frame != 0) {
      ke::ReleaseFrame(pages_[page].frame);
    }
  }
  Uncharge(charged_);
}

}  // namespace mm
