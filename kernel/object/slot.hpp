#pragma once
// A capability slot (32 bytes) and its place in the capability derivation tree. The tree is one list in preorder: what
// was derived from a slot follows it, and IsParentOf tells where its descendants end.

#include "object/cap.hpp"

namespace kernel {

struct Slot {
  Cap cap;
  Word prev_link;  // pointer << 16
  Word next_link;  // pointer << 16 | kFirstBadged | kRevocable

  static constexpr Word kRevocable = 1;
  static constexpr Word kFirstBadged = 2;
  static constexpr Word kFlags = 3;

  bool Empty() const { return cap.IsNull(); }
  Slot *Prev() const { return reinterpret_cast<Slot *>(static_cast<int64_t>(prev_link) >> 16); }
  Slot *Next() const { return reinterpret_cast<Slot *>(static_cast<int64_t>(next_link) >> 16); }
  bool Revocable() const { return (next_link & kRevocable) != 0; }
  bool FirstBadged() const { return (next_link & kFirstBadged) != 0; }
  Word Flags() const { return next_link & kFlags; }
  void SetPrev(const Slot *slot) { prev_link = reinterpret_cast<Word>(slot) << 16; }
  void SetNext(const Slot *slot) { next_link = reinterpret_cast<Word>(slot) << 16 | Flags(); }
  void SetLinks(const Slot *prev, const Slot *next, Word flags) {
    SetPrev(prev);
    next_link = reinterpret_cast<Word>(next) << 16 | flags;
  }
};

static_assert(sizeof(Slot) == Bit(seL4_SlotBits));

/// Was `child` derived from `parent` (directly or not)? Meaningful for slots that follow in the list.
bool IsParentOf(const Slot &parent, const Slot &child);
/// Is this the only capability to its object?
bool IsFinal(const Slot &slot);
/// kError RevokeFirst when something was derived from the slot.
Status EnsureNoChildren(const Slot &slot);
/// kError DeleteFirst when the slot is in use.
Status EnsureEmpty(const Slot &slot);

// Capabilities go by value: they often are those of the very slots that change.
/// Puts a capability derived from `source` into the empty slot `destination`.
void InsertDerived(Cap cap, Slot &source, Slot &destination);
/// Puts the capability of a new object made from `parent` into the empty slot.
void InsertNew(Slot &parent, Slot &destination, Cap cap);
/// Moves a slot's place in the tree to `destination` (empty) with a possibly changed capability.
void MoveSlot(Cap cap, Slot &source, Slot &destination);
/// Exchanges two slots' places, with possibly changed capabilities.
void SwapSlots(Cap cap1, Slot &slot1, Cap cap2, Slot &slot2);
/// The capability as a copy has it; null for kinds that cannot be copied. kError when the object's state forbids it.
Status DeriveCap(const Slot &slot, const Cap &cap, Cap &derived);

/// Deletes a capability; final ones take their object along. Preemptible when `exposed` objects are large.
Status DeleteSlot(Slot &slot, bool exposed);
/// Deletes a capability that finalises at once (reply, endpoint and notification capabilities).
void DeleteOne(Slot &slot);
/// Deletes everything derived from the slot. Preemptible.
Status Revoke(Slot &slot);

}  // namespace kernel
