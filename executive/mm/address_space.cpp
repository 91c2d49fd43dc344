// Faults, and the tree of VADs.

#include <mm/address_space.hpp>

#include <ke/cspace.hpp>
#include <ke/vspace.hpp>
#include <mm/commit.hpp>
#include "vad.hpp"

#include <cap/invoke.hpp>

#include <algorithm>
#include <cstring>
#include <new>

namespace mm {
namespace {

constexpr std::uint64_t kStackBottomPages = 1;    // never committed: below it is somebody else's memory
constexpr std::uint64_t kStackOverflowPages = 3;  // kept for the handler of STATUS_STACK_OVERFLOW

}  // namespace

AddressSpace::AddressSpace() = default;

AddressSpace::~AddressSpace() {
  while (RunDown(~std::size_t{0})) {
  }
}

Result<Ref<AddressSpace>> AddressSpace::Create() {
  Ref<AddressSpace> space = Adopt(new (std::nothrow) AddressSpace);
  if (!space) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  space->vspace_.reset(new (std::nothrow) ke::VSpace);
  space->slots_.reset(new (std::nothrow) ke::SlotCache);
  space->vads_.reset(new (std::nothrow) Tree);
  if (!space->vspace_ || !space->slots_ || !space->vads_) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  TRY(space->vspace_->Initialise());
  return space;
}

Vad *AddressSpace::Find(std::uint64_t page) const {
  if (last_ != nullptr && page >= last_->first && page < last_->end) {
    return last_;
  }
  Vad *vad = FirstOverlap(page, page + 1);
  if (vad != nullptr) {
    last_ = vad;
  }
  return vad;
}

Vad *AddressSpace::FirstOverlap(std::uint64_t first, std::uint64_t end) const {
  auto after = vads_->upper_bound(first, Order{});
  if (after != vads_->begin()) {
    Vad &before = *std::prev(after);
    if (before.end > first) {
      return &before;
    }
  }
  return after != vads_->end() && after->first < end ? &*after : nullptr;
}

Result<std::uint64_t> AddressSpace::Place(std::uint64_t pages, const Placement &placement) const {
  constexpr std::uint64_t kStep = kAllocationGranularity / kPage;
  std::uint64_t limit = std::min(placement.limit, kHighestUserAddress + 1) / kPage;
  if (placement.top_down) {
    std::uint64_t top = limit;
    for (auto it = vads_->rbegin();; ++it) {
      std::uint64_t floor = it == vads_->rend() ? kLowestUserAddress / kPage : it->end;
      if (top > floor && top - floor >= pages) {
        std::uint64_t start = (top - pages) / kStep * kStep;
        if (start >= floor) {
          return start;
        }
      }
      if (it == vads_->rend()) {
        return Fail(STATUS_NO_MEMORY);
      }
      top = std::min(top, it->first);
    }
  }
  std::uint64_t start = kLowestUserAddress / kPage;
  for (const Vad &vad : *vads_) {
    if (vad.first > start && vad.first - start >= pages) {
      break;
    }
    start = std::max(start, (vad.end + kStep - 1) / kStep * kStep);
  }
  if (start >= limit || limit - start < pages) {
    return Fail(STATUS_NO_MEMORY);
  }
  return start;
}

Result<Vad *> AddressSpace::Insert(std::uint64_t first, std::uint64_t pages, std::unique_ptr<Vad, VadDeleter> vad) {
  if (FirstOverlap(first, first + pages) != nullptr) {
    return Fail(STATUS_CONFLICTING_ADDRESSES);
  }
  vad->first = first;
  vad->end = first + pages;
  vad->allocation_first = first;
  virtual_size_ += pages * kPage;
  Vad *inserted = vad.release();
  vads_->insert(*inserted);
  return inserted;
}

void AddressSpace::Remove(Vad &vad) {
  if (last_ == &vad) {
    last_ = nullptr;
  }
  virtual_size_ -= (vad.end - vad.first) * kPage;
  committed_ -= vad.charged;
  Uncharge(vad.charged);
  vads_->erase(vads_->iterator_to(vad));
  delete &vad;
}

Result<Vad *> AddressSpace::Split(Vad &vad, std::uint64_t page) {
  std::unique_ptr<Vad, VadDeleter> upper(new (std::nothrow) Vad);
  if (!upper) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  upper->kind = vad.kind;
  upper->committed = vad.committed;
  upper->protection = vad.protection;
  std::uint64_t shift = page - vad.first;
  std::uint64_t committed = 0;
  std::uint64_t not_committed = 0;
  for (std::uint64_t i = vad.pages.Next(shift); i < vad.end - vad.first; i = vad.pages.Next(i + 1)) {
    PageEntry *entry = vad.pages.Find(i);
    if (entry->state == PageState::kDefault && entry->protection == 0 && entry->guard == 0) {
      continue;
    }
    PageEntry *copy = TRY(upper->pages.Get(i - shift));
    *copy = *entry;
    if (upper->committed && entry->state == PageState::kReserved) {
      not_committed += 1;
    } else if (!upper->committed && upper->Committed(entry)) {
      committed += 1;
    }
    *entry = {};
  }
  upper->first = page;
  upper->end = vad.end;
  upper->allocation_first = vad.allocation_first;
  upper->charged = upper->committed ? upper->end - upper->first - not_committed : committed;
  vad.charged -= upper->charged;
  vad.end = page;
  Vad *inserted = upper.release();
  vads_->insert(*inserted);
  last_ = nullptr;
  return inserted;
}

// ---------------------------------------------------------------------------------------------- pages

void AddressSpace::Hide(PageEntry &entry) {
  if (entry.slot == 0) {
    return;
  }
  // Deleting a frame's capability takes its mapping away.
  (void)cap::Delete(ke::SlotOf(entry.slot));
  slots_->Free(entry.slot);
  entry.slot = 0;
  entry.writable = 0;
}

void AddressSpace::Drop(PageEntry &entry) {
  Hide(entry);
  if (entry.state == PageState::kPrivate) {
    ke::ReleaseFrame(entry.frame);
  }
  if (entry.state == PageState::kPrivate || entry.state == PageState::kShared) {
    resident_ -= 1;
  }
  entry.frame = 0;
}

Result<void> AddressSpace::Show(std::uint64_t page, PageEntry &entry, bool writable, std::uint8_t attributes) {
  if (entry.slot != 0 && (entry.writable != 0 || !writable)) {
    return {};
  }
  if (entry.slot == 0) {
    seL4_CPtr slot = TRY(slots_->Allocate());
    if (cap::Copy(ke::SlotOf(slot), ke::SlotOf(entry.frame), seL4_AllRights) != seL4_NoError) {
      slots_->Free(slot);
      return Fail(STATUS_NO_MEMORY);
    }
    entry.slot = slot & 0xffffff;
  }
  ke::Protection protection = writable ? ke::Protection::kReadWrite : ke::Protection::kReadOnly;
  Result<void> mapped =
      vspace_->Map(entry.slot, page * kPage, protection, static_cast<seL4_X86_VMAttributes>(attributes));
  if (!mapped) {
    Hide(entry);
    return mapped;
  }
  entry.writable = writable ? 1 : 0;
  return {};
}

Result<void> AddressSpace::ChargeVad(Vad &vad, std::uint64_t pages) {
  TRY(Charge(pages));
  vad.charged += pages;
  committed_ += pages;
  return {};
}

Result<void> AddressSpace::BecomePrivate(Vad &vad, PageEntry &entry, FrameId source) {
  TRY(ChargeVad(vad, 1));
  FrameId frame = TRY(ke::AllocateFrame(false));
  Result<std::byte *> to = ke::FrameBytes(frame);
  Result<std::byte *> from = ke::FrameBytes(source);
  if (!to || !from) {
    ke::ReleaseFrame(frame);
    return Fail(STATUS_NO_MEMORY);
  }
  std::memcpy(*to, *from, kPage);
  Drop(entry);
  entry.state = PageState::kPrivate;
  entry.frame = frame & 0xffffff;
  resident_ += 1;
  return {};
}

// A guard page works once. In the stack of the current thread the guard moves down and the thread does not notice.
Result<void> AddressSpace::HitGuard(Vad &vad, std::uint64_t page, PageEntry &entry) {
  entry.guard = 0;
  // NT_TIB: StackBase, StackLimit; TEB.DeallocationStack.
  std::uint64_t stack_base = 0;
  std::uint64_t stack_bottom = 0;
  std::uint64_t address = page * kPage;
  if (current_teb_ == 0 || !ke::CopyFromUser(*this, &stack_base, current_teb_ + 8, 8) ||
      !ke::CopyFromUser(*this, &stack_bottom, current_teb_ + offsetof(TEB, DeallocationStack), 8) ||
      address < stack_bottom || address >= stack_base) {
    return Fail(STATUS_GUARD_PAGE_VIOLATION);
  }
  std::uint64_t bottom = std::max(vad.first, stack_bottom / kPage) + kStackBottomPages;
  if (page <= bottom + kStackOverflowPages) {
    // The last pages at once and without a guard: the dispatcher and the handler need them.
    for (std::uint64_t spare = bottom; spare < page; spare += 1) {
      PageEntry *last = TRY(vad.pages.Get(spare - vad.first));
      if (!vad.Committed(last) && ChargeVad(vad, 1)) {
        last->state = PageState::kDemandZero;
        last->protection = PAGE_READWRITE;
      }
    }
    address = std::min(address, bottom * kPage);
    (void)ke::CopyToUser(*this, current_teb_ + 16, &address, 8);
    return Fail(STATUS_STACK_OVERFLOW);
  }
  (void)ke::CopyToUser(*this, current_teb_ + 16, &address, 8);
  PageEntry *below = TRY(vad.pages.Get(page - 1 - vad.first));
  if (vad.Committed(below)) {
    return {};
  }
  if (!ChargeVad(vad, 1)) {
    return Fail(STATUS_STACK_OVERFLOW);
  }
  below->state = PageState::kDemandZero;
  below->protection = PAGE_READWRITE;
  below->guard = 1;
  return {};
}

Result<PageEntry *> AddressSpace::MakeResident(Vad &vad, std::uint64_t page, Access access) {
  PageEntry *entry = TRY(vad.pages.Get(page - vad.first));
  if (!vad.Committed(entry)) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  if (entry->guard != 0) {
    TRY(HitGuard(vad, page, *entry));
  }
  ULONG protection = vad.ProtectionOf(page, entry);
  if (!CanRead(protection) || (access == Access::kWrite && !CanWrite(protection))) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  bool write = access == Access::kWrite;
  switch (entry->state) {
    case PageState::kPrivate:
      return entry;
    case PageState::kShared:
      if (write && IsCopyOnWrite(protection)) {
        TRY(BecomePrivate(vad, *entry, entry->frame));
      }
      return entry;
    case PageState::kDefault:
      if (vad.kind != Vad::Kind::kPrivate) {
        FrameId frame =
            vad.fixed != 0 ? vad.fixed : TRY(vad.section->Pages().Frame(vad.section_page + page - vad.first));
        if (write && IsCopyOnWrite(protection)) {
          TRY(BecomePrivate(vad, *entry, frame));
          break;
        }
        entry->state = PageState::kShared;
        entry->frame = frame & 0xffffff;
        resident_ += 1;
        break;
      }
      [[fallthrough]];
    case PageState::kDemandZero:
    case PageState::kReserved:
      entry->frame = TRY(ke::AllocateFrame(true)) & 0xffffff;
      entry->state = PageState::kPrivate;
      resident_ += 1;
      break;
  }
  peak_resident_ = std::max(peak_resident_, resident_);
  return entry;
}

Result<std::span<std::byte>> AddressSpace::Resolve(ke::UserAddress address, bool write) {
  std::uint64_t page = address / kPage;
  Vad *vad = address <= kHighestUserAddress ? Find(page) : nullptr;
  if (vad == nullptr) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  if (vad->section && vad->section->Pages().IsDevice()) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  PageEntry *entry = TRY(MakeResident(*vad, page, write ? Access::kWrite : Access::kRead));
  std::byte *bytes = TRY(ke::FrameBytes(entry->frame));
  std::size_t offset = address % kPage;
  return std::span(bytes + offset, kPage - offset);
}

Result<FrameId> AddressSpace::Pin(std::uint64_t address, bool write) {
  std::uint64_t page = address / kPage;
  Vad *vad = address <= kHighestUserAddress ? Find(page) : nullptr;
  if (vad == nullptr || (vad->section && vad->section->Pages().IsDevice())) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  PageEntry *entry = TRY(MakeResident(*vad, page, write ? Access::kWrite : Access::kRead));
  ke::AddFrameReference(entry->frame);
  return FrameId{entry->frame};
}

Result<void> AddressSpace::Fault(std::uint64_t address, Access access) {
  faults_ += 1;
  std::uint64_t page = address / kPage;
  Vad *vad = address <= kHighestUserAddress ? Find(page) : nullptr;
  if (vad == nullptr) {
    return Fail(STATUS_ACCESS_VIOLATION);
  }
  PageEntry *entry = TRY(MakeResident(*vad, page, access));
  ULONG protection = vad->ProtectionOf(page, entry);
  // A private page that may be written is shown writable at once; a page of a section only when the section may change.
  bool writable = CanWrite(protection) && (entry->state == PageState::kPrivate || !IsCopyOnWrite(protection));
  return Show(page, *entry, writable, vad->section ? vad->section->Pages().Attributes() : std::uint8_t{0});
}

bool AddressSpace::ClearSome(Vad &vad, std::size_t &pages) {
  for (std::uint64_t i = vad.pages.Next(0); i < vad.end - vad.first; i = vad.pages.Next(i + 1)) {
    PageEntry *entry = vad.pages.Find(i);
    if (entry->frame == 0) {
      continue;
    }
    Drop(*entry);
    *entry = {};
    if (--pages == 0) {
      return false;
    }
  }
  return true;
}

bool AddressSpace::RunDown(std::size_t pages) {
  if (!vads_) {
    return false;
  }
  while (!vads_->empty()) {
    Vad &vad = *vads_->begin();
    if (!ClearSome(vad, pages)) {
      return true;
    }
    Remove(vad);
  }
  return false;
}

}  // namespace mm
