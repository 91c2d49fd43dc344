#pragma once
// The pages behind sections. A segment is shared by every section and view of the same image, or belongs to one section
// that the page file (here: memory) backs.

#include <mm/file_backing.hpp>
#include <pe/image.hpp>
#include <rtl/ref.hpp>
#include <rtl/result.hpp>

#include <cstdint>
#include <memory>

namespace mm {

using FrameId = std::uint32_t;

// Whether the pages of a segment are promised when it is made, or found (or not) when they are touched.
enum class Commitment : std::uint8_t { kCharged, kNone };

class Segment final : public RefCounted {
 public:
  // Memory of `pages` zero pages, made as they are touched. STATUS_INSUFFICIENT_RESOURCES, STATUS_COMMITMENT_LIMIT.
  static Result<Ref<Segment>> CreateMemory(std::uint64_t pages, Commitment commitment = Commitment::kCharged);
  // A file's bytes, read-only or copy on write. STATUS_MAPPED_FILE_SIZE_ZERO.
  static Result<Ref<Segment>> CreateFile(const Ref<FileBacking> &file);
  // These frames, whose references become the segment's; with `attributes` every view is mapped
  // (seL4_X86_VMAttributes). STATUS_INSUFFICIENT_RESOURCES, and the references stay the caller's.
  static Result<Ref<Segment>> CreateFrames(std::span<const FrameId> frames, std::uint8_t attributes = 0);
  // Pages of consecutive physical addresses (ke::AllocateContiguous). STATUS_NO_MEMORY, STATUS_COMMITMENT_LIMIT.
  static Result<Ref<Segment>> CreateContiguous(std::uint64_t pages, std::uint64_t lowest, std::uint64_t limit,
                                               std::uint64_t boundary);
  // Device memory, `count` pages from physical address `address`, that only programs touch: the Executive cannot reach
  // it through a view. STATUS_INSUFFICIENT_RESOURCES, STATUS_NOT_FOUND (the kernel gave no such memory).
  static Result<Ref<Segment>> CreateDevice(std::uint64_t address, std::uint64_t count, std::uint8_t attributes);
  // An image laid out as its section table says; a second one of the same file is the same segment. The statuses of
  // pe::Image::Parse, STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<Segment>> CreateImage(const Ref<FileBacking> &file);

  std::uint64_t Pages() const { return count_; }
  std::uint64_t Size() const { return size_; }
  bool IsImage() const { return image_; }
  bool IsDevice() const { return device_; }
  // How its pages are cached: seL4_X86_VMAttributes, 0 is write back.
  std::uint8_t Attributes() const { return attributes_; }
  const pe::ImageInfo &Image() const { return information_; }
  const Ref<FileBacking> &File() const { return file_; }

  // The frame of a page. It stays the segment's. STATUS_NO_MEMORY.
  Result<FrameId> Frame(std::uint64_t page);
  // PAGE_... that a view of an image gives this page; for other segments 0.
  std::uint8_t Protection(std::uint64_t page) const { return image_ ? pages_[page].protection : 0; }

 private:
  struct Page {
    std::uint32_t frame : 24 = 0;
    std::uint32_t protection : 8 = 0;
  };

  Segment() = default;
  ~Segment() override;
  Result<void> AllocatePages(std::uint64_t count);
  Result<void> LayOut(std::span<const std::byte> file);
  Result<void> LayOut(std::span<const std::byte> file, const pe::Segment &segment);

  std::unique_ptr<Page[]> pages_;
  std::uint64_t count_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t charged_ = 0;
  bool image_ = false;
  bool device_ = false;
  bool contiguous_ = false;
  std::uint8_t attributes_ = 0;
  pe::ImageInfo information_ = {};
  Ref<FileBacking> file_;
  Segment *next_ = nullptr;  // all image segments
};

}  // namespace mm
