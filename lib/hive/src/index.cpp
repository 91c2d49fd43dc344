// Sub-key lists. A list is one leaf (li, lf, lh) or a root (ri) over leaves; what we write ourselves is lh and ri.

#include <hive/hive.hpp>

#include <algorithm>

namespace hive {
namespace {

// A full leaf is split: insertion moves at most this many entries, and a leaf fits one bin.
constexpr std::uint32_t kMaxLeaf = 500;

// Words of one entry: li has the cell only.
std::uint32_t Stride(const RegfIndex &leaf) { return leaf.signature == REGF_INDEX_LEAF ? 1 : 2; }

// Capacity of a leaf of `count` entries that is to take more. A leaf from a file may already be above kMaxLeaf.
std::uint32_t GrownCapacity(std::uint32_t count) {
  return std::max(std::min(count + count / 2 + 4, kMaxLeaf), count + 1);
}

}  // namespace

std::uint32_t Hive::Entry(std::uint32_t leaf, std::uint32_t index) {
  return Words(leaf)[1 + index * Stride(As<RegfIndex>(leaf))];
}

std::uint32_t Hive::LeafCount(std::uint32_t list) {
  const auto &head = As<RegfIndex>(list);
  return head.signature == REGF_INDEX_ROOT ? head.count : 1;
}

std::uint32_t Hive::Leaf(std::uint32_t list, std::uint32_t index) {
  return As<RegfIndex>(list).signature == REGF_INDEX_ROOT ? Words(list)[1 + index] : list;
}

// The place of `name`, or where it belongs. A hive's leaves are never empty.
Hive::Position Hive::FindIn(std::uint32_t list, std::u16string_view name) {
  // The first leaf whose last key is not before the name, or the last leaf.
  std::uint32_t low = 0;
  std::uint32_t high = LeafCount(list) - 1;
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    const std::uint32_t leaf = Leaf(list, middle);
    if (Compare(name, NameOf(EntryKey(leaf, As<RegfIndex>(leaf).count - 1u))) > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  Position position{.leaf = Leaf(list, low), .root_index = low};
  low = 0;
  high = As<RegfIndex>(position.leaf).count;
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    const auto order = Compare(name, NameOf(EntryKey(position.leaf, middle)));
    if (order == 0) {
      position.index = middle;
      position.found = true;
      return position;
    }
    if (order > 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  position.index = low;
  return position;
}

Result<Key> Hive::FindChild(Key parent, std::u16string_view name) {
  for (std::size_t which = 0; which < 2; which++) {
    const RegfKey &node = Node(parent);
    if (node.sub_key_count[which] != 0) {
      const Position position = FindIn(node.sub_key_list[which], name);
      if (position.found) {
        return EntryKey(position.leaf, position.index);
      }
    }
  }
  return Fail(STATUS_OBJECT_NAME_NOT_FOUND);
}

Result<Key> Hive::ChildAt(Key parent, std::uint32_t index) {
  const RegfKey &node = Node(parent);
  for (std::size_t which = 0; which < 2; which++) {
    if (index >= node.sub_key_count[which]) {
      index -= node.sub_key_count[which];
      continue;
    }
    const std::uint32_t list = node.sub_key_list[which];
    for (std::uint32_t i = 0; i < LeafCount(list); i++) {
      const std::uint32_t leaf = Leaf(list, i);
      const std::uint32_t count = As<RegfIndex>(leaf).count;
      if (index < count) {
        return EntryKey(leaf, index);
      }
      index -= count;
    }
  }
  return Fail(STATUS_NO_MORE_ENTRIES);
}

void Hive::PutEntry(std::uint32_t leaf, std::uint32_t index, const RegfHashEntry &entry) {
  auto &head = As<RegfIndex>(leaf);
  auto *entries = reinterpret_cast<RegfHashEntry *>(&head + 1);
  std::memmove(entries + index + 1, entries + index, (head.count - index) * sizeof(RegfHashEntry));
  entries[index] = entry;
  head.count++;
}

// A new lh leaf with the entries [first, first + count) of another leaf and room for `capacity`.
Result<std::uint32_t> Hive::MakeLeaf(std::uint32_t from, std::uint32_t first, std::uint32_t count,
                                     std::uint32_t capacity, std::size_t which) {
  const std::uint32_t leaf = TRY(Allocate(which, sizeof(RegfIndex) + capacity * sizeof(RegfHashEntry)));
  As<RegfIndex>(leaf).signature = REGF_HASH_LEAF;
  for (std::uint32_t i = 0; i < count; i++) {
    const std::uint32_t cell = Entry(from, first + i);
    PutEntry(leaf, i, {cell, Hash(NameOf(static_cast<Key>(cell)))});
  }
  return leaf;
}

// Puts `leaf` where position's leaf is, and frees that.
void Hive::ReplaceLeaf(std::uint32_t &list, const Position &position, std::uint32_t leaf) {
  if (list == position.leaf) {
    list = leaf;
  } else {
    Words(list)[1 + position.root_index] = leaf;
  }
  Free(position.leaf);
}

Result<void> Hive::InsertIntoLeaf(std::uint32_t &list, const Position &position, const RegfHashEntry &entry,
                                  std::size_t which) {
  const auto &head = As<RegfIndex>(position.leaf);
  if (head.count >= kMaxLeaf) {
    return SplitLeaf(list, position, entry, which);
  }
  const std::size_t needed = sizeof(RegfIndex) + (head.count + 1u) * sizeof(RegfHashEntry);
  if (head.signature == REGF_HASH_LEAF && Content(position.leaf).size() >= needed) {
    PutEntry(position.leaf, position.index, entry);
    return {};
  }
  const std::uint32_t count = head.count;
  const std::uint32_t leaf = TRY(MakeLeaf(position.leaf, 0, count, GrownCapacity(count), which));
  PutEntry(leaf, position.index, entry);
  ReplaceLeaf(list, position, leaf);
  return {};
}

// Cuts a full leaf into two and makes or extends the root above them.
Result<void> Hive::SplitLeaf(std::uint32_t &list, const Position &position, const RegfHashEntry &entry,
                             std::size_t which) {
  const std::uint32_t count = As<RegfIndex>(position.leaf).count;
  const bool has_root = list != position.leaf;
  const std::uint32_t leaves = LeafCount(list);
  if (leaves >= 0xFFFF) {
    return Fail(STATUS_INSUFFICIENT_RESOURCES);
  }
  // Keys that come in order (the usual case) leave full leaves behind.
  const std::uint32_t left = position.index == count ? count : count / 2;
  std::uint32_t made[2] = {REGF_NIL, REGF_NIL};
  const auto undo = [&](auto failure) {
    FreeIfAny(made[0]);
    FreeIfAny(made[1]);
    return std::unexpected(failure);
  };
  for (std::size_t half = 0; half < 2; half++) {
    const std::uint32_t first = half == 0 ? 0 : left;
    const std::uint32_t entries = half == 0 ? left : count - left;
    const bool receives = half == 0 ? position.index < left : position.index >= left;
    const auto leaf = MakeLeaf(position.leaf, first, entries, receives ? GrownCapacity(entries + 1) : entries, which);
    if (!leaf) {
      return undo(leaf.error());
    }
    made[half] = *leaf;
    if (receives) {
      PutEntry(*leaf, position.index - first, entry);
    }
  }
  const auto root = Allocate(which, sizeof(RegfIndex) + (leaves + 1) * sizeof(std::uint32_t));
  if (!root) {
    return undo(root.error());
  }
  As<RegfIndex>(*root) = {REGF_INDEX_ROOT, static_cast<std::uint16_t>(leaves + 1)};
  std::uint32_t *to = Words(*root) + 1;
  for (std::uint32_t i = 0; i < leaves; i++) {
    if (i == position.root_index) {
      *to++ = made[0];
      *to++ = made[1];
    } else {
      *to++ = Leaf(list, i);
    }
  }
  Free(position.leaf);
  if (has_root) {
    Free(list);
  }
  list = *root;
  return {};
}

// The name is not there yet. Adds the child to its storage's list of the parent.
Result<void> Hive::InsertChild(Key parent, Key child, std::u16string_view name) {
  const std::size_t which = Which(static_cast<std::uint32_t>(child));
  const RegfHashEntry entry{static_cast<std::uint32_t>(child), Hash(NameOf(child))};
  std::uint32_t list = Node(parent).sub_key_list[which];
  if (Node(parent).sub_key_count[which] == 0) {
    list = TRY(Allocate(which, sizeof(RegfIndex) + sizeof(RegfHashEntry)));
    As<RegfIndex>(list).signature = REGF_HASH_LEAF;
    PutEntry(list, 0, entry);
  } else {
    TRY(InsertIntoLeaf(list, FindIn(list, name), entry, which));
  }
  RegfKey &node = Node(parent);
  node.sub_key_list[which] = list;
  node.sub_key_count[which]++;
  return {};
}

void Hive::RemoveChild(Key parent, Key child) {
  const std::size_t which = Which(static_cast<std::uint32_t>(child));
  RegfKey &node = Node(parent);
  const std::uint32_t list = node.sub_key_list[which];
  char16_t units[kMaxKeyName + 1];
  const Name name = NameOf(child);
  name.CopyTo(std::as_writable_bytes(std::span(units)));
  const Position position = FindIn(list, {units, std::min(name.Length(), std::size(units))});
  node.sub_key_count[which]--;

  auto &leaf = As<RegfIndex>(position.leaf);
  const std::uint32_t stride = Stride(leaf);
  std::uint32_t *entries = Words(position.leaf) + 1;
  std::memmove(entries + position.index * stride, entries + (position.index + 1) * stride,
               (leaf.count - position.index - 1u) * stride * sizeof(std::uint32_t));
  leaf.count--;
  if (leaf.count != 0) {
    return;
  }
  Free(position.leaf);
  if (list == position.leaf) {
    node.sub_key_list[which] = REGF_NIL;
    return;
  }
  auto &root = As<RegfIndex>(list);
  std::uint32_t *leaves = Words(list) + 1;
  std::memmove(leaves + position.root_index, leaves + position.root_index + 1,
               (root.count - position.root_index - 1u) * sizeof(std::uint32_t));
  root.count--;
  if (root.count == 0) {
    Free(list);
    node.sub_key_list[which] = REGF_NIL;
  }
}

}  // namespace hive
