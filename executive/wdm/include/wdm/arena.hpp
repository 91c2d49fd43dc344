#pragma once
// The buffers that a driver host shares with the Executive: allocated here, by granules, copied page by page.

#include <wdm/host.h>
#include <ke/user.hpp>
#include <mm/segment.hpp>

#include <array>
#include <cstdint>
#include <memory>

namespace wdm {

class Arena {
 public:
  // STATUS_INSUFFICIENT_RESOURCES.
  Result<void> Create();
  const Ref<mm::Segment> &Pages() const { return pages_; }

  // Offset of `length` > 0 free bytes. STATUS_INSUFFICIENT_RESOURCES.
  Result<std::uint32_t> Allocate(std::size_t length);
  void Free(std::uint32_t offset, std::size_t length);

  // Copies; `offset` and `length` lie in the arena. The statuses of ke::CopyFromUser.
  Result<void> Fill(std::uint32_t offset, const UserPointer &from, std::size_t length);
  Result<void> Take(std::uint32_t offset, const UserPointer &to, std::size_t length);
  Result<void> Put(std::uint32_t offset, const void *from, std::size_t length);
  Result<void> Get(std::uint32_t offset, void *to, std::size_t length);
  Result<void> Zero(std::uint32_t offset, std::size_t length);
  // The frame of a page of it.
  Result<mm::FrameId> Frame(std::uint32_t offset) { return pages_->Frame(offset / kPage); }

  // Whether a host may name this range as its own part (host::kHostArena).
  static bool IsHostPart(std::uint32_t offset, std::uint64_t length) {
    return offset >= kShared && offset + length <= host::kArenaSize;
  }
  std::size_t Used() const { return used_; }

 private:
  static constexpr std::uint32_t kPage = 4096;
  static constexpr std::uint32_t kGranule = 256;
  static constexpr std::uint32_t kShared = host::kArenaSize - host::kHostArena;
  static constexpr std::uint32_t kGranules = kShared / kGranule;

  Result<std::span<std::byte>> Bytes(std::uint32_t offset, std::size_t length);
  bool Taken(std::uint32_t granule) const { return (map_[granule / 64] >> (granule % 64) & 1) != 0; }
  void Mark(std::uint32_t first, std::uint32_t count, bool taken);

  Ref<mm::Segment> pages_;
  std::unique_ptr<std::byte *[]> bytes_;
  std::array<std::uint64_t, kGranules / 64> map_ = {};
  std::uint32_t lowest_ = 0;  // no granule below it is free
  std::size_t used_ = 0;      // granules
};

}  // namespace wdm
