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

// Frames of a run of the ledger go to the clean list; the leaf has room for them.
Result<void> MakeFrames(const FrameRun &run) {
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
  return MakeFrames(run);
}

// Runs of frames that were given back whole, for the next contiguous allocation.
struct FreeRun {
  FreeRun *next = nullptr;
  FrameId first = 0;
  std::uint32_t count = 0;
};
constinit FreeRun *free_runs = nullptr;
constinit std::uint64_t run_frames = 0;  // in free_runs; not among counts.free

bool Suits(std::uint64_t address, std::uint64_t bytes, std::uint64_t lowest, std::uint64_t limit,
           std::uint64_t boundary) {
  return address >= lowest && address + bytes <= limit &&
         (boundary == 0 || (address & ~(boundary - 1)) == ((address + bytes - 1) & ~(boundary - 1)));
}

// The first frame of a run that was given back, 0 when none suits. What is left of the run stays.
FrameId TakeFreeRun(std::size_t count, std::uint64_t lowest, std::uint64_t limit, std::uint64_t boundary) {
  FreeRun **best = nullptr;
  for (FreeRun **link = &free_runs; *link != nullptr; link = &(*link)->next) {
    FreeRun &run = **link;
    if (run.count >= count && (best == nullptr || run.count < (*best)->count) &&
        Suits(InfoOf(run.first).address, count * kPageSize, lowest, limit, boundary)) {
      best = link;
    }
  }
  if (best == nullptr) {
    return 0;
  }
  FreeRun *run = *best;
  FrameId first = run->first;
  run->first += static_cast<FrameId>(count);
  run->count -= static_cast<std::uint32_t>(count);
  if (run->count == 0) {
    *best = run->next;
    delete run;
  }
  return first;
}

// Makes the frames of a fresh run, none of which is on a list afterwards. 0: no memory.
FrameId MakeRun(std::size_t count, std::uint64_t lowest, std::uint64_t limit, std::uint64_t boundary) {
  // The run's capabilities lie side by side: the newest leaf's rest is filled with ordinary frames when it is short.
  while (leaf_end - leaf_next < count) {
    Result<void> made = leaf_next == leaf_end ? MakeFrameLeaf() : MakeFrames();
    if (!made) {
      return 0;
    }
  }
  const ContiguousRun taken = TakeContiguous(static_cast<unsigned>(count), lowest, limit, boundary);
  if (taken.run.count == 0) {
    return 0;
  }
  unsigned skipped = taken.skipped;
  std::uint64_t address = taken.run.first - skipped * kPageSize;
  while (skipped != 0) {
    if (leaf_next == leaf_end && !MakeFrameLeaf()) {
      return 0;
    }
    unsigned now = std::min<unsigned>(std::min(skipped, kBatch), leaf_end - leaf_next);
    if (!MakeFrames({taken.run.range, address, now})) {
      return 0;
    }
    skipped -= now;
    address += now * kPageSize;
  }
  if (leaf_end - leaf_next < count && !MakeFrameLeaf()) {
    return 0;
  }
  FrameId first = leaf_next;
  FrameId rest = free_clean;
  for (unsigned made = 0; made < count;) {
    unsigned now = std::min<unsigned>(static_cast<unsigned>(count) - made, kBatch);
    if (!MakeFrames({taken.run.range, taken.run.first + made * kPageSize, now})) {
      return 0;
    }
    made += now;
    free_clean = rest;
  }
  counts.free -= count;
  return first;
}

FrameId TakeFrom(FrameId &list) {
  FrameId frame = list;
  if (frame != 0) {
    list = InfoOf(frame).next;
  }
  return frame;
}

// The smallest run becomes ordinary frames: memory is short. False: there is none.
bool BreakRun() {
  FreeRun **smallest = nullptr;
  for (FreeRun **link = &free_runs; *link != nullptr; link = &(*link)->next) {
    if (smallest == nullptr || (*link)->count < (*smallest)->count) {
      smallest = link;
    }
  }
  if (smallest == nullptr) {
    return false;
  }
  FreeRun *run = *smallest;
  *smallest = run->next;
  for (FrameId frame = run->first; frame < run->first + run->count; frame += 1) {
    InfoOf(frame).next = free_dirty & 0xffffff;
    free_dirty = frame;
  }
  counts.free += run->count;
  run_frames -= run->count;
  delete run;
  return true;
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
  if (frame == 0 && BreakRun()) {
    frame = TakeFrom(free_dirty);
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

Result<std::uint64_t> FrameAddress(FrameId frame) {
  if (!IsImageFrame(frame)) {
    return InfoOf(frame).address;
  }
  seL4_Word address = 0;
  if (cap::GetAddress(cap::Cap<cap::Frame>(frame), address) != seL4_NoError) {
    return Fail(STATUS_UNSUCCESSFUL);
  }
  return address;
}

Result<std::uint64_t> AllocateContiguous(std::span<FrameId> frames, std::uint64_t lowest, std::uint64_t limit,
                                         std::uint64_t boundary) {
  if (frames.empty() || frames.size() > kMaximumContiguous) {
    return Fail(STATUS_NO_MEMORY);
  }
  FrameId first = TakeFreeRun(frames.size(), lowest, limit, boundary);
  if (first != 0) {
    run_frames -= frames.size();
  } else {
    first = MakeRun(frames.size(), lowest, limit, boundary);
  }
  if (first == 0) {
    return Fail(STATUS_NO_MEMORY);
  }
  counts.used += frames.size();
  for (std::size_t i = 0; i < frames.size(); i += 1) {
    frames[i] = first + static_cast<FrameId>(i);
    FrameInfo &info = InfoOf(frames[i]);
    info.references = 1;
    info.next = 0;
  }
  for (FrameId frame : frames) {
    if (InfoOf(frame).dirty) {
      Result<std::byte *> bytes = FrameBytes(frame);
      if (!bytes) {
        ReleaseContiguous(frames);
        return std::unexpected(bytes.error());
      }
      std::memset(*bytes, 0, kPageSize);
    }
    InfoOf(frame).dirty = true;
  }
  return InfoOf(first).address;
}

void ReleaseContiguous(std::span<const FrameId> frames) {
  bool whole = true;
  for (FrameId frame : frames) {
    whole = whole && InfoOf(frame).references == 1;
  }
  auto *run = whole ? new (std::nothrow) FreeRun : nullptr;
  if (run == nullptr) {
    for (FrameId frame : frames) {
      ReleaseFrame(frame);
    }
    return;
  }
  for (FrameId frame : frames) {
    InfoOf(frame).references = 0;
  }
  *run = {free_runs, frames.front(), static_cast<std::uint32_t>(frames.size())};
  free_runs = run;
  run_frames += frames.size();
  counts.used -= frames.size();
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
  result.free += run_frames + UntypedLeft() / kPageSize;
  result.total = UntypedTotal() / kPageSize;
  return result;
}

}  // namespace ke
