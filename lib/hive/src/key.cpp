// Keys: making, describing, renaming and deleting them.

#include "internal.hpp"

namespace hive {
Result<std::uint32_t> Hive::Allocate(std::size_t which, std::size_t bytes) {
  if (which == 0) {
    return stable_.Allocate(bytes);
  }
  return TRY(volatile_.Allocate(bytes)) | REGF_VOLATILE_CELL;
}

void Hive::Free(std::uint32_t cell) { StorageOf(cell).Free(cell & ~REGF_VOLATILE_CELL); }

void Hive::FreeIfAny(std::uint32_t cell) {
  if (cell != REGF_NIL) {
    Free(cell);
  }
}

Name Hive::NameOf(Key key) {
  const RegfKey &node = Node(key);
  return Name({reinterpret_cast<const std::byte *>(&node + 1), node.name_length},
              (node.flags & REGF_KEY_COMP_NAME) != 0);
}

// A node that belongs to nothing yet.
Result<Key> Hive::MakeNode(std::size_t which, std::u16string_view name) {
  const std::size_t length = StoredLength(name);
  const std::uint32_t cell = TRY(Allocate(which, sizeof(RegfKey) + length));
  auto &node = As<RegfKey>(cell);
  node.signature = REGF_KEY;
  node.parent = REGF_NIL;
  node.sub_key_list[0] = REGF_NIL;
  node.sub_key_list[1] = REGF_NIL;
  node.value_list = REGF_NIL;
  node.security = REGF_NIL;
  node.class_cell = REGF_NIL;
  node.name_length = static_cast<std::uint16_t>(length);
  node.flags =
      static_cast<std::uint16_t>((Compressible(name) ? REGF_KEY_COMP_NAME : 0) | (which != 0 ? REGF_KEY_VOLATILE : 0));
  StoreName(reinterpret_cast<std::byte *>(&node + 1), name);
  return static_cast<Key>(cell);
}

Result<void> Hive::SetClass(Key key, std::u16string_view class_name) {
  if (class_name.empty()) {
    return {};
  }
  if (class_name.size() > 0x7FFF) {
    return Fail(STATUS_INVALID_PARAMETER);
  }
  const std::size_t bytes = class_name.size() * 2;
  const std::uint32_t cell = TRY(Allocate(Which(static_cast<std::uint32_t>(key)), bytes));
  std::memcpy(Content(cell).data(), class_name.data(), bytes);
  Node(key).class_cell = cell;
  Node(key).class_length = static_cast<std::uint16_t>(bytes);
  return {};
}

// Frees a node and all that belongs to it alone; its parent's list is the caller's business.
void Hive::FreeNode(Key key) {
  FreeValues(key);
  RegfKey &node = Node(key);
  if (node.class_length != 0) {
    FreeIfAny(node.class_cell);
  }
  if (node.security != REGF_NIL) {
    ReleaseSecurity(node.security);
  }
  Free(static_cast<std::uint32_t>(key));
}

Result<Hive> Hive::Create(Allocator &allocator, std::u16string_view root_name, const NewKey &how) {
  Hive hive(allocator);
  const std::size_t which = how.is_volatile ? 1 : 0;
  const Key root = TRY(hive.MakeNode(which, root_name));
  TRY(hive.SetClass(root, how.class_name));
  RegfKey &node = hive.Node(root);
  node.last_write = how.time;
  node.flags |= REGF_KEY_HIVE_ENTRY | REGF_KEY_NO_DELETE;
  if (!how.security.empty()) {
    node.security = TRY(hive.FindOrMakeSecurity(which, how.security));
  }
  hive.root_ = root;
  return hive;
}

Result<Key> Hive::CreateChild(Key parent, std::u16string_view name, const NewKey &how) {
  const std::size_t which = how.is_volatile ? 1 : 0;
  if (IsVolatile(parent) && !how.is_volatile) {
    return Fail(STATUS_CHILD_MUST_BE_VOLATILE);
  }
  if (FindChild(parent, name)) {
    return Fail(STATUS_OBJECT_NAME_COLLISION);
  }
  std::size_t depth = 1;
  for (Key key = parent; key != root_; key = Parent(key)) {
    depth++;
  }
  if (depth >= kMaxDepth) {
    return Fail(STATUS_NAME_TOO_LONG);
  }
  const Key key = TRY(MakeNode(which, name));
  Defer undo([&] { FreeNode(key); });
  TRY(SetClass(key, how.class_name));
  RegfKey &node = Node(key);
  node.parent = static_cast<std::uint32_t>(parent);
  node.last_write = how.time;
  if (how.is_link) {
    node.flags |= REGF_KEY_SYM_LINK;
  }
  const auto security = how.security.empty() ? Security(parent) : how.security;
  if (!security.empty()) {
    node.security = TRY(FindOrMakeSecurity(which, security));
  }
  TRY(InsertChild(parent, key, name));
  undo.Dismiss();
  RegfKey &above = Node(parent);
  above.last_write = how.time;
  Maximise(above.max_name, name.size() * 2);
  Maximise(above.max_class, how.class_name.size() * 2);
  return key;
}

Result<void> Hive::Delete(Key key, std::uint64_t time) {
  const RegfKey &node = Node(key);
  if (key == root_ || node.sub_key_count[0] != 0 || node.sub_key_count[1] != 0) {
    return Fail(STATUS_CANNOT_DELETE);
  }
  const Key parent = Parent(key);
  RemoveChild(parent, key);
  FreeNode(key);
  RegfKey &above = Node(parent);
  above.last_write = time;
  if (above.sub_key_count[0] == 0 && above.sub_key_count[1] == 0) {
    above.max_name = 0;
    above.max_class = 0;
  }
  return {};
}

// Points the children of a node that has moved at its present cell.
void Hive::AdoptChildren(Key key) {
  const RegfKey &node = Node(key);
  for (std::size_t which = 0; which < 2; which++) {
    const std::uint32_t list = node.sub_key_list[which];
    for (std::uint32_t i = 0; node.sub_key_count[which] != 0 && i < LeafCount(list); i++) {
      const std::uint32_t leaf = Leaf(list, i);
      for (std::uint32_t j = 0; j < As<RegfIndex>(leaf).count; j++) {
        Node(EntryKey(leaf, j)).parent = static_cast<std::uint32_t>(key);
      }
    }
  }
}

Result<Key> Hive::Rename(Key key, std::u16string_view name, std::uint64_t time) {
  if (key == root_) {
    return Fail(STATUS_CANNOT_DELETE);
  }
  const Key parent = Parent(key);
  const auto twin = FindChild(parent, name);
  if (twin && *twin != key) {
    return Fail(STATUS_OBJECT_NAME_COLLISION);
  }
  const std::size_t which = Which(static_cast<std::uint32_t>(key));
  const Key renamed = TRY(MakeNode(which, name));
  RegfKey &node = Node(renamed);
  const std::uint16_t name_length = node.name_length;
  const auto flags = static_cast<std::uint16_t>((Node(key).flags & ~REGF_KEY_COMP_NAME) | node.flags);
  node = Node(key);
  node.name_length = name_length;
  node.flags = flags;
  node.last_write = time;
  if (twin) {
    // Only the case changes: the place in the list stays.
    const Position position = FindIn(Node(parent).sub_key_list[which], name);
    auto &leaf = As<RegfIndex>(position.leaf);
    Words(position.leaf)[1 + position.index * (leaf.signature == REGF_INDEX_LEAF ? 1 : 2)] =
        static_cast<std::uint32_t>(renamed);
  } else {
    const auto inserted = InsertChild(parent, renamed, name);
    if (!inserted) {
      Free(static_cast<std::uint32_t>(renamed));
      return std::unexpected(inserted.error());
    }
    RemoveChild(parent, key);
  }
  AdoptChildren(renamed);
  Free(static_cast<std::uint32_t>(key));
  RegfKey &above = Node(parent);
  above.last_write = time;
  Maximise(above.max_name, name.size() * 2);
  return renamed;
}

void Hive::SetHiveExit(Key key, bool exit) {
  auto &flags = Node(key).flags;
  flags = static_cast<std::uint16_t>(exit ? flags | REGF_KEY_HIVE_EXIT : flags & ~REGF_KEY_HIVE_EXIT);
}

KeyInfo Hive::Describe(Key key) {
  const RegfKey &node = Node(key);
  KeyInfo info{.last_write = node.last_write,
               .name = NameOf(key),
               .class_name = {},
               .flags = node.flags,
               .user_flags = node.user_flags,
               .sub_keys = node.sub_key_count[0] + node.sub_key_count[1],
               .values = node.value_count,
               .max_name = node.max_name,
               .max_class = node.max_class,
               .max_value_name = node.max_value_name,
               .max_value_data = node.max_value_data};
  if (node.class_length != 0) {
    info.class_name = Content(node.class_cell).first(node.class_length);
  }
  return info;
}

}  // namespace hive
