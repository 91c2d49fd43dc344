// Private memory: NtAllocateVirtualMemory, NtFreeVirtualMemory, NtProtectVirtualMemory, NtQueryVirtualMemory beneath
// the handles. Statuses as documented for ZwAllocateVirtualMemory and its siblings.

#include <mm/address_space.hpp>

#include <mm/commit.hpp>
#include "vad.hpp"

#include <rtl/checked.hpp>

#include <algorithm>
#include <new>

namespace mm {
namespace {

constexpr std::uint64_t kUserPages = (kHighestUserAddress + 1) / kPage;

// [first, end) in pages of a byte range. STATUS_INVALID_PARAMETER_4 when it leaves user space.
struct Pages {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::uint64_t Count() const { return end - first; }
};
Result<Pages> ToPages(const Range &range) {
  std::uint64_t end = TRY(CheckedAdd(range.start, range.size, STATUS_INVALID_PARAMETER_4));
  if (range.start > kHighestUserAddress) {
    return Fail(STATUS_INVALID_PARAMETER_2);
  }
  if (end > kHighestUserAddress + 1) {
    return Fail(STATUS_INVALID_PARAMETER_4);
  }
  return Pages{range.start / kPage, (end + kPage - 1) / kPage};
}

}  // namespace

Result<void> AddressSpace::Allocate(Range &range, const Placement &placement, ULONG type, ULONG protection) {
  if (range.size == 0) {
    return Fail(STATUS_INVALID_PARAMETER_4);
  }
  Pages pages = TRY(ToPages(range));
  bool reserve = (type & MEM_RESERVE) != 0 || placement.address == 0;
  if (!reserve) {
    Vad *vad = FirstOverlap(pages.first, pages.end);
    if (vad == nullptr || vad->first > pages.first || vad->end < pages.end) {
      return Fail(STATUS_CONFLICTING_ADDRESSES);
    }
    range = {pages.first * kPage, pages.Count() * kPage};
    if ((type & (MEM_RESET | MEM_RESET_UNDO)) != 0) {
      return {};
    }
    if (vad->kind != Vad::Kind::kPrivate) {
      return Fail(STATUS_ALREADY_COMMITTED);
    }
    return Commit(*vad, pages.first, pages.end, protection);
  }
  std::uint64_t first;
  std::uint64_t count;
  if (placement.address != 0) {
    first = AlignDown(range.start, kAllocationGranularity) / kPage;
    count = pages.end - first;
    if (first < kLowestUserAddress / kPage || pages.end > kUserPages) {
      return Fail(STATUS_INVALID_PARAMETER_2);
    }
  } else {
    count = (range.size + kPage - 1) / kPage;
    first = TRY(Place(count, placement));
  }
  bool commit = (type & MEM_COMMIT) != 0;
  std::unique_ptr<Vad, VadDeleter> vad(new (std::nothrow) Vad);
  if (!vad) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  vad->committed = commit;
  vad->protection = protection;
  if (commit) {
    TRY(Charge(count));
  }
  Result<Vad *> inserted = Insert(first, count, std::move(vad));
  if (!inserted) {
    if (commit) {
      Uncharge(count);
    }
    return std::unexpected(inserted.error());
  }
  if (commit) {
    (*inserted)->charged = count;
    committed_ += count;
    if ((protection & PAGE_GUARD) != 0) {
      for (std::uint64_t i = 0; i < count; i += 1) {
        TRY((*inserted)->pages.Get(i))->guard = 1;
      }
    }
  }
  range = {first * kPage, count * kPage};
  return {};
}

Result<void> AddressSpace::Commit(Vad &vad, std::uint64_t first, std::uint64_t end, ULONG protection) {
  std::uint64_t missing = 0;
  for (std::uint64_t page = first; page < end; page += 1) {
    PageEntry *entry = TRY(vad.pages.Get(page - vad.first));
    missing += vad.Committed(entry) ? 0 : 1;
  }
  TRY(ChargeVad(vad, missing));
  for (std::uint64_t page = first; page < end; page += 1) {
    PageEntry &entry = *vad.pages.Find(page - vad.first);
    if (!vad.Committed(&entry)) {
      entry.state = PageState::kDemandZero;
    }
    // Committing what is committed gives it the new protection, as NT does.
    if ((vad.ProtectionOf(page, &entry) | (entry.guard != 0 ? PAGE_GUARD : 0u)) != protection) {
      Hide(entry);
      entry.protection = protection & 0xff;
      entry.guard = (protection & PAGE_GUARD) != 0;
    }
  }
  return {};
}

Result<void> AddressSpace::Decommit(Vad &vad, std::uint64_t first, std::uint64_t end) {
  std::uint64_t released = 0;
  for (std::uint64_t page = first; page < end; page += 1) {
    PageEntry *entry = TRY(vad.pages.Get(page - vad.first));
    if (!vad.Committed(entry)) {
      continue;
    }
    Drop(*entry);
    *entry = {};
    entry->state = PageState::kReserved;
    released += 1;
  }
  vad.charged -= released;
  committed_ -= released;
  Uncharge(released);
  return {};
}

Result<void> AddressSpace::Free(Range &range, ULONG type) {
  if (range.start > kHighestUserAddress) {
    return Fail(STATUS_INVALID_PARAMETER_2);
  }
  Vad *vad = Find(range.start / kPage);
  if (vad == nullptr) {
    return Fail(STATUS_MEMORY_NOT_ALLOCATED);
  }
  if (vad->kind == Vad::Kind::kView) {
    return Fail(STATUS_UNABLE_TO_DELETE_SECTION);
  }
  if (vad->kind == Vad::Kind::kFixed) {
    return Fail(STATUS_INVALID_PAGE_PROTECTION);
  }
  Pages pages{vad->first, vad->end};
  if (range.size == 0) {
    if (range.start / kPage != vad->first || range.start % kPage != 0) {
      return Fail(STATUS_FREE_VM_NOT_AT_BASE);
    }
  } else {
    pages = TRY(ToPages(range));
    if (pages.end > vad->end) {
      return Fail(STATUS_UNABLE_TO_FREE_VM);
    }
  }
  range = {pages.first * kPage, pages.Count() * kPage};
  if (type == MEM_DECOMMIT) {
    return Decommit(*vad, pages.first, pages.end);
  }
  // Releasing a part leaves the rest as allocations of their own.
  if (pages.end < vad->end) {
    TRY(Split(*vad, pages.end));
  }
  if (pages.first > vad->first) {
    vad = TRY(Split(*vad, pages.first));
  }
  std::size_t all = ~std::size_t{0};
  ClearSome(*vad, all);
  Remove(*vad);
  return {};
}

Result<void> AddressSpace::Protect(Range &range, ULONG protection, ULONG &old_protection) {
  if (range.size == 0) {
    return Fail(STATUS_INVALID_PARAMETER_3);
  }
  Pages pages = TRY(ToPages(range));
  Vad *vad = FirstOverlap(pages.first, pages.end);
  if (vad == nullptr || vad->first > pages.first || vad->end < pages.end) {
    return Fail(STATUS_CONFLICTING_ADDRESSES);
  }
  if (vad->kind == Vad::Kind::kFixed) {
    return Fail(STATUS_INVALID_PAGE_PROTECTION);
  }
  bool view = vad->kind == Vad::Kind::kView;
  ULONG wanted = protection;
  if (!view && IsCopyOnWrite(protection)) {
    return Fail(STATUS_INVALID_PAGE_PROTECTION);
  }
  if (view) {
    // A view that copies on write goes on doing so; another one cannot exceed its section.
    bool copies = vad->section->Pages().IsImage() || IsCopyOnWrite(vad->protection);
    if (copies && (protection & 0xff) == PAGE_READWRITE) {
      wanted = (protection & ~0xffu) | PAGE_WRITECOPY;
    } else if (copies && (protection & 0xff) == PAGE_EXECUTE_READWRITE) {
      wanted = (protection & ~0xffu) | PAGE_EXECUTE_WRITECOPY;
    } else if (!copies && CanWrite(protection) && !IsCopyOnWrite(protection) && !CanWrite(vad->section->Protection())) {
      return Fail(STATUS_SECTION_PROTECTION);
    }
  }
  for (std::uint64_t page = pages.first; page < pages.end; page += 1) {
    if (!vad->Committed(vad->pages.Find(page - vad->first))) {
      return Fail(STATUS_NOT_COMMITTED);
    }
  }
  PageEntry *first = vad->pages.Find(pages.first - vad->first);
  old_protection = vad->ProtectionOf(pages.first, first) | (first != nullptr && first->guard != 0 ? PAGE_GUARD : 0u);
  for (std::uint64_t page = pages.first; page < pages.end; page += 1) {
    PageEntry *entry = TRY(vad->pages.Get(page - vad->first));
    Hide(*entry);
    entry->protection = wanted & 0xff;
    entry->guard = (wanted & PAGE_GUARD) != 0;
  }
  range = {pages.first * kPage, pages.Count() * kPage};
  return {};
}

Result<MEMORY_BASIC_INFORMATION> AddressSpace::Query(std::uint64_t address) {
  if (address > kHighestUserAddress) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  std::uint64_t page = address / kPage;
  MEMORY_BASIC_INFORMATION information{};
  information.BaseAddress = reinterpret_cast<PVOID>(page * kPage);
  Vad *vad = Find(page);
  if (vad == nullptr) {
    Vad *next = FirstOverlap(page, kUserPages);
    std::uint64_t end = next != nullptr ? next->first : kUserPages;
    information.RegionSize = (end - page) * kPage;
    information.State = MEM_FREE;
    information.Protect = PAGE_NOACCESS;
    return information;
  }
  auto describe = [&](std::uint64_t at) -> ULONG {
    PageEntry *entry = vad->pages.Find(at - vad->first);
    if (!vad->Committed(entry)) {
      return 0;
    }
    return vad->ProtectionOf(at, entry) | (entry != nullptr && entry->guard != 0 ? PAGE_GUARD : 0u);
  };
  ULONG protection = describe(page);
  std::uint64_t end = page + 1;
  while (end < vad->end && describe(end) == protection) {
    end += 1;
  }
  information.AllocationBase = reinterpret_cast<PVOID>(vad->allocation_first * kPage);
  information.AllocationProtect = vad->protection;
  information.RegionSize = (end - page) * kPage;
  information.State = protection != 0 ? MEM_COMMIT : MEM_RESERVE;
  information.Protect = protection;
  bool image = vad->kind == Vad::Kind::kView && vad->section->Pages().IsImage();
  information.Type = image ? MEM_IMAGE : vad->kind == Vad::Kind::kView ? MEM_MAPPED : MEM_PRIVATE;
  return information;
}

}  // namespace mm
