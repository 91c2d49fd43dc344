#include <ob/directory.hpp>
#include <ob/handle_table.hpp>

#include <algorithm>
#include <new>

namespace ob {

namespace {

// Handles are four times the slot's index.
std::uintptr_t Value(HANDLE handle) { return reinterpret_cast<std::uintptr_t>(handle); }
HANDLE FromIndex(std::uint32_t index) { return reinterpret_cast<HANDLE>(std::uintptr_t{index} * 4); }

bool IsPseudo(HANDLE handle) { return handle == NtCurrentProcess() || handle == NtCurrentThread(); }

constexpr ULONG kKeptAttributes = OBJ_INHERIT | HandleTable::kProtectFromClose;

}  // namespace

HandleTable::~HandleTable() {
  while (CloseSome(kMaximumHandles)) {
  }
  for (Node *node : nodes_) {
    if (node != nullptr) {
      for (Page *page : node->pages) {
        delete page;
      }
      delete node;
    }
  }
}

HandleTable::Slot &HandleTable::At(std::uint32_t index) const {
  std::size_t page = index / kPageSlots;
  return nodes_[page / kNodePages]->pages[page % kNodePages]->slots[index % kPageSlots];
}

HandleTable::Slot *HandleTable::Find(HANDLE handle) const {
  std::uintptr_t index = Value(handle) / 4;
  if (index == 0 || index >= size_) {
    return nullptr;
  }
  Slot &slot = At(static_cast<std::uint32_t>(index));
  return slot.object != nullptr ? &slot : nullptr;
}

// Adds a page of free slots.
Result<void> HandleTable::Grow() {
  if (size_ >= kMaximumHandles) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  std::size_t number = size_ / kPageSlots;
  Node *&node = nodes_[number / kNodePages];
  if (node == nullptr) {
    node = new (std::nothrow) Node();
    if (node == nullptr) {
      return Fail(STATUS_INSUFFICIENT_RESOURCES);
    }
  }
  Page *page = new (std::nothrow) Page();
  if (page == nullptr) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  node->pages[number % kNodePages] = page;
  std::uint32_t first = size_;
  size_ += kPageSlots;
  // Slot 0 stays out: handle 0 is no handle.
  for (std::uint32_t index = std::max(first, 1u); index < size_; index += 1) {
    Free(index);
  }
  return {};
}

void HandleTable::Free(std::uint32_t index) {
  At(index) = Slot();
  if (last_free_ != 0) {
    At(last_free_).attributes_or_next = index;
  } else {
    first_free_ = index;
  }
  last_free_ = index;
}

// OBJ_EXCLUSIVE: the handles of such an object are in one process.
Result<void> HandleTable::Admit(Object &object, ULONG attributes) {
  bool exclusive = (attributes & OBJ_EXCLUSIVE) != 0;
  if (object.exclusive_ != exclusive) {
    return Fail(exclusive && object.handles_ == 0 ? STATUS_INVALID_PARAMETER : STATUS_ACCESS_DENIED);
  }
  if (exclusive) {
    if (object.handles_ != 0 && object.exclusive_to_ != this) {
      return Fail(STATUS_ACCESS_DENIED);
    }
    object.exclusive_to_ = this;
  }
  return {};
}

void HandleTable::Fill(Slot &slot, Object &object, ACCESS_MASK granted, ULONG attributes) {
  object.AddRef();
  object.handles_ += 1;
  object.type_.handles += 1;
  object.type_.most_handles = std::max(object.type_.most_handles, object.type_.handles);
  slot = {.object = &object, .access = granted, .attributes_or_next = attributes & kKeptAttributes};
  count_ += 1;
  object.HandleOpened(*this, granted);
}

Result<HANDLE> HandleTable::Insert(const Ref<Object> &object, ACCESS_MASK granted, ULONG attributes) {
  if (first_free_ == 0) {
    TRY(Grow());
  }
  TRY(Admit(*object, attributes));
  std::uint32_t index = first_free_;
  Slot &slot = At(index);
  first_free_ = slot.attributes_or_next;
  if (first_free_ == 0) {
    last_free_ = 0;
  }
  Fill(slot, *object, granted, attributes);
  return FromIndex(index);
}

Result<HandleTable::Entry> HandleTable::Lookup(HANDLE handle) const {
  if (IsPseudo(handle)) {
    Ref<Object> object = pseudo_ != nullptr ? pseudo_->Resolve(handle) : nullptr;
    if (!object) {
      return Fail(STATUS_INVALID_HANDLE);
    }
    ACCESS_MASK access = object->type_.valid_access;
    return Entry{.object = std::move(object), .access = access, .attributes = 0};
  }
  const Slot *slot = Find(handle);
  if (slot == nullptr) {
    return Fail(STATUS_INVALID_HANDLE);
  }
  return Entry{.object = Ref<Object>(slot->object), .access = slot->access, .attributes = slot->attributes_or_next};
}

Result<Ref<ke::Waitable>> HandleTable::ReferenceWaitable(HANDLE handle) const {
  Ref<Object> object = TRY(Reference(handle, SYNCHRONIZE));
  ke::Waitable *waitable = object->Dispatched();
  if (waitable == nullptr) {
    return Fail(STATUS_OBJECT_TYPE_MISMATCH);
  }
  return Ref<ke::Waitable>(waitable);
}

// Frees the slot first: the object's hook may use the table.
void HandleTable::Clear(std::uint32_t index) {
  Slot &slot = At(index);
  Ref<Object> object = Adopt(slot.object);
  ACCESS_MASK access = slot.access;
  Free(index);
  count_ -= 1;
  object->handles_ -= 1;
  object->type_.handles -= 1;
  bool last = object->handles_ == 0;
  if (last) {
    object->exclusive_to_ = nullptr;
    if (!object->permanent_ && object->parent_ != nullptr) {
      object->parent_->Remove(*object);
    }
  }
  object->HandleClosed(*this, access, last);
}

Result<void> HandleTable::Close(HANDLE handle) {
  if (IsPseudo(handle)) {
    return {};  // as NT: nothing to close
  }
  const Slot *slot = Find(handle);
  if (slot == nullptr) {
    return Fail(STATUS_INVALID_HANDLE);
  }
  if ((slot->attributes_or_next & kProtectFromClose) != 0) {
    return Fail(STATUS_HANDLE_NOT_CLOSABLE);
  }
  Clear(static_cast<std::uint32_t>(Value(handle) / 4));
  return {};
}

Result<void> HandleTable::SetAttributes(HANDLE handle, ULONG attributes) {
  Slot *slot = Find(handle);
  if (slot == nullptr) {
    return Fail(STATUS_INVALID_HANDLE);
  }
  slot->attributes_or_next = attributes & kKeptAttributes;
  return {};
}

bool HandleTable::CloseSome(std::size_t limit) {
  constexpr std::size_t kScannedPerClosed = 16;  // empty slots are cheap, but not free
  std::size_t scan = limit * kScannedPerClosed;
  while (count_ != 0 && limit != 0 && scan != 0) {
    close_cursor_ = close_cursor_ + 1 < size_ ? close_cursor_ + 1 : 1;
    scan -= 1;
    if (At(close_cursor_).object != nullptr) {
      limit -= 1;
      Clear(close_cursor_);
    }
  }
  return count_ != 0;
}

Result<void> HandleTable::InheritFrom(const HandleTable &parent) {
  while (size_ < parent.size_) {
    TRY(Grow());
  }
  first_free_ = 0;
  last_free_ = 0;
  for (std::uint32_t index = 1; index < size_; index += 1) {
    const Slot *from = index < parent.size_ ? &parent.At(index) : nullptr;
    if (from != nullptr && from->object != nullptr && (from->attributes_or_next & OBJ_INHERIT) != 0 &&
        !from->object->exclusive_) {
      Fill(At(index), *from->object, from->access, from->attributes_or_next);
    } else {
      Free(index);
    }
  }
  return {};
}

HANDLE HandleTable::Next(HANDLE handle) const {
  std::uintptr_t first = std::max<std::uintptr_t>((Value(handle) + 3) / 4, 1);
  for (std::uintptr_t index = first; index < size_; index += 1) {
    if (At(static_cast<std::uint32_t>(index)).object != nullptr) {
      return FromIndex(static_cast<std::uint32_t>(index));
    }
  }
  return nullptr;
}

}  // namespace ob
