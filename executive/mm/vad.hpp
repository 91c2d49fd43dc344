#pragma once
// A VAD: one range of an address space that was allocated or mapped in one piece.

#include <mm/address_space.hpp>

#include "page_map.hpp"

#include <boost/intrusive/avl_set.hpp>

namespace mm {

inline constexpr std::uint64_t kPage = ke::kPageSize;

struct Vad : boost::intrusive::avl_set_base_hook<> {
  enum class Kind : std::uint8_t { kPrivate, kView, kFixed };

  Kind kind = Kind::kPrivate;
  bool committed = false;  // what a page in state kDefault of private memory is
  ULONG protection = 0;    // as allocated or mapped
  std::uint64_t first = 0;
  std::uint64_t end = 0;               // pages, exclusive
  std::uint64_t allocation_first = 0;  // page of the AllocationBase (differs after a split)
  Ref<Section> section;
  std::uint64_t section_page = 0;  // of the first page
  FrameId fixed = 0;
  std::uint64_t charged = 0;  // pages of commit charge
  PageMap pages;

  // PAGE_... of a page, PAGE_GUARD left out.
  ULONG ProtectionOf(std::uint64_t page, const PageEntry *entry) const;
  // Whether the page is committed.
  bool Committed(const PageEntry *entry) const;
};

struct VadDeleter {
  void operator()(Vad *vad) const { delete vad; }
};

struct AddressSpace::Order {
  bool operator()(const Vad &a, const Vad &b) const { return a.first < b.first; }
  bool operator()(const Vad &a, std::uint64_t page) const { return a.first < page; }
  bool operator()(std::uint64_t page, const Vad &b) const { return page < b.first; }
};

struct AddressSpace::Tree
    : boost::intrusive::avl_set<Vad, boost::intrusive::compare<Order>, boost::intrusive::constant_time_size<false>> {};

// What a protection allows. PAGE_GUARD and the cache flags are ignored.
bool CanRead(ULONG protection);
bool CanWrite(ULONG protection);
bool CanExecute(ULONG protection);
bool IsCopyOnWrite(ULONG protection);
// Whether `protection` is one of the PAGE_ values, with flags that go with it; copy on write only where `views`.
bool ValidProtection(ULONG protection, bool views);

}  // namespace mm
