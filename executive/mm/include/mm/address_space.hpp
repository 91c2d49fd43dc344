#pragma once
// The address space of one process: VADs, their pages, and what of it the kernel's page tables show. The software side
// is the truth; the kernel's tables are filled on faults.

#include <ke/user.hpp>
#include <mm/section.hpp>
#include <rtl/ref.hpp>

#include <nt/nt.h>

#include <boost/intrusive/set.hpp>

#include <cstdint>
#include <memory>

namespace ke {
class VSpace;
class SlotCache;
}  // namespace ke

namespace mm {

struct Vad;
struct PageEntry;
struct VadDeleter;

inline constexpr std::uint64_t kLowestUserAddress = 0x1'0000;
inline constexpr std::uint64_t kHighestUserAddress = 0x7fff'fffe'ffff;
inline constexpr std::uint64_t kAllocationGranularity = 0x1'0000;
inline constexpr std::uint64_t kSharedUserData = 0x7ffe'0000;

enum class Access : std::uint8_t { kRead, kWrite, kExecute };

// A range of user addresses, in bytes, page aligned.
struct Range {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
  std::uint64_t End() const { return start + size; }
};

// Where a new range may go.
struct Placement {
  std::uint64_t address = 0;  // 0: anywhere
  std::uint64_t limit = kHighestUserAddress + 1;
  bool top_down = false;
};

class AddressSpace final : public ke::UserSpace, public RefCounted {
 public:
  // STATUS_INSUFFICIENT_RESOURCES.
  static Result<Ref<AddressSpace>> Create();

  // UserSpace: the Executive's own accesses.
  Result<std::span<std::byte>> Resolve(ke::UserAddress address, bool write) override;

  // The frame behind `address`, made resident for that access, with one more reference: it stays what it is until
  // ke::ReleaseFrame, whatever happens to the mapping (DMA, requests to drivers). STATUS_ACCESS_VIOLATION (also for
  // memory of devices) and what Resolve gives.
  Result<FrameId> Pin(std::uint64_t address, bool write);

  // An access of a thread of the process that the kernel's tables did not allow. Success: the thread may go on.
  // STATUS_ACCESS_VIOLATION, STATUS_GUARD_PAGE_VIOLATION, STATUS_STACK_OVERFLOW, STATUS_IN_PAGE_ERROR,
  // STATUS_NO_MEMORY.
  Result<void> Fault(std::uint64_t address, Access access);

  // Reserves, commits or both, as NtAllocateVirtualMemory says; `range` is rounded to what was done.
  Result<void> Allocate(Range &range, const Placement &placement, ULONG type, ULONG protection);
  Result<void> Free(Range &range, ULONG type);
  Result<void> Protect(Range &range, ULONG protection, ULONG &old_protection);
  Result<MEMORY_BASIC_INFORMATION> Query(std::uint64_t address);
  // Path of the file that is mapped at `address`. STATUS_INVALID_ADDRESS, STATUS_FILE_INVALID (not of a file).
  Result<std::u16string_view> MappedFile(std::uint64_t address);

  // Maps a view of `section` from `offset`; size 0 takes the rest. STATUS_IMAGE_NOT_AT_BASE is success elsewhere.
  Result<NTSTATUS> MapView(const Ref<Section> &section, Range &range, std::uint64_t offset, const Placement &placement,
                           ULONG protection, ULONG type);
  // STATUS_NOT_MAPPED_VIEW.
  Result<void> UnmapView(std::uint64_t address);
  // Shows one frame of the Executive's, read-only, at a fixed address (KUSER_SHARED_DATA).
  Result<void> MapShared(std::uint64_t address, FrameId frame);

  // The thread whose stack a guard page may belong to: its TEB.
  void SetCurrentTeb(std::uint64_t teb) { current_teb_ = teb; }

  // Takes away up to `pages` pages; false when there is nothing left. For process exit, in pieces.
  bool RunDown(std::size_t pages);

  ke::VSpace &Kernel() { return *vspace_; }
  std::uint64_t ResidentPages() const { return resident_; }
  std::uint64_t PeakResidentPages() const { return peak_resident_; }
  std::uint64_t CommittedPages() const { return committed_; }
  std::uint64_t VirtualSize() const { return virtual_size_; }
  std::uint64_t PageFaults() const { return faults_; }

 private:
  AddressSpace();
  ~AddressSpace() override;

  struct Order;
  struct Tree;

  Vad *Find(std::uint64_t page) const;
  Vad *FirstOverlap(std::uint64_t first, std::uint64_t end) const;
  Result<std::uint64_t> Place(std::uint64_t pages, const Placement &placement) const;
  Result<Vad *> Insert(std::uint64_t first, std::uint64_t pages, std::unique_ptr<Vad, VadDeleter> vad);
  Result<Vad *> Split(Vad &vad, std::uint64_t page);
  void Remove(Vad &vad);
  bool ClearSome(Vad &vad, std::size_t &pages);

  Result<PageEntry *> MakeResident(Vad &vad, std::uint64_t page, Access access);
  Result<void> HitGuard(Vad &vad, std::uint64_t page, PageEntry &entry);
  Result<void> ChargeVad(Vad &vad, std::uint64_t pages);
  Result<void> BecomePrivate(Vad &vad, PageEntry &entry, FrameId source);
  Result<void> Show(std::uint64_t page, PageEntry &entry, bool writable, std::uint8_t attributes);
  void Hide(PageEntry &entry);
  void Drop(PageEntry &entry);
  Result<void> Commit(Vad &vad, std::uint64_t first, std::uint64_t end, ULONG protection);
  Result<void> Decommit(Vad &vad, std::uint64_t first, std::uint64_t end);

  std::unique_ptr<ke::VSpace> vspace_;
  std::unique_ptr<ke::SlotCache> slots_;
  std::unique_ptr<Tree> vads_;
  mutable Vad *last_ = nullptr;
  std::uint64_t current_teb_ = 0;
  std::uint64_t resident_ = 0;
  std::uint64_t peak_resident_ = 0;
  std::uint64_t committed_ = 0;
  std::uint64_t virtual_size_ = 0;
  std::uint64_t faults_ = 0;
};

}  // namespace mm
