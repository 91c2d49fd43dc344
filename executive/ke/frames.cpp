#include <ke/frames.hpp>

#include <ke/boot_info.hpp>
#include <ke/cspace.hpp>
#include <ke/untyped.hpp>
#include <ke/vspace.hpp>

#include <cap/invoke.hpp>

#include <cstring>
#include <new>

extern "C" char image_start[];

namespace ke {
namespace {

constexpr std::uint64_t kWindow = 0x1000'0000'0000;
constexpr unsigned kFirstLeafBits = 8;
constexpr unsigned kLeafBits = 10;
constexpr unsigned kBatch = 64;
constexpr std::uint64_t kReserve = 24;
constexpr seL4_CPtr kIndexMask = (1u << kLeafFieldBits) - 1;

// What we know of a frame. Free frames are linked by `next`.
struct FrameInfo {
  std::uint64_t address = 0;  // physical
  std::uint32_t references = 0;
  FrameId next : 24 = 0;
  bool mapped : 1 = false;  // in the window
  bool dirty : 1 = false;   // bytes may not be zero
};
static_assert(sizeof(FrameInfo) == 16);

// By first-level entry of the CSpace: the infos of that leaf's frames.
constinit FrameInfo *leaves[kRootEntries];
constinit FrameInfo first_leaf[1u << kFirstLeafBits];
constinit FrameId leaf_next = 0;  // next unused slot of the newest leaf
constinit FrameId leaf_end = 0;
constinit FrameId free_clean = 0;  // never used: zero already
constinit FrameId free_dirty = 0;
constinit FrameCounts counts;
constinit bool refilling = false;

FrameInfo &InfoOf(FrameId frame) { return leaves[frame >> kLeafFieldBits][frame & kIndexMask]; }

bool IsImageFrame(FrameId frame) { return (frame >> kLeafFieldBits) == 0; }

Result<void> MakeFrameLeaf() {
  bool first = leaf_end == 0;
  unsigned bits = first ? kFirstLeafBits : kLeafBits;
  FrameInfo *infos = first ? first_leaf : new (std::nothrow) FrameInfo[std::size_t{1} << bits];
  if (infos == nullptr) {
    return Fail(STATUS_NO_MEMORY);
  }
  Result<seL4_CPtr> leaf = MakeLeaf(bits);
  if (!leaf) {
    if (!first) {
      delete[] infos;
    }
    return Fail(STATUS_NO_MEMORY);
  }
  leaves[*leaf >> kLeafFieldBits] = infos;
  leaf_next = static_cast<FrameId>(*leaf);
  leaf_end = leaf_next + (1u << bits);
  return {};
}

// Takes a run of frames from the ledger to the clean list.
Result<void> MakeFrames() {
  if (leaf_next == leaf_end) {
    TRY(MakeFrameLeaf());
  }
  unsigned wanted = std::min<unsigned>(kBatch, leaf_end - leaf_next);
  FrameRun run = TakeFrames(wanted);
  if (run.count == 0) {
    return Fail(STATUS_NO_MEMORY);
  }
  if (cap::Retype(run.range->untyped, seL4_X86_4K, 0, LeafOf(leaf_next), leaf_next & kIndexMask, run.count) !=
      seL4_NoError) {
    return Fail(STATUS_NO_MEMORY);
  }
  // The list is built backwards so that frames are used in the order of their addresses.
  for (unsigned i = run.count; i-- > 0;) {
    FrameInfo &info = InfoOf(leaf_next + i);
    info.address = run.first + i * kPageSize;
    info.next = free_clean & 0xffffff;
    free_clean = leaf_next + i;
  }
  leaf_next += run.count;
  counts.free += run.count;
  return {};
}

FrameId TakeFrom(FrameId &list) {
  FrameId frame = list;
  if (frame != 0) {
    list = InfoOf(frame).next;
  }
  return frame;
}

}  // namespace

void RefillFrames() {
  if (counts.free >= kReserve || refilling) {
    return;
  }
  refilling = true;
  (void)MakeFrames();  // Without memory the next allocation says so.
  refilling = false;
}

Result<FrameId> AllocateFrame(bool zeroed) {
  RefillFrames();
  FrameId frame = zeroed ? TakeFrom(free_clean) : TakeFrom(free_dirty);
  if (frame == 0) {
    frame = zeroed ? TakeFrom(free_dirty) : TakeFrom(free_clean);
  }
  if (frame == 0) {
    return Fail(STATUS_NO_MEMORY);
  }
  FrameInfo &info = InfoOf(frame);
  info.references = 1;
  info.next = 0;
  counts.free -= 1;
  counts.used += 1;
  if (zeroed && info.dirty) {
    Result<std::byte *> bytes = FrameBytes(frame);
    if (!bytes) {
      ReleaseFrame(frame);
      return std::unexpected(bytes.error());
    }
    std::memset(*bytes, 0, kPageSize);
  }
  info.dirty = true;
  return frame;
}

void AddFrameReference(FrameId frame) {
  if (!IsImageFrame(frame)) {
    InfoOf(frame).references += 1;
  }
}

void ReleaseFrame(FrameId frame) {
  if (IsImageFrame(frame)) {
    return;
  }
  FrameInfo &info = InfoOf(frame);
  info.references -= 1;
  if (info.references != 0) {
    return;
  }
  info.next = free_dirty & 0xffffff;
  free_dirty = frame;
  counts.free += 1;
  counts.used -= 1;
}

Result<std::byte *> FrameBytes(FrameId frame) {
  if (IsImageFrame(frame)) {
    return reinterpret_cast<std::byte *>(image_start) + (frame - boot_info->userImageFrames.start) * kPageSize;
  }
  FrameInfo &info = InfoOf(frame);
  std::uint64_t address = kWindow + info.address;
  if (!info.mapped) {
    TRY(OwnVSpace().Map(frame, address, Protection::kReadWrite));
    info.mapped = true;
  }
  return reinterpret_cast<std::byte *>(address);
}

void LeaveWindow(FrameId frame) {
  FrameInfo &info = InfoOf(frame);
  if (info.mapped) {
    (void)cap::Unmap(cap::Cap<cap::Frame>(frame));  // fails for no frame of ours
    info.mapped = false;
  }
}

FrameId ImageFrame(const void *address) {
  auto offset = reinterpret_cast<std::uintptr_t>(address) - reinterpret_cast<std::uintptr_t>(image_start);
  seL4_SlotPos slot = boot_info->userImageFrames.start + offset / kPageSize;
  return slot < boot_info->userImageFrames.end ? static_cast<FrameId>(slot) : 0;
}

FrameCounts CountFrames() {
  FrameCounts result = counts;
  result.free += UntypedLeft() / kPageSize;
  result.total = UntypedTotal() / kPageSize;
  return result;
}

}  // namespace ke
