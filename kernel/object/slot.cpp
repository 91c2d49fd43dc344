#include "object/slot.hpp"

#include "api/error.hpp"

namespace kernel {
namespace {

// A parent untyped keeps no free memory once a copy of it exists: the copy allocates.
void FillSourceUntyped(Slot &source, const Cap &derived) {
  if (source.cap.Is(CapType::kUntyped) && derived.Is(CapType::kUntyped) && source.cap.Address() == derived.Address() &&
      source.cap.SizeBits() == derived.SizeBits()) {
    source.cap = source.cap.WithFree(Bit(source.cap.SizeBits()));
  }
}

}  // namespace

bool IsParentOf(const Slot &parent, const Slot &child) {
  if (!parent.Revocable() || !SameRegion(parent.cap, child.cap)) {
    return false;
  }
  if (parent.cap.Is(CapType::kEndpoint) || parent.cap.Is(CapType::kNotification)) {
    const Word badge = parent.cap.Badge();
    return badge == 0 || (child.cap.Badge() == badge && !child.FirstBadged());
  }
  return true;
}

bool IsFinal(const Slot &slot) {
  const Slot *const prev = slot.Prev();
  const Slot *const next = slot.Next();
  return (prev == nullptr || !SameObject(prev->cap, slot.cap)) && (next == nullptr || !SameObject(slot.cap, next->cap));
}

Status EnsureNoChildren(const Slot &slot) {
  const Slot *const next = slot.Next();
  return next != nullptr && IsParentOf(slot, *next) ? Fail(seL4_RevokeFirst) : Status::kOk;
}

Status EnsureEmpty(const Slot &slot) { return slot.Empty() ? Status::kOk : Fail(seL4_DeleteFirst); }

void InsertDerived(Cap cap, Slot &source, Slot &destination) {
  Slot *const next = source.Next();
  const bool family = IsNewFamily(cap, source.cap);
  FillSourceUntyped(source, cap);
  destination.cap = cap;
  destination.SetLinks(&source, next, family ? Slot::kRevocable | Slot::kFirstBadged : 0);
  source.SetNext(&destination);
  if (next != nullptr) {
    next->SetPrev(&destination);
  }
}

void InsertNew(Slot &parent, Slot &destination, Cap cap) {
  Slot *const next = parent.Next();
  destination.cap = cap;
  destination.SetLinks(&parent, next, Slot::kRevocable | Slot::kFirstBadged);
  parent.SetNext(&destination);
  if (next != nullptr) {
    next->SetPrev(&destination);
  }
}

void MoveSlot(Cap cap, Slot &source, Slot &destination) {
  Slot *const prev = source.Prev();
  Slot *const next = source.Next();
  destination.cap = cap;
  destination.prev_link = source.prev_link;
  destination.next_link = source.next_link;
  source = Slot{};
  if (prev != nullptr) {
    prev->SetNext(&destination);
  }
  if (next != nullptr) {
    next->SetPrev(&destination);
  }
}

void SwapSlots(Cap cap1, Slot &slot1, Cap cap2, Slot &slot2) {
  slot1.cap = cap2;
  slot2.cap = cap1;
  // Neighbours first, each through the links as they are then: the slots may be neighbours of each other.
  if (Slot *const prev = slot1.Prev()) {
    prev->SetNext(&slot2);
  }
  if (Slot *const next = slot1.Next()) {
    next->SetPrev(&slot2);
  }
  const Word prev_link = slot1.prev_link;
  const Word next_link = slot1.next_link;
  slot1.prev_link = slot2.prev_link;
  slot1.next_link = slot2.next_link;
  slot2.prev_link = prev_link;
  slot2.next_link = next_link;
  if (Slot *const prev = slot1.Prev()) {
    prev->SetNext(&slot1);
  }
  if (Slot *const next = slot1.Next()) {
    next->SetPrev(&slot1);
  }
}

Status DeriveCap(const Slot &slot, const Cap &cap, Cap &derived) {
  derived = Cap::Null();
  switch (cap.Type()) {
    case CapType::kNull:
    case CapType::kZombie:
    case CapType::kIrqControl:
    case CapType::kReply:
    case CapType::kIoPortControl:
      return Status::kOk;
    case CapType::kUntyped:
      if (const Status status = EnsureNoChildren(slot); status != Status::kOk) {
        return status;
      }
      derived = cap.WithFree(cap.FreeOffset());
      return Status::kOk;
    case CapType::kFrame:
      derived = cap.WithMapping(0, 0);
      return Status::kOk;
    case CapType::kPageTable:
    case CapType::kPageDirectory:
    case CapType::kPdpt:
    case CapType::kPml4:
      if (!cap.Mapped()) {
        return Fail(seL4_IllegalOperation);
      }
      derived = cap;
      return Status::kOk;
    default:
      derived = cap;
      return Status::kOk;
  }
}

}  // namespace kernel
