#pragma once
// Page frames. A frame is named by the capability pointer of its original capability, which is mapped in the
// Executive's direct-map window at first use and stays there for the frame's life; what programs see are copies of that
// capability.

#include <rtl/result.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace ke {

inline constexpr std::size_t kPageSize = 4096;

// The original capability's pointer; 0 is no frame. Frames of the Executive's own image have one too.
using FrameId = std::uint32_t;

// A frame of its own with one reference. `zeroed`: its bytes are zero. STATUS_NO_MEMORY.
Result<FrameId> AllocateFrame(bool zeroed);
void AddFrameReference(FrameId frame);
// Gives up one reference; the last one frees the frame. Image frames are never freed.
void ReleaseFrame(FrameId frame);

// The bytes of a frame as the Executive sees them. STATUS_NO_MEMORY when the window's page table cannot be made.
Result<std::byte *> FrameBytes(FrameId frame);

// Physical address of a frame. STATUS_UNSUCCESSFUL for no frame of ours.
Result<std::uint64_t> FrameAddress(FrameId frame);

// The page of device memory at physical address `address`: the same capability at every call, never mapped itself and
// never given back. STATUS_NOT_FOUND when the kernel did not give us that page, STATUS_INSUFFICIENT_RESOURCES.
Result<FrameId> DeviceFrame(std::uint64_t address);

// `count` frames of consecutive addresses below `limit` that cross no multiple of `boundary` (a power of two, 0: any),
// each with one reference, zeroed; the first address. STATUS_NO_MEMORY.
Result<std::uint64_t> AllocateContiguous(std::span<FrameId> frames, std::uint64_t lowest, std::uint64_t limit,
                                         std::uint64_t boundary);
// Gives them back together, so that the next one who needs a run finds it whole; frames that somebody still references
// are given up one by one.
void ReleaseContiguous(std::span<const FrameId> frames);
inline constexpr std::size_t kMaximumContiguous = 1024;

// Takes a frame out of the window, so that its original capability may be mapped elsewhere. Only for one that nobody
// else uses: what FrameBytes() gave is gone.
void LeaveWindow(FrameId frame);

// The frame of a page of the Executive's own image (the boot volume lies there), or 0 for an address outside it.
FrameId ImageFrame(const void *address);

// Number of frames that are free, in use, and there were at start (pages of RAM).
struct FrameCounts {
  std::uint64_t free = 0;
  std::uint64_t used = 0;
  std::uint64_t total = 0;
};
FrameCounts CountFrames();

// Keeps a few frames in hand so that making one never needs what it makes. Called by the event loop between services.
void RefillFrames();

}  // namespace ke
