#include "checker.hpp"

#include "internal.hpp"

namespace hive {
namespace {

constexpr std::unexpected<Status> Corrupt() { return Fail(STATUS_REGISTRY_CORRUPT); }

}  // namespace

Result<void> Checker::MakeBits(Bits &bits) { return bits.Resize(hive_.stable_.ByteLength() / 512); }

bool Checker::Bit(const Bits &bits, std::uint32_t cell) const {
  return cell % 8 == 0 && cell / 512 < bits.Size() && (bits[cell / 512] >> (cell / 8 % 64) & 1) != 0;
}

bool Checker::TakeBit(Bits &bits, std::uint32_t cell) {
  if (!Bit(bits, cell)) {
    return false;
  }
  bits[cell / 512] &= ~(1ull << (cell / 8 % 64));
  return true;
}

Result<std::span<std::byte>> Checker::Claim(std::uint32_t cell, std::size_t bytes) {
  if (!TakeBit(unclaimed_, cell)) {
    return Corrupt();
  }
  const auto content = hive_.Content(cell);
  if (content.size() < bytes) {
    return Corrupt();
  }
  return content;
}

template <typename T>
Result<T *> Checker::ClaimAs(std::uint32_t cell, std::uint16_t signature) {
  auto *content = reinterpret_cast<T *>(TRY(Claim(cell, sizeof(T))).data());
  if (content->signature != signature) {
    return Corrupt();
  }
  return content;
}

Result<void> Checker::Run(std::uint32_t root) {
  TRY(MakeBits(unclaimed_));
  TRY(MakeBits(rings_));
  hive_.stable_.ForEachAllocated([this](std::uint32_t cell) { SetBit(unclaimed_, cell); });
  hive_.root_ = static_cast<Key>(root);
  TRY(ClaimKey(root, Key::kNone));

  // Depth first without recursion, since the Executive's stack is small: work_var counts the children done. Children
  // are claimed before they are entered, so their parent cells can be trusted on the way back.
  Key key = hive_.root_;
  TRY(ClaimChildren(key));
  for (std::size_t depth = 1; depth != 0;) {
    RegfKey &node = hive_.Node(key);
    if (node.work_var == node.sub_key_count[0]) {
      key = hive_.Parent(key);
      depth--;
      continue;
    }
    key = MUST(hive_.ChildAt(key, node.work_var++));  // its list was checked
    depth++;
    if (depth > kMaxDepth) {
      return Corrupt();
    }
    TRY(ClaimChildren(key));
  }
  return {};
}

// Claims all descriptors, beginning with that of the first key that has one.
Result<void> Checker::ClaimRing(std::uint32_t first) {
  std::uint32_t cell = first;
  std::uint32_t previous = REGF_NIL;
  do {
    auto *security = TRY(ClaimAs<RegfSecurity>(cell, REGF_SECURITY));
    if (security->descriptor_length == 0 ||
        security->descriptor_length > hive_.Content(cell).size() - sizeof(RegfSecurity) ||
        (previous != REGF_NIL && security->previous != previous)) {
      return Corrupt();
    }
    security->reference_count = 0;
    SetBit(rings_, cell);
    previous = cell;
    cell = security->next;
  } while (cell != first);
  if (hive_.As<RegfSecurity>(first).previous != previous) {
    return Corrupt();
  }
  hive_.security_[0] = first;
  return {};
}

Result<void> Checker::ClaimName(std::span<const std::byte> stored, bool compressed, std::size_t most) {
  if ((!compressed && stored.size() % 2 != 0) || Name(stored, compressed).Length() > most) {
    return Corrupt();
  }
  return {};
}

// Claims a key node and what it owns, but not its children.
Result<void> Checker::ClaimKey(std::uint32_t cell, Key parent) {
  RegfKey &node = *TRY(ClaimAs<RegfKey>(cell, REGF_KEY));
  const bool is_root = parent == Key::kNone;
  if (node.name_length == 0 || node.name_length > hive_.Content(cell).size() - sizeof(RegfKey) ||
      (node.flags & (REGF_KEY_HIVE_EXIT | REGF_KEY_VOLATILE)) != 0 ||
      (!is_root && node.parent != static_cast<std::uint32_t>(parent))) {
    return Corrupt();
  }
  const Name name = hive_.NameOf(static_cast<Key>(cell));
  TRY(ClaimName({reinterpret_cast<const std::byte *>(&node + 1), node.name_length},
                (node.flags & REGF_KEY_COMP_NAME) != 0, kMaxKeyName));
  for (std::size_t i = 0; !is_root && i < name.Length(); i++) {
    if (name[i] == u'\\') {
      return Corrupt();
    }
  }
  if (is_root) {
    node.parent = REGF_NIL;
    node.flags |= REGF_KEY_HIVE_ENTRY | REGF_KEY_NO_DELETE;
  }
  TRY(ClaimClass(node));
  TRY(ClaimSecurity(node));
  return ClaimValues(node);
}

Result<void> Checker::ClaimClass(RegfKey &node) {
  if (node.class_length == 0) {
    node.class_cell = REGF_NIL;
    return {};
  }
  if (node.class_length % 2 != 0) {
    return Corrupt();
  }
  TRY(Claim(node.class_cell, node.class_length));
  return {};
}

Result<void> Checker::ClaimSecurity(RegfKey &node) {
  if (node.security == REGF_NIL) {
    return {};
  }
  if (hive_.security_[0] == REGF_NIL) {
    TRY(ClaimRing(node.security));
  }
  if (!Bit(rings_, node.security)) {
    return Corrupt();
  }
  hive_.As<RegfSecurity>(node.security).reference_count++;
  return {};
}

Result<void> Checker::ClaimValues(RegfKey &node) {
  node.max_value_name = 0;
  node.max_value_data = 0;
  if (node.value_count == 0) {
    node.value_list = REGF_NIL;
    return {};
  }
  const auto list = TRY(Claim(node.value_list, sizeof(std::uint32_t)));
  if (node.value_count > list.size() / sizeof(std::uint32_t)) {
    return Corrupt();
  }
  for (std::uint32_t i = 0; i < node.value_count; i++) {
    TRY(ClaimValue(node, hive_.Words(node.value_list)[i]));
  }
  return {};
}

Result<void> Checker::ClaimValue(RegfKey &node, std::uint32_t cell) {
  const RegfValue &value = *TRY(ClaimAs<RegfValue>(cell, REGF_VALUE));
  if (value.name_length > hive_.Content(cell).size() - sizeof(RegfValue)) {
    return Corrupt();
  }
  TRY(ClaimName({reinterpret_cast<const std::byte *>(&value + 1), value.name_length},
                (value.flags & REGF_VALUE_COMP_NAME) != 0, kMaxValueName));
  TRY(ClaimData(value));
  Maximise(node.max_value_name, ValueName(value).ByteLength());
  Maximise(node.max_value_data, value.data_length & ~REGF_INLINE_DATA);
  return {};
}

Result<void> Checker::ClaimData(const RegfValue &value) {
  if (Hive::IsInline(value)) {
    if ((value.data_length & ~REGF_INLINE_DATA) > sizeof value.data) {
      return Corrupt();
    }
    return {};
  }
  if (value.data_length == 0) {
    return {};
  }
  const auto content = TRY(Claim(value.data, 1));
  if (value.data_length > REGF_BIG_SEGMENT && content.size() < value.data_length) {
    return ClaimBigData(value);
  }
  return content.size() < value.data_length ? Result<void>(Corrupt()) : Result<void>();
}

// The db cell itself is claimed already.
Result<void> Checker::ClaimBigData(const RegfValue &value) {
  const auto content = hive_.Content(value.data);
  const auto &big = *reinterpret_cast<const RegfBigData *>(content.data());
  const std::uint32_t count = (value.data_length - 1) / REGF_BIG_SEGMENT + 1;
  if (content.size() < sizeof(RegfBigData) || big.signature != REGF_BIG_DATA || big.count != count) {
    return Corrupt();
  }
  TRY(Claim(big.list, count * sizeof(std::uint32_t)));
  std::uint32_t left = value.data_length;
  for (std::uint32_t i = 0; i < count; i++) {
    const std::uint32_t part = std::min<std::uint32_t>(left, REGF_BIG_SEGMENT);
    TRY(Claim(hive_.Words(big.list)[i], part));
    left -= part;
  }
  return {};
}

// Claims the sub-key list of a key and the nodes that it names.
Result<void> Checker::ClaimChildren(Key key) {
  RegfKey &node = hive_.Node(key);
  node.work_var = 0;
  node.sub_key_count[1] = 0;
  node.sub_key_list[1] = REGF_NIL;
  node.max_name = 0;
  node.max_class = 0;
  if (node.sub_key_count[0] == 0) {
    node.sub_key_list[0] = REGF_NIL;
    return {};
  }
  const std::uint32_t list = node.sub_key_list[0];
  const auto content = TRY(Claim(list, sizeof(RegfIndex)));
  const auto &head = *reinterpret_cast<const RegfIndex *>(content.data());
  Key previous = Key::kNone;
  std::uint32_t count = 0;
  if (head.signature != REGF_INDEX_ROOT) {
    count = TRY(ClaimLeaf(key, list, previous));
  } else {
    if (head.count == 0 || head.count > content.size() / sizeof(std::uint32_t) - 1) {
      return Corrupt();
    }
    for (std::uint32_t i = 0; i < head.count; i++) {
      const std::uint32_t leaf = hive_.Words(list)[1 + i];
      TRY(Claim(leaf, sizeof(RegfIndex)));
      count += TRY(ClaimLeaf(key, leaf, previous));
    }
  }
  return count == node.sub_key_count[0] ? Result<void>() : Result<void>(Corrupt());
}

// The leaf's own cell is claimed already. `previous` is the last key so far, for the order. Returns its count.
Result<std::uint32_t> Checker::ClaimLeaf(Key key, std::uint32_t cell, Key &previous) {
  const auto content = hive_.Content(cell);
  const auto &head = *reinterpret_cast<const RegfIndex *>(content.data());
  const bool plain = head.signature == REGF_INDEX_LEAF;
  const bool hashed = head.signature == REGF_FAST_LEAF || head.signature == REGF_HASH_LEAF;
  const std::size_t stride = plain ? sizeof(std::uint32_t) : sizeof(RegfHashEntry);
  if ((!plain && !hashed) || head.count == 0 || head.count > (content.size() - sizeof(RegfIndex)) / stride) {
    return Corrupt();
  }
  for (std::uint32_t i = 0; i < head.count; i++) {
    const std::uint32_t child = hive_.Entry(cell, i);
    TRY(ClaimKey(child, key));
    const Key present = static_cast<Key>(child);
    if (previous != Key::kNone && Compare(hive_.NameOf(previous), hive_.NameOf(present)) >= 0) {
      return Corrupt();
    }
    previous = present;
    RegfKey &node = hive_.Node(key);
    Maximise(node.max_name, hive_.NameOf(present).ByteLength());
    Maximise(node.max_class, hive_.Node(present).class_length);
  }
  return head.count;
}

}  // namespace hive
